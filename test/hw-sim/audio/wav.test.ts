import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseLineWav, parseWav, printWav, WAV_LIMIT_BYTES } from "./wav.ts";

const mono = (sampleRateHz: number, samples: readonly number[]): Uint8Array =>
  printWav({ sampleRateHz, channels: [Int16Array.from(samples)] });

const latin1 = (text: string): number[] => [...text].map((unit) => unit.charCodeAt(0));

describe("parseWav()", () => {
  it("gives back what printWav() wrote, mono and stereo", () => {
    fc.assert(
      fc.property(
        fc.int16Array({ maxLength: 50 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 192_000 }),
        (samples, stereo, sampleRateHz) => {
          const channels = stereo ? [samples, samples.slice().reverse()] : [samples];
          const parsed = parseWav(printWav({ sampleRateHz, channels }));
          expect(parsed).toEqual({ ok: true, value: { sampleRateHz, channels } });
        },
      ),
    );
  });

  it("never throws, whatever the bytes", () => {
    const start = [...mono(8000, [1, 2, 3]).subarray(0, 40)];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(40), (tail, kept) => {
        parseWav(Uint8Array.from([...start.slice(0, kept), ...tail]));
      }),
    );
  });

  it("passes over unknown chunks and their padding, takes a cut-off data chunk as it is", () => {
    const plain = mono(8000, [5, -6]);
    const padded = [...latin1("LIST"), 3, 0, 0, 0, 1, 2, 3, 0];
    const bytes = Uint8Array.from([...plain.subarray(0, 36), ...padded, ...plain.subarray(36)]);
    bytes.set([0xff, 0xff, 0xff, 0xff], bytes.length - 8);
    expect(parseWav(bytes)).toEqual({
      ok: true,
      value: { sampleRateHz: 8000, channels: [Int16Array.from([5, -6])] },
    });
  });

  const patched = (offset: number, ...patch: number[]): Uint8Array => {
    const bytes = mono(8000, [1]);
    bytes.set(patch, offset);
    return bytes;
  };
  const refused = [
    ["nothing", new Uint8Array(0), "not-wav"],
    ["another RIFF file", patched(8, ...latin1("AVI ")), "not-wav"],
    ["a big-endian file", patched(0, ...latin1("RIFX")), "not-wav"],
    ["no samples", mono(8000, [1]).subarray(0, 36), "not-wav"],
    ["samples before their format", patched(12, ...latin1("junk")), "not-wav"],
    ["8 bits", patched(34, 8), "unsupported"],
    ["A-law", patched(20, 6), "unsupported"],
    ["no channel", patched(22, 0), "unsupported"],
    ["three channels", patched(22, 3), "unsupported"],
    ["no rate", patched(24, 0, 0), "unsupported"],
    ["an hour and more", new Uint8Array(WAV_LIMIT_BYTES + 1), "too-large"],
  ] as const;
  for (const [what, bytes, kind] of refused) {
    it(`refuses ${what}`, () => {
      const parsed = parseWav(bytes);
      expect(parsed.ok ? "taken" : parsed.error.kind).toBe(kind);
    });
  }
});

describe("parseLineWav()", () => {
  it("takes 8000 Hz mono", () => {
    const parsed = parseLineWav(mono(8000, [7, 8]), "a.wav");
    expect(parsed).toEqual({ ok: true, value: Int16Array.from([7, 8]) });
  });

  it("says how to convert anything else", () => {
    const channels = [new Int16Array(4), new Int16Array(4)];
    const wrong = parseLineWav(printWav({ sampleRateHz: 44_100, channels }), "speech.wav");
    expect(wrong).toEqual({
      ok: false,
      error: {
        kind: "wrong-rate",
        text:
          "speech.wav is 44100 Hz stereo; Tipring wants 8000 Hz mono:" +
          " sox in.wav -r 8000 -c 1 out.wav",
      },
    });
    expect(parseLineWav(mono(16_000, [1]), "wide.wav").ok).toBe(false);
  });
});
