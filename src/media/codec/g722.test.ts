import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HigherBand, LowerBand } from "./g722/bands.ts";
import { WidebandDecoder, WidebandEncoder } from "./g722/wideband.ts";
import { G722 } from "./g722.ts";

const SAMPLES = 8000;

/** Amplitude of one frequency in the second half of some samples, the codec having settled. */
function amplitude(samples: readonly number[], toneHz: number, rateHz: number): number {
  const tail = samples.slice(samples.length / 2);
  let re = 0;
  let im = 0;
  tail.forEach((sample, at) => {
    const window = 1 - Math.cos((2 * Math.PI * at) / tail.length);
    const angle = (2 * Math.PI * toneHz * at) / rateHz;
    re += sample * window * Math.cos(angle);
    im += sample * window * Math.sin(angle);
  });
  return (2 * Math.hypot(re, im)) / tail.length;
}

const sine = (toneHz: number, rateHz: number, peak: number): number[] =>
  Array.from({ length: SAMPLES }, (_, at) =>
    Math.round(peak * Math.sin((2 * Math.PI * toneHz * at) / rateHz)),
  );

function encodeLine(samples: readonly number[]): Uint8Array {
  const octets = new Uint8Array(G722.maxPayloadBytes(samples.length));
  expect(G722.createCodec().encode(Int16Array.from(samples), octets)).toBe(samples.length);
  return octets;
}

function decodeLine(octets: Uint8Array): number[] {
  const out = new Int16Array(octets.length);
  expect(G722.createCodec().decode(octets, out)).toBe(octets.length);
  return Array.from(out);
}

function encodeWide(samples: readonly number[]): Uint8Array {
  const encoder = new WidebandEncoder();
  return Uint8Array.from({ length: samples.length / 2 }, (_, at) =>
    encoder.encode(samples[2 * at] ?? 0, samples[2 * at + 1] ?? 0),
  );
}

function decodeWide(octets: Uint8Array): number[] {
  const decoder = new WidebandDecoder();
  return Array.from(octets).flatMap((octet) => {
    decoder.decode(octet);
    return [decoder.first, decoder.second];
  });
}

const db = (ratio: number): number => 20 * Math.log10(ratio);

describe("G722", () => {
  it("is an octet and an RTP unit for a sample of the line: 160 for 20 ms", () => {
    expect(G722).toMatchObject({ name: "G722", staticPayloadType: 9, clockRateHz: 8000 });
    expect(G722.maxPayloadBytes(160)).toBe(160);
    const codec = G722.createCodec();
    expect(codec.encode(new Int16Array(160), new Uint8Array(160))).toBe(160);
    expect(codec.payloadSamples(new Uint8Array(160))).toBe(160);
  });

  it.each([300, 1000, 2000, 3000, 3400])("%d Hz keeps its level from line to line", (toneHz) => {
    const heard = amplitude(decodeLine(encodeLine(sine(toneHz, 8000, 8000))), toneHz, 8000);
    expect(Math.abs(db(heard / 8000))).toBeLessThan(0.4);
  });

  it.each([1000, 2500, 3400])("a wideband far end hears %d Hz, and not its mirror", (toneHz) => {
    const heard = decodeWide(encodeLine(sine(toneHz, 8000, 8000)));
    expect(Math.abs(db(amplitude(heard, toneHz, 16000) / 8000))).toBeLessThan(0.4);
    expect(db(amplitude(heard, 8000 - toneHz, 16000) / 8000)).toBeLessThan(-35);
  });

  it.each([4600, 5000, 6000])("%d Hz of a wideband far end does not fold into the line", (hz) => {
    const heard = decodeLine(encodeWide(sine(hz, 16000, 8000)));
    expect(db(amplitude(heard, 8000 - hz, 8000) / 8000)).toBeLessThan(-35);
  });

  it("from line to line is 26 samples late", () => {
    let seed = 7;
    const noise = Array.from({ length: 4000 }, () => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
      return (seed >> 16) - 0x2000;
    });
    // Running means keep it within the line's band.
    const line = noise.map((_, at) => {
      const sum = noise.slice(Math.max(0, at - 3), at + 1).reduce((a, b) => a + b, 0);
      return Math.round(sum / 4);
    });
    const heard = decodeLine(encodeLine(line));
    const product = (late: number) =>
      line.reduce((sum, sample, at) => sum + sample * (heard[at + late] ?? 0), 0);
    const lates = Array.from({ length: 60 }, (_, late) => late);
    expect(lates.reduce((best, late) => (product(late) > product(best) ? late : best))).toBe(26);
  });

  it("has a state of its own in each codec, and goes on from frame to frame", () => {
    const line = sine(700, 8000, 9000);
    const whole = encodeLine(line);
    const codec = G722.createCodec();
    const parts = [0, 80, 160, 400].map((from, at, all) => {
      const pcm = Int16Array.from(line.slice(from, all[at + 1] ?? 800));
      const out = new Uint8Array(pcm.length);
      codec.encode(pcm, out);
      return Array.from(out);
    });
    expect(parts.flat()).toEqual(Array.from(whole.slice(0, 800)));
    expect(parts.flat()).not.toEqual(Array.from(whole.slice(800, 1600)));
  });

  it("decode() takes any octets, and leaves out what does not fit", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 5 }),
        fc.nat({ max: 500 }),
        (payloads, room) => {
          const codec = G722.createCodec();
          for (const payload of payloads) {
            expect(codec.payloadSamples(payload)).toBe(payload.length);
            const written = codec.decode(payload, new Int16Array(room));
            expect(written).toBe(Math.min(payload.length, room));
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe("LowerBand, HigherBand", () => {
  it("decode() follows encode() within the step of a loud tone", () => {
    const lowerIn = new LowerBand();
    const lowerOut = new LowerBand();
    const higherIn = new HigherBand();
    const higherOut = new HigherBand();
    sine(440, 8000, 8000).forEach((sample, at) => {
      const lower = lowerOut.decode(lowerIn.encode(sample));
      const higher = higherOut.decode(higherIn.encode(sample));
      if (at < 200) return;
      expect(Math.abs(lower - sample)).toBeLessThan(400);
      expect(Math.abs(higher - sample)).toBeLessThan(4000);
    });
  });

  it("stay within 15 bits and never stick, whatever the codes and samples", () => {
    const code = fc.nat({ max: 255 });
    const sample = fc.integer({ min: -16384, max: 16383 });
    fc.assert(
      fc.property(fc.array(code, { maxLength: 300 }), fc.array(sample), (codes, samples) => {
        const lower = new LowerBand();
        const higher = new HigherBand();
        for (const each of codes) {
          for (const out of [lower.decode(each & 63), higher.decode(each >> 6)]) {
            expect(out).toBeGreaterThanOrEqual(-16384);
            expect(out).toBeLessThanOrEqual(16383);
          }
        }
        for (const each of samples) {
          expect(new LowerBand().encode(each)).toBeGreaterThanOrEqual(4);
          expect(higher.encode(each)).toBeLessThanOrEqual(3);
        }
      }),
      { numRuns: 100 },
    );
  });
});
