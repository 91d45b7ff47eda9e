import { describe, expect, it } from "vitest";
import type { IfpField, IfpPacket } from "./ifp.ts";
import { FrameReader } from "./t30-frames.ts";

const data = (...fields: readonly IfpField[]): IfpPacket => ({ kind: "data", type: "v21", fields });
const piece = (...values: readonly number[]): IfpField => ({
  type: "hdlc-data",
  data: Uint8Array.from(values),
});
const GOOD: IfpField = { type: "hdlc-fcs-ok" };
const LAST: IfpField = { type: "hdlc-fcs-ok-sig-end" };
const BAD: IfpField = { type: "hdlc-fcs-bad" };
const FLAGS: IfpPacket = { kind: "indicator", indicator: "v21-preamble" };

describe("FrameReader.read() names", () => {
  it.each([
    ["what a machine can do", [data(piece(0xff, 0xc8, 0x01, 0x00), LAST)], ["DIS"]],
    ["a frame in pieces", [data(piece(0xff)), data(piece(0xc8)), data(piece(0x41), LAST)], ["DCS"]],
    ["the same of who was called", [data(piece(0xff, 0xc8, 0xc1), LAST)], ["DCS"]],
    ["what only its first bit tells from another", [data(piece(0xff, 0xc8, 0x81), LAST)], ["DTC"]],
    [
      "two frames in a row",
      [data(piece(0xff, 0xc0, 0x02), GOOD, piece(0xff, 0xc8, 0x01), LAST)],
      ["CSI", "DIS"],
    ],
    ["goodbye", [data(piece(0xff, 0xc8, 0xdf), LAST)], ["DCN"]],
    ["nothing that came broken", [data(piece(0xff, 0xc8, 0x5f), BAD)], []],
    ["nothing that began before new flags", [data(piece(0xff, 0xc8)), FLAGS, data(LAST)], []],
    ["nothing of an unknown code", [data(piece(0xff, 0xc8, 0x00), LAST)], []],
    ["nothing of another address", [data(piece(0x7f, 0xc8, 0x5f), LAST)], []],
    ["nothing shorter than a code", [data(piece(0xff, 0xc8), LAST)], []],
    [
      "nothing of an image",
      [{ kind: "data", type: "v17-14400", fields: [piece(0xff, 0xc8, 0x5f), LAST] }],
      [],
    ],
  ] satisfies readonly (readonly [string, readonly IfpPacket[], readonly string[]])[])(
    "%s",
    (_, packets, names) => {
      const reader = new FrameReader();
      expect(packets.flatMap((packet) => reader.read(packet))).toEqual(names);
    },
  );
});
