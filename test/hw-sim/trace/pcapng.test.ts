import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hexFromBytes } from "../../../src/base/bytes.ts";
import { pcapngFileHead, pcapngPacket } from "./pcapng.ts";

/** The blocks of a file, by the lengths at both of their ends. */
function blocks(file: Uint8Array): { type: number; body: Uint8Array }[] {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const found: { type: number; body: Uint8Array }[] = [];
  for (let at = 0; at < file.length; ) {
    const length = view.getUint32(at + 4);
    expect(length % 4).toBe(0);
    expect(view.getUint32(at + length - 4)).toBe(length);
    found.push({ type: view.getUint32(at), body: file.subarray(at + 8, at + length - 4) });
    at += length;
  }
  return found;
}

const FROM = { host: "10.0.0.1", port: 5060 };
const TO = { host: "10.0.0.2", port: 40_000 };

describe("pcapngFileHead()", () => {
  it("has a section and an interface of raw IP", () => {
    const [section, link, ...more] = blocks(pcapngFileHead("program", "seed 1"));
    expect([section?.type, link?.type, more]).toEqual([0x0a0d0d0a, 1, []]);
    expect(hexFromBytes(section?.body.subarray(0, 16) ?? new Uint8Array())).toBe(
      "1a2b3c4d00010000ffffffffffffffff",
    );
    expect(hexFromBytes(link?.body ?? new Uint8Array())).toBe("0065000000010027");
    expect(new TextDecoder().decode(section?.body)).toContain("program");
  });
});

describe("pcapngPacket()", () => {
  it("holds the time in microseconds, two lengths and the packet, for any payload", () => {
    const wallMs = fc.double({ min: 0, max: 4e12, noNaN: true });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), wallMs, (payload, ms) => {
        const packet = pcapngPacket({ wallMs: ms, from: FROM, to: TO, payload });
        const [one, ...more] = blocks(packet.ok ? packet.value : new Uint8Array());
        expect([one?.type, more]).toEqual([6, []]);
        const body = one?.body ?? new Uint8Array();
        const view = new DataView(body.buffer, body.byteOffset, body.length);
        const us = view.getUint32(4) * 2 ** 32 + view.getUint32(8);
        expect(us).toBe(Math.round(ms * 1000));
        expect([view.getUint32(12), view.getUint32(16)]).toEqual([
          payload.length + 28,
          payload.length + 28,
        ]);
        expect(body.subarray(20 + 28, 20 + 28 + payload.length)).toEqual(payload);
      }),
    );
  });

  it("refuses what is no IP packet", () => {
    const to = { host: "pbx", port: 5060 };
    expect(pcapngPacket({ wallMs: 0, from: FROM, to, payload: new Uint8Array() }).ok).toBe(false);
  });
});
