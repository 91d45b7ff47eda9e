import { describe, expect, it } from "vitest";
import { createRandomStream } from "./random-stream.ts";

function draw(seed: number | string, name: string, count = 8): number[] {
  const stream = createRandomStream(seed, name);
  return Array.from({ length: count }, () => stream.float());
}

describe("createRandomStream()", () => {
  it("gives the same numbers for the same seed and name", () => {
    expect(draw(7, "phone")).toEqual(draw(7, "phone"));
  });

  it.each([
    ["another seed", draw(8, "phone")],
    ["another name", draw(7, "phone2")],
    ["a name that moves the border between seed and name", draw("7\nphone", "")],
    ["a name that differs only above 8 bits", draw(7, "phonĥ")],
  ])("gives other numbers for %s", (_, numbers) => {
    expect(numbers).not.toEqual(draw(7, "phone"));
  });

  it("spreads float() evenly over 0 to 1", () => {
    const stream = createRandomStream(1, "spread");
    const bins = new Array<number>(16).fill(0);
    for (let count = 0; count < 16_000; count++) {
      const value = stream.float();
      expect(value >= 0 && value < 1).toBe(true);
      const bin = Math.floor(value * 16);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    // 1000 expected, standard deviation 31.
    expect(Math.min(...bins)).toBeGreaterThan(850);
    expect(Math.max(...bins)).toBeLessThan(1150);
  });

  it("keeps int() below its bound and reaches both ends", () => {
    const stream = createRandomStream(1, "int");
    const seen = new Set(Array.from({ length: 300 }, () => stream.int(6)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(stream.int(1)).toBe(0);
  });

  it("gives as many bytes() as asked for, of all values", () => {
    const stream = createRandomStream(1, "bytes");
    expect(stream.bytes(0)).toHaveLength(0);
    expect(new Set(stream.bytes(4000)).size).toBe(256);
  });
});
