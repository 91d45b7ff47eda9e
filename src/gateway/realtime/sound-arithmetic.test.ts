import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { invariant } from "../../base/invariant.ts";
import {
  BLOCK_SAMPLES,
  LAG_MAX,
  NOISE_FILTER_NUMBERS,
  NOISE_MEMORY_NUMBERS,
  NOISE_ORDER,
} from "../../base/sound-arithmetic.ts";
import { createVectorSoundArithmetic } from "../../hal/drivers/vector-sound.ts";
import { createReferenceSoundArithmetic, SOUND_TABLES } from "../../media/index.ts";

const create = createVectorSoundArithmetic();
invariant(create !== undefined, "this machine has vector instructions");
const kernel = create(SOUND_TABLES);
const reference = createReferenceSoundArithmetic(SOUND_TABLES);

const sample = fc.oneof(
  fc.integer({ min: -32_768, max: 32_767 }),
  fc.constantFrom(-32_768, 32_767, 0),
);
const frameOf = (samples: number) =>
  fc.array(sample, { minLength: samples, maxLength: samples }).map((one) => Int16Array.from(one));
const block = fc.oneof(
  frameOf(BLOCK_SAMPLES),
  fc.constant(new Int16Array(BLOCK_SAMPLES).fill(-32_768)),
);
/** Zeros without a sign: a product with nothing may have either. */
const plain = (numbers: Float64Array): readonly number[] => Array.from(numbers, (one) => one + 0);

describe("createVectorSoundArithmetic() gives the reference's bits", () => {
  it("of a block, and of what it has of either table", () => {
    const property = fc.property(block, fc.constantFrom(0, 1), (samples, table) => {
      for (const one of [kernel, reference]) {
        one.measure(samples);
        one.compare(table);
      }
      expect(plain(kernel.sums)).toEqual(plain(reference.sums));
    });
    fc.assert(property, { numRuns: 100 });
  });

  it("of the squares of any samples, and of their correlations, weighed or not", () => {
    const weight = fc.integer({ min: -32_767, max: 32_767 });
    const samples = fc
      .constantFrom(1, 7, 80, 90, 336, 1104, 1280, 1281, 1504, 2560, 2563)
      .chain((count) =>
        fc.record({
          sound: frameOf(count),
          window: fc
            .array(weight, { minLength: count, maxLength: count })
            .map((one) => Int16Array.from(one)),
        }),
      );
    const lags = fc.integer({ min: 1, max: LAG_MAX + 1 });
    const property = fc.property(samples, lags, ({ sound, window }, count) => {
      expect(kernel.squares(sound)).toBe(reference.squares(sound));
      for (const weights of [undefined, window]) {
        const [ours, theirs] = [new Float64Array(count), new Float64Array(count)];
        kernel.correlate(sound, ours, weights);
        reference.correlate(sound, theirs, weights);
        expect(plain(ours)).toEqual(plain(theirs));
      }
    });
    fc.assert(property, { numRuns: 40 });
  });

  it("of what is left without a constant, in frames of any length", () => {
    const frame = fc.constantFrom(2, 8, 80, 160, 480, 1280, 1282, 2562).chain(frameOf);
    const property = fc.property(fc.array(frame, { minLength: 1, maxLength: 6 }), (frames) => {
      const [ours, theirs] = [new Float64Array(2), new Float64Array(2)];
      for (const one of frames) {
        const [left, right] = [one.slice(), new Int16Array(one.length)];
        kernel.removeConstant(left, ours, left);
        reference.removeConstant(one, theirs, right);
        expect(left).toEqual(right);
        expect(plain(ours)).toEqual(plain(theirs));
      }
    });
    fc.assert(property, { numRuns: 60 });
  });

  it("of sines of any frequency, one after the other", () => {
    const sine = fc.double({ min: 0, max: Math.PI, noNaN: true }).map((angle) => {
      const turn = [Math.cos(angle), Math.sin(angle), Math.cos(4 * angle), Math.sin(4 * angle)];
      return Float64Array.of(1, 0, ...turn);
    });
    const all = fc.record({
      sines: fc.array(sine, { maxLength: 4 }),
      peak: fc.double({ min: 0, max: 20_000, noNaN: true }),
      counts: fc.array(fc.constantFrom(4, 80, 160, 1280, 1284, 2564), {
        minLength: 1,
        maxLength: 4,
      }),
    });
    const property = fc.property(all, ({ sines, peak, counts }) => {
      const [ours, theirs] = [sines.map((one) => one.slice()), sines.map((one) => one.slice())];
      for (const count of counts) {
        const [made, wanted] = [new Int16Array(count), new Int16Array(count)];
        kernel.makeSines(ours, peak, made);
        reference.makeSines(theirs, peak, wanted);
        expect(made).toEqual(wanted);
        expect(ours.map(plain)).toEqual(theirs.map(plain));
      }
    });
    fc.assert(property, { numRuns: 40 });
  });

  it("of noise, whatever the filter", () => {
    const part = fc.double({ min: -2, max: 2, noNaN: true });
    const filters = fc.array(part, {
      minLength: NOISE_FILTER_NUMBERS - 1,
      maxLength: NOISE_FILTER_NUMBERS - 1,
    });
    const level = fc.double({ min: 0, max: 1e-5, noNaN: true });
    const lengths = fc.array(fc.constantFrom(4, 8, 80, 160, 1284, 2564), {
      minLength: 1,
      maxLength: 6,
    });
    const property = fc.property(
      ...[filters, level, lengths, fc.integer()],
      (parts, loud, counts, seed) => {
        const filter = Float64Array.from([...parts, loud]);
        const memories = [0, 1].map(() => {
          const memory = new Float64Array(NOISE_MEMORY_NUMBERS);
          new Int32Array(memory.buffer, 8 * NOISE_ORDER).set([seed | 1, 2, 3, -4]);
          return memory;
        });
        const [ours, theirs] = memories;
        if (ours === undefined || theirs === undefined) return;
        for (const count of counts) {
          const [made, wanted] = [new Int16Array(count), new Int16Array(count)];
          kernel.makeNoise(filter, ours, 9000, made);
          reference.makeNoise(filter, theirs, 9000, wanted);
          expect(made).toEqual(wanted);
          expect(plain(ours)).toEqual(plain(theirs));
        }
      },
    );
    fc.assert(property, { numRuns: 60 });
  });

  it.each(["mulaw", "alaw"] as const)("of every sample and every code by %s", (law) => {
    const samples = Int16Array.from({ length: 0x10000 }, (_, at) => at - 0x8000);
    const [ours, theirs] = [new Uint8Array(0x10000), new Uint8Array(0x10000)];
    kernel.encodeLaw(law, samples, ours);
    reference.encodeLaw(law, samples, theirs);
    expect(Buffer.from(ours).equals(theirs)).toBe(true);
    const codes = Uint8Array.from({ length: 256 }, (_, code) => code);
    const [made, wanted] = [new Int16Array(256), new Int16Array(256)];
    kernel.decodeLaw(law, codes, made);
    reference.decodeLaw(law, codes, wanted);
    expect(made).toEqual(wanted);
  });

  it.each([
    { codes: 160, room: 1504, decoded: 160 },
    { codes: 163, room: 163, decoded: 163 },
    { codes: 163, room: 161, decoded: 161 },
    { codes: 1, room: 1, decoded: 1 },
    { codes: 1280, room: 1280, decoded: 1280 },
    { codes: 1281, room: 2000, decoded: 1281 },
    { codes: 3000, room: 2563, decoded: 2563 },
    { codes: 0, room: 8, decoded: 0 },
  ])("of $codes codes where $room samples have room", ({ codes: count, room, decoded }) => {
    const codes = Uint8Array.from({ length: count }, (_, at) => (at * 37) & 0xff);
    const [made, wanted] = [new Int16Array(room).fill(77), new Int16Array(room).fill(77)];
    kernel.decodeLaw("mulaw", codes, made);
    reference.decodeLaw("mulaw", codes, wanted);
    expect(made).toEqual(wanted);
    expect(made.subarray(decoded)).toEqual(new Int16Array(room - decoded).fill(77));
    const [ours, theirs] = [new Uint8Array(room + 9), new Uint8Array(room + 9)];
    kernel.encodeLaw("alaw", made, ours);
    reference.encodeLaw("alaw", made, theirs);
    expect(ours).toEqual(theirs);
  });
});
