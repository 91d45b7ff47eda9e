import { describe, expect, it } from "vitest";
import { createRandomStream } from "../world/random-stream.ts";
import { segmentCorrelation } from "./segment-correlation.ts";
import { speechLike } from "./speech-like.ts";

const speech = speechLike(createRandomStream(3, "speech"), 3000);

function delayed(samples: Float64Array, by: number): Float64Array {
  const out = new Float64Array(samples.length + 4000);
  out.set(samples, by);
  return out;
}

describe("segmentCorrelation()", () => {
  it("finds the delay of a wave that came whole", () => {
    const found = segmentCorrelation(speech, delayed(speech, 240));
    expect(found.delaySamples).toBe(240);
    expect(found.correlation).toBeGreaterThan(0.99);
  });

  it("does not mind a shift between two pieces, and tells the range", () => {
    const heard = delayed(speech, 240);
    const shifted = Float64Array.from(heard);
    shifted.fill(0, 12_000);
    shifted.set(heard.subarray(12_000, heard.length - 160), 12_160);
    const found = segmentCorrelation(speech, shifted);
    expect(found.correlation).toBeGreaterThan(0.9);
    expect(found.delayRange).toEqual([240, 400]);
  });

  it("tells swapped wires from a vowel that fits half a period late", () => {
    const swapped = delayed(speech, 240).map((sample) => -sample);
    const found = segmentCorrelation(speech, swapped);
    expect(found.correlation).toBeLessThan(-0.99);
    expect(found.delaySamples).toBe(240);
    const vowel = Float64Array.from({ length: 8000 }, (_, at) =>
      Math.sin((2 * Math.PI * 330 * at) / 8000),
    );
    // 1.5 ms more or less are half a period: in each piece it may be either.
    const hurried = delayed(vowel, 240);
    hurried.copyWithin(4240, 4252);
    expect(segmentCorrelation(vowel, hurried).correlation).toBeGreaterThan(0.9);
  });

  it("finds nothing in other speech, in silence and in half of it lost", () => {
    const other = speechLike(createRandomStream(4, "other"), 3500);
    expect(segmentCorrelation(speech, other).correlation).toBeLessThan(0.4);
    expect(segmentCorrelation(speech, new Float64Array(28_000)).correlation).toBe(0);
    const half = delayed(speech, 0).fill(0, 12_000);
    expect(segmentCorrelation(speech, half).correlation).toBeLessThan(0.8);
  });
});
