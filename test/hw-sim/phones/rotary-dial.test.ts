import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Digit } from "../../../src/base/audio.ts";
import { createRandomStream } from "../world/random-stream.ts";
import { bounceEdges } from "./contact-bounce.ts";
import { DEFAULT_ROTARY_DIAL, type DialPlate, dialMotions, pulseCount } from "./rotary-dial.ts";

describe("pulseCount()", () => {
  const rows: readonly (readonly [Digit, DialPlate, number | undefined])[] = [
    ["1", "standard", 1],
    ["9", "standard", 9],
    ["0", "standard", 10],
    ["0", "swedish", 1],
    ["9", "swedish", 10],
    ["0", "new-zealand", 10],
    ["1", "new-zealand", 9],
    ["9", "new-zealand", 1],
    ["*", "standard", undefined],
    ["#", "standard", undefined],
    ["A", "standard", undefined],
  ];
  for (const [digit, plate, pulses] of rows) {
    it(`gives ${pulses ?? "none"} for ${digit} on a ${plate} plate`, () => {
      expect(pulseCount(digit, plate)).toBe(pulses);
    });
  }
});

describe("dialMotions()", () => {
  it("winds 490 ms, breaks 61 ms and makes 39 ms, and rests", () => {
    expect(dialMotions(2, DEFAULT_ROTARY_DIAL)).toEqual([
      { kind: "off-normal", afterMs: 0, on: true },
      { kind: "pulse", afterMs: 490, closed: false },
      { kind: "pulse", afterMs: 551, closed: true },
      { kind: "pulse", afterMs: 590, closed: false },
      { kind: "pulse", afterMs: 651, closed: true },
      { kind: "off-normal", afterMs: 691, on: false },
    ]);
  });

  it("runs at its own speed and ratio", () => {
    const [, first, second, third] = dialMotions(2, {
      ...DEFAULT_ROTARY_DIAL,
      pps: 20,
      breakRatio: 0.5,
    });
    expect([first, second, third].map((motion) => motion?.afterMs)).toEqual([490, 515, 540]);
  });
});

describe("bounceEdges()", () => {
  it("starts at once, ends in place, alternates, and keeps to its time, whatever the seed", () => {
    const numbers = fc.tuple(
      fc.integer(),
      fc.boolean(),
      fc.double({ min: 0.1, max: 20, noNaN: true }),
    );
    fc.assert(
      fc.property(numbers, ([seed, closed, bounceMs]) => {
        const edges = bounceEdges(createRandomStream(seed, "bounce"), closed, bounceMs);
        expect(edges[0]).toEqual({ afterMs: 0, closed });
        expect(edges.at(-1)?.closed).toBe(closed);
        expect(edges.length).toBeGreaterThanOrEqual(3);
        edges.forEach((edge, at) => {
          expect(edge.closed).toBe(at % 2 === 0 ? closed : !closed);
          expect(edge.afterMs).toBeLessThanOrEqual(bounceMs);
          expect(edge.afterMs).toBeGreaterThanOrEqual(edges[at - 1]?.afterMs ?? 0);
        });
      }),
    );
  });

  it("is one edge without bounce", () => {
    const random = createRandomStream(1, "bounce");
    expect(bounceEdges(random, true, 0)).toEqual([{ afterMs: 0, closed: true }]);
  });
});
