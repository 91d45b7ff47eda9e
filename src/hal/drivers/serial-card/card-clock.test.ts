import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CardClock } from "./card-clock.ts";

/** A card's clock: what it shows at a time of ours. */
const shown =
  (startUs: number, ppm: number) =>
  (atMs: number): number =>
    Math.round(startUs + atMs * 1000 * (1 + ppm / 1e6)) % 2 ** 32;

describe("CardClock", () => {
  it("knows nothing before a whole exchange; an arrival alone tells nothing", () => {
    const clock = new CardClock();
    clock.arrival(1000, 50);
    expect(clock.known).toBe(false);
    clock.exchange(100, 5_000_000, 5_000_200, 104);
    expect(clock.known).toBe(true);
    // The exchange took 3.8 ms beside what the card took: the middle is off by 1.9 at most.
    expect(clock.hostMs(5_000_000)).toBeCloseTo(101.9, 6);
  });

  it("a slow exchange spoils nothing, a fast one makes it sure", () => {
    const clock = new CardClock();
    clock.exchange(100, 1_000_000, 1_000_000, 101);
    const before = clock.hostMs(1_000_000);
    clock.exchange(200, 1_140_000, 1_140_000, 260);
    expect(clock.hostMs(1_000_000)).toBeCloseTo(before, 6);
    clock.exchange(300, 1_200_900, 1_200_900, 301);
    expect(Math.abs(clock.hostMs(1_200_900) - 300.5)).toBeLessThanOrEqual(0.5);
  });

  it("begins anew where the card's clock jumped", () => {
    const clock = new CardClock();
    clock.exchange(100, 1_000_000, 1_000_000, 101);
    clock.exchange(200, 9_000_000, 9_000_000, 201);
    expect(Math.abs(clock.hostMs(9_000_000) - 200.5)).toBeLessThanOrEqual(0.5);
  });

  it("an exchange that came before it left is passed over", () => {
    const clock = new CardClock();
    clock.exchange(100, 1_000_000, 1_000_000, 101);
    const before = clock.hostMs(1_000_000);
    clock.exchange(200, 1_100_000, 1_300_000, 201);
    expect(clock.hostMs(1_000_000)).toBe(before);
  });

  it("follows any drift and delay to within the shortest delays, over the wrap", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.integer({ min: -200, max: 200 }),
        fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { minLength: 8, maxLength: 40 }),
        (startUs, ppm, delays) => {
          const clock = new CardClock();
          const us = shown(startUs, ppm);
          let nowMs = 1000;
          for (const [thereMs, backMs] of delays) {
            const there = nowMs + thereMs + 0.2;
            clock.exchange(nowMs, us(there), us(there), there + backMs + 0.2);
            nowMs += 250;
          }
          // Each exchange leaves the truth within itself, and drift widens that a little.
          const best = Math.min(...delays.map(([there, back]) => there + back + 0.4));
          const driftMs = delays.length * 250 * 600e-6;
          const error = Math.abs(clock.hostMs(us(nowMs)) - nowMs);
          expect(error).toBeLessThanOrEqual(best + driftMs + 0.01);
        },
      ),
      { numRuns: 300 },
    );
  });
});
