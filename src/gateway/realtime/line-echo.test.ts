import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EchoFilter } from "../../base/echo-filter.ts";
import { invariant } from "../../base/invariant.ts";
import { createVectorEchoFilter } from "../../hal/drivers/vector-echo-filter.ts";
import { createReferenceEchoFilter } from "../../media/index.ts";

const createEchoFilter = createVectorEchoFilter();
invariant(createEchoFilter !== undefined, "this machine has vector instructions");

const FRAME = 80;
const sample = fc.integer({ min: -32_768, max: 32_767 });
const frame = fc.array(sample, { minLength: FRAME, maxLength: FRAME });
const action = fc.constantFrom("keep", "adopt", "restore", "clear");
const step = fc.record({
  far: frame,
  near: frame,
  step: fc.double({ min: 0, max: 1, noNaN: true }),
  action,
});

function act(filter: EchoFilter, name: string): void {
  if (name === "adopt") filter.adopt();
  else if (name === "restore") filter.restore();
  else if (name === "clear") filter.clear();
}

describe("createVectorEchoFilter()", () => {
  it.each([4, 64, 256, 1024])("gives the reference's bits with %i taps", (taps) => {
    const run = fc.array(step, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(run, (steps) => {
        const kernel = createEchoFilter(taps, FRAME);
        const reference = createReferenceEchoFilter(taps, FRAME);
        for (const { far, near, step: size, action: name } of steps) {
          for (const filter of [kernel, reference]) {
            filter.process(Int16Array.from(far), Int16Array.from(near), size, taps * 4000);
          }
          expect(kernel.heard).toEqual(reference.heard);
          expect(kernel.tried).toEqual(reference.tried);
          act(kernel, name);
          act(reference, name);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("keeps two filters apart", () => {
    const [one, other] = [createEchoFilter(64, FRAME), createEchoFilter(64, FRAME)];
    const noise = Int16Array.from({ length: FRAME }, (_, at) => ((at * 7919) % 2001) - 1000);
    for (let n = 0; n < 20; n++) one.process(noise, noise, 0.5, 64);
    one.adopt();
    other.process(noise, noise, 0, 64);
    expect(Array.from(other.heard)).toEqual(Array.from(noise));
    one.process(noise, noise, 0, 64);
    expect(Math.abs(one.heard[40] ?? 9e9)).toBeLessThan(100);
  });

  it.each([40, 80, 160, 480])("takes frames of %i samples", (frameSamples) => {
    const kernel = createEchoFilter(1024, frameSamples);
    const near = new Int16Array(frameSamples).fill(-5);
    kernel.process(new Int16Array(frameSamples), near, 0.5, 1);
    expect(Array.from(kernel.heard)).toEqual(new Array<number>(frameSamples).fill(-5));
  });
});
