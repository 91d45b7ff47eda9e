import { describe, expect, it } from "vitest";
import { DelayLine } from "./delay-line.ts";

describe("DelayLine", () => {
  it("at() and dot() see the latest samples, however many came", () => {
    const line = new DelayLine(3);
    const taps = Int32Array.of(100, 10, 1);
    expect(line.dot(taps)).toBe(0);
    for (let sample = 1; sample <= 8; sample++) {
      line.push(sample);
      const oldest = Math.max(0, sample - 2);
      const middle = Math.max(0, sample - 1);
      expect([line.at(2), line.at(1), line.at(0)]).toEqual([oldest, middle, sample]);
      expect(line.dot(taps)).toBe(100 * oldest + 10 * middle + sample);
    }
  });

  it("refuses to be of no length", () => {
    expect(() => new DelayLine(0)).toThrow();
  });
});
