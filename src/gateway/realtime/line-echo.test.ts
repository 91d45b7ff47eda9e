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
const action = fc.constantFrom("keep", "adopt", "restore", "clear", "rest");
const step = fc.record({
  far: frame,
  near: frame,
  step: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true })),
  action,
});

function act(filter: EchoFilter, name: string): void {
  if (name === "adopt") filter.adopt();
  else if (name === "restore") filter.restore();
  else if (name === "clear") filter.clear();
}

/** Errors of a normalised LMS filter with a step of a half, written plainly. */
function sampleBySample(
  far: readonly number[],
  near: readonly number[],
  taps: number,
): readonly number[] {
  const filter = new Float64Array(taps);
  return near.map((captured, n) => {
    const window = Array.from(filter, (_, lag) => far[n - lag] ?? 0);
    const error = captured - window.reduce((sum, one, lag) => sum + one * (filter[lag] ?? 0), 0);
    const energy = window.reduce((sum, one) => sum + one * one, taps * 4000);
    for (const [lag, one] of window.entries()) {
      filter[lag] = (filter[lag] ?? 0) + (0.5 * error * one) / energy;
    }
    return error;
  });
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
            const [played, heard] = [Int16Array.from(far), Int16Array.from(near)];
            if (name === "rest") filter.rest(played, heard);
            else filter.process(played, heard, size, taps * 4000);
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

  it.each([2, 6, 40, 44, 80, 160, 480])("takes frames of %i samples", (frameSamples) => {
    const kernel = createEchoFilter(64, frameSamples);
    const reference = createReferenceEchoFilter(64, frameSamples);
    const noise = Int16Array.from({ length: frameSamples }, (_, at) => ((at * 7919) % 2001) - 1000);
    for (const size of [0.5, 0.5, 0.5]) {
      for (const filter of [kernel, reference]) filter.process(noise, noise, size, 64);
      expect(kernel.tried).toEqual(reference.tried);
    }
    for (const filter of [kernel, reference]) {
      filter.adopt();
      filter.rest(noise, noise);
    }
    expect(kernel.heard).toEqual(reference.heard);
  });

  it("learns from two samples at a time what it would from one after the other", () => {
    const taps = 64;
    const kernel = createEchoFilter(taps, FRAME);
    const far = Array.from({ length: 20 * FRAME }, (_, at) => ((at * at * 7919) % 20_011) - 10_000);
    const near = far.map((_, at) =>
      Math.round(0.4 * (far[at - 3] ?? 0) - 0.2 * (far[at - 9] ?? 0)),
    );
    const wanted = sampleBySample(far, near, taps);
    for (let at = 0; at < far.length; at += FRAME) {
      const frameOf = (all: readonly number[]) => Int16Array.from(all.slice(at, at + FRAME));
      kernel.process(frameOf(far), frameOf(near), 0.5, taps * 4000);
      for (const [n, error] of kernel.tried.entries()) {
        expect(Math.abs(error - (wanted[at + n] ?? 9e9))).toBeLessThan(0.1);
      }
    }
    expect(Math.abs(wanted.at(-1) ?? 9e9)).toBeLessThan(50);
  });
});
