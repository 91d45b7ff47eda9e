import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ECHO_SUMS, type EchoFilter } from "../../base/echo-filter.ts";
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

function filtered(
  filter: EchoFilter,
  far: Int16Array,
  near: Int16Array,
  size: number,
  regularisation: number,
): void {
  filter.take(far, near);
  filter.process(size, regularisation);
}

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

/** What the foreground makes of a click in silence, by how late it is. */
function clickAnswers(filter: EchoFilter, taps: number): readonly number[] {
  const silence = new Int16Array(FRAME);
  const click = Int16Array.from({ length: FRAME }, (_, at) => (at === 0 ? 32_767 : 0));
  const answers: number[] = [];
  const frames = Math.ceil(taps / FRAME);
  for (let at = -frames; at < frames; at++) {
    filter.take(at === 0 ? click : silence, silence);
    filter.rest();
    if (at >= 0) answers.push(...Array.from(filter.heard, (left) => -left));
  }
  return answers.slice(0, taps);
}

describe("createVectorEchoFilter()", () => {
  it.each([8, 64, 256, 1024])("gives the reference's bits with %i taps", (taps) => {
    const run = fc.array(step, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(run, (steps) => {
        const kernel = createEchoFilter(taps, FRAME);
        const reference = createReferenceEchoFilter(taps, FRAME);
        for (const { far, near, step: size, action: name } of steps) {
          for (const filter of [kernel, reference]) {
            const [played, heard] = [Int16Array.from(far), Int16Array.from(near)];
            filter.take(played, heard);
            if (name === "rest") filter.rest();
            else filter.process(size, taps * 4000);
          }
          for (const _ of ["as filtered", "as acted upon"]) {
            expect(kernel.heard).toEqual(reference.heard);
            expect(kernel.tried).toEqual(reference.tried);
            expect(kernel.sums).toEqual(reference.sums);
            act(kernel, name);
            act(reference, name);
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  it("keeps two filters apart", () => {
    const [one, other] = [createEchoFilter(64, FRAME), createEchoFilter(64, FRAME)];
    const noise = Int16Array.from({ length: FRAME }, (_, at) => ((at * 7919) % 2001) - 1000);
    for (let n = 0; n < 20; n++) filtered(one, noise, noise, 0.5, 64);
    one.adopt();
    filtered(other, noise, noise, 0, 64);
    expect(Array.from(other.heard)).toEqual(Array.from(noise));
    filtered(one, noise, noise, 0, 64);
    expect(Math.abs(one.heard[40] ?? 9e9)).toBeLessThan(100);
  });

  it.each([
    { echoes: "one of the latest echo too", last: 250, isHeard: true },
    { echoes: "one that is over by then", last: 20, isHeard: true },
    { echoes: "none where nothing but noise was learned", last: 20, isHeard: false },
  ])("answers a click with echo as long as there is any: $echoes", ({ last, isHeard }) => {
    const taps = 256;
    const [kernel, reference] = [createEchoFilter, createReferenceEchoFilter].map((create) =>
      create(taps, FRAME),
    );
    invariant(kernel !== undefined && reference !== undefined, "both were made");
    let state = 1;
    const noise = (peak: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      return Math.round((peak * state) / 2 ** 31);
    };
    const far = Array.from({ length: 60 * FRAME }, () => noise(8000));
    const part = isHeard ? 0.25 : 0;
    const near = far.map((_, at) => {
      const echo = (far[at - 4] ?? 0) - 0.5 * (far[at - last] ?? 0);
      return Math.round(part * echo) + noise(800);
    });
    for (let at = 0; at < far.length; at += FRAME) {
      for (const filter of [kernel, reference]) {
        const [played, heard] = [far, near].map((all) =>
          Int16Array.from(all.slice(at, at + FRAME)),
        );
        filter.take(played ?? new Int16Array(FRAME), heard ?? new Int16Array(FRAME));
        const isTrial = at % (4 * FRAME) === 3 * FRAME;
        filter.process(isTrial ? 0 : 0.1, taps * 4000);
        if (isTrial) filter.adopt();
      }
      expect(kernel.heard).toEqual(reference.heard);
      expect(kernel.tried).toEqual(reference.tried);
      expect(kernel.sums).toEqual(reference.sums);
    }
    const answers = clickAnswers(kernel, taps);
    const loud = answers.flatMap((answer, delay) => (Math.abs(answer) > 2000 ? [delay] : []));
    expect(loud).toEqual(isHeard ? [4, last] : []);
    // What is late and was learned from noise is gone, and nothing else.
    const kept = answers.findLastIndex((answer) => answer !== 0) + 1;
    if (isHeard) expect(kept > 192).toBe(last > 192);
  });

  it.each([8, 16, 40, 80, 160, 480])("takes frames of %i samples", (frameSamples) => {
    const kernel = createEchoFilter(64, frameSamples);
    const reference = createReferenceEchoFilter(64, frameSamples);
    const noise = Int16Array.from({ length: frameSamples }, (_, at) => ((at * 7919) % 2001) - 1000);
    for (const size of [0.5, 0.5, 0.5]) {
      for (const filter of [kernel, reference]) filtered(filter, noise, noise, size, 64);
      expect(kernel.tried).toEqual(reference.tried);
    }
    for (const filter of [kernel, reference]) {
      filter.adopt();
      filter.take(noise, noise);
      filter.rest();
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
      filtered(kernel, frameOf(far), frameOf(near), 0.5, taps * 4000);
      for (const [n, error] of kernel.tried.entries()) {
        expect(Math.abs(error - (wanted[at + n] ?? 9e9))).toBeLessThan(0.1);
      }
    }
    expect(Math.abs(wanted.at(-1) ?? 9e9)).toBeLessThan(50);
  });

  it.each([
    [0.05, 0],
    [0.2, 90],
    [0.5, 200],
  ])("hears with words what it learned in floats, %f of a path %i samples late", (part, late) => {
    const taps = 256;
    const kernel = createEchoFilter(taps, FRAME);
    let state = 1;
    const random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      return state / 2 ** 31;
    };
    const far = Array.from({ length: 300 * FRAME }, () => Math.round(10_000 * random()));
    const shape = Array.from({ length: 50 }, (_, at) => random() * 0.9 ** at * part);
    const echo = far.map((_, at) =>
      Math.round(shape.reduce((sum, one, lag) => sum + one * (far[at - late - lag] ?? 0), 0)),
    );
    let [heard, far2] = [0, 0];
    for (let at = 0; at < far.length; at += FRAME) {
      const frames = [far, echo].map((all) => Int16Array.from(all.slice(at, at + FRAME)));
      const [played = new Int16Array(), near = new Int16Array()] = frames;
      if (at < 200 * FRAME) filtered(kernel, played, near, 0.5, taps * 4000);
      else {
        if (at === 200 * FRAME) kernel.adopt();
        kernel.take(played, near);
        kernel.rest();
        heard += kernel.sums[ECHO_SUMS.heard] ?? 0;
        far2 += kernel.sums[ECHO_SUMS.farSquares] ?? 0;
      }
    }
    // What the echo's own rounding to samples leaves is a hundredth of this.
    expect(10 * Math.log10(heard / far2)).toBeLessThan(-74);
  });
});
