import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { L16 } from "./l16.ts";

describe("L16", () => {
  it("writes the highest byte first", () => {
    const out = new Uint8Array(6);
    expect(L16.createCodec().encode(Int16Array.of(0x1234, -1, -32768), out)).toBe(6);
    expect([...out]).toEqual([0x12, 0x34, 0xff, 0xff, 0x80, 0x00]);
  });

  it("decode() gives back every sample, and leaves out what does not fit", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat({ max: 250 }), (payload, room) => {
        const codec = L16.createCodec();
        const pcm = new Int16Array(room);
        const samples = codec.decode(payload, pcm);
        expect(samples).toBe(Math.min(room, codec.payloadSamples(payload)));
        const back = new Uint8Array(2 * samples);
        codec.encode(pcm.subarray(0, samples), back);
        expect(back).toEqual(payload.subarray(0, 2 * samples));
      }),
    );
  });
});
