import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseWavSound, WAV_HEADER_BYTES, wavHeader } from "./wav.ts";

const file = (samples: Int16Array, channels = 1, rate = 8000): Uint8Array => {
  const data = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  return Uint8Array.from([...wavHeader(rate, channels, data.length), ...data]);
};

describe("wavHeader(), parseWavSound()", () => {
  it("reads what it wrote", () => {
    const samples = fc
      .int16Array({ minLength: 2, maxLength: 50 })
      .map((all) => all.slice(0, all.length & ~1));
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 2 }), (pcm, channels) => {
        const parsed = parseWavSound(file(pcm, channels));
        expect(parsed).toEqual({ ok: true, value: { sampleRateHz: 8000, channels, samples: pcm } });
      }),
    );
  });

  it("a file that was never closed has what is there", () => {
    const bytes = file(Int16Array.of(1, 2, 3));
    bytes.set([0, 0, 0, 0], WAV_HEADER_BYTES - 4);
    expect(parseWavSound(bytes)).toMatchObject({ value: { samples: Int16Array.of(1, 2, 3) } });
  });

  it("reads the long form of the same header", () => {
    const plain = file(Int16Array.of(1, 2));
    // Format 0xFFFE, 24 bytes more: their number, valid bits, channel mask, PCM's identifier.
    const format = [0xfe, 0xff, ...plain.subarray(22, 36), 22, 0, 16, 0, 4, 0, 0, 0, 1, 0];
    const rest = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];
    const long = [...plain.subarray(0, 16), 40, 0, 0, 0, ...format, ...rest, ...plain.subarray(36)];
    const sound = { sampleRateHz: 8000, channels: 1, samples: Int16Array.of(1, 2) };
    expect(parseWavSound(Uint8Array.from(long))).toEqual({ ok: true, value: sound });
    // Floating point in the same clothes is refused.
    const float = Uint8Array.from(long).with(44, 3);
    expect(parseWavSound(float)).toEqual({ ok: false, error: "not-pcm16" });
  });

  it.each([
    ["nothing", new Uint8Array(0), "not-wav"],
    ["no samples", file(new Int16Array(0)), "no-samples"],
    ["µ-law", file(Int16Array.of(1)).with(20, 7), "not-pcm16"],
    ["8 bits", file(Int16Array.of(1)).with(34, 8), "not-pcm16"],
    ["another kind of RIFF", file(Int16Array.of(1)).with(8, 0x41), "not-wav"],
  ])("%s is refused", (_, bytes, error) => {
    expect(parseWavSound(bytes)).toEqual({ ok: false, error });
  });

  it("parseWavSound() takes any bytes, also behind a good header", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.nat({ max: 44 }), (noise, keep) => {
        parseWavSound(noise);
        parseWavSound(Uint8Array.from([...wavHeader(8000, 1, 50).subarray(0, keep), ...noise]));
      }),
    );
  });
});
