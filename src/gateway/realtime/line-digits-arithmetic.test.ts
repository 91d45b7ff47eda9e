import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDtmfSignal, HOP_SAMPLES } from "../../base/dtmf-arithmetic.ts";
import { invariant } from "../../base/invariant.ts";
import { createReferenceDtmfArithmetic, DTMF_TABLES } from "../../fxs/index.ts";
import { createVectorDtmfArithmetic } from "../../hal/drivers/vector-dtmf.ts";

const create = createVectorDtmfArithmetic();
invariant(create !== undefined, "this machine has vector instructions");
const kernel = create(DTMF_TABLES);
const reference = createReferenceDtmfArithmetic(DTMF_TABLES);

const hopsOf = (samples: number) => {
  const loud = fc.integer({ min: -32_768, max: 32_767 });
  // Around what is silence: 250 000 in 40 samples, 79 each.
  const quiet = fc.integer({ min: -160, max: 160 });
  const all = { minLength: samples, maxLength: samples };
  return fc
    .oneof(fc.array(loud, all), fc.array(quiet, all), fc.constant(Array(samples).fill(-32_768)))
    .map((one) => Int16Array.from(one));
};
const hops = fc.oneof(hopsOf(HOP_SAMPLES), hopsOf(2 * HOP_SAMPLES));
const from = fc.constantFrom(0, HOP_SAMPLES, 2 * HOP_SAMPLES);

describe("createVectorDtmfArithmetic()", () => {
  it("gives the reference's bits", () => {
    const run = fc.array(fc.record({ hops, from }), { minLength: 1, maxLength: 12 });
    const property = fc.property(run, (steps) => {
      const [ours, theirs] = [createDtmfSignal(), createDtmfSignal()];
      for (const step of steps) {
        kernel.take(step.hops, ours);
        reference.take(step.hops, theirs);
        expect(ours).toEqual(theirs);
        expect(kernel.weigh(ours, step.from)).toBe(reference.weigh(theirs, step.from));
        for (const group of ["rows", "columns"] as const) {
          kernel.look(group);
          reference.look(group);
          expect(kernel.sums).toEqual(reference.sums);
        }
      }
    });
    fc.assert(property, { numRuns: 60 });
  });

  it("folds two hops as they are, and looks at those", () => {
    const property = fc.property(hopsOf(2 * HOP_SAMPLES), (window) => {
      expect(kernel.fold(window)).toBe(reference.fold(window));
      for (const group of ["columns", "rows"] as const) {
        kernel.look(group);
        reference.look(group);
        expect(kernel.sums).toEqual(reference.sums);
      }
    });
    fc.assert(property, { numRuns: 60 });
  });

  it("keeps two receivers apart", () => {
    const [one, other, alone] = [createDtmfSignal(), createDtmfSignal(), createDtmfSignal()];
    const noise = (seed: number) =>
      Int16Array.from({ length: 2 * HOP_SAMPLES }, (_, at) => (((at + seed) * 7919) % 2001) - 1000);
    for (let n = 0; n < 5; n++) {
      kernel.take(noise(n), one);
      kernel.take(noise(7 * n + 3), other);
      kernel.take(noise(n), alone);
    }
    expect(one).toEqual(alone);
    expect(one).not.toEqual(other);
  });
});
