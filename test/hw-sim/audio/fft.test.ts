import { describe, expect, it } from "vitest";
import { createRandomStream } from "../world/random-stream.ts";
import { Fft } from "./fft.ts";

function noise(name: string, length: number): Float64Array {
  const random = createRandomStream(1, name);
  return Float64Array.from({ length }, () => random.float() - 0.5);
}

/** One bin of the transform, as it is defined. */
function binOf(re: Float64Array, im: Float64Array, bin: number): readonly [number, number] {
  let sumRe = 0;
  let sumIm = 0;
  for (const [at, one] of re.entries()) {
    const angle = (-2 * Math.PI * bin * at) / re.length;
    const other = im[at] ?? 0;
    sumRe += one * Math.cos(angle) - other * Math.sin(angle);
    sumIm += one * Math.sin(angle) + other * Math.cos(angle);
  }
  return [sumRe, sumIm];
}

describe("Fft", () => {
  it.each([2, 4, 8, 16, 32, 128])("forward() of %i gives what the definition does", (size) => {
    const re = noise("re", size);
    const im = noise("im", size);
    const expected = re.map((_, bin) => binOf(re, im, bin)[0]);
    const expectedIm = re.map((_, bin) => binOf(re, im, bin)[1]);
    new Fft(size).forward(re, im);
    for (const [bin, one] of re.entries()) {
      expect(one).toBeCloseTo(expected[bin] ?? 0, 9);
      expect(im[bin]).toBeCloseTo(expectedIm[bin] ?? 0, 9);
    }
  });

  it("inverse() undoes forward()", () => {
    const fft = new Fft(64);
    const re = noise("re", 64);
    const im = noise("im", 64);
    fft.forward(re, im);
    fft.inverse(re, im);
    for (const [at, one] of noise("re", 64).entries()) expect(re[at]).toBeCloseTo(one, 12);
    for (const [at, one] of noise("im", 64).entries()) expect(im[at]).toBeCloseTo(one, 12);
  });

  it.each([1, 3, 12])("refuses a size of %i", (size) => {
    expect(() => new Fft(size)).toThrow(/power of two/);
  });
});
