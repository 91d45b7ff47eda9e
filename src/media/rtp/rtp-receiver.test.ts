import { describe, expect, it } from "vitest";
import type { JitterSettings } from "../../base/media-messages.ts";
import { PCMU } from "../codec/g711.ts";
import { RtpReceiver } from "./rtp-receiver.ts";

const receiverWith = (jitter?: JitterSettings): RtpReceiver =>
  new RtpReceiver(
    { frameSamples: 80, ...(jitter === undefined ? {} : { jitter }) },
    { spec: PCMU, payloadType: 0, eventPayloadType: 101 },
    0,
  );

describe("RtpReceiver", () => {
  it.each([
    { jitter: undefined, adapts: true, limitMs: 200 },
    { jitter: { mode: "adaptive", minMs: 20, maxMs: 400 }, adapts: true, limitMs: 400 },
    { jitter: { mode: "fixed", minMs: 60, maxMs: 200 }, adapts: false, limitMs: 60 },
  ] as const)("playoutKind is as $jitter has it, and fixed for a modem", (row) => {
    const receiver = receiverWith(row.jitter);
    const { adapts, limitMs } = row;
    expect(receiver.playoutKind).toEqual({ adapts, conceals: true, limitMs });
    receiver.passModem(10);
    expect(receiver.playoutKind).toEqual({ adapts: false, conceals: false, limitMs: 120 });
  });
});
