import { describe, expect, it } from "vitest";
import { ClockDrift } from "./clock-drift.ts";

/** Runs a card that is `ppm` fast, looked at every 10 ms, up to `lateMs` late. */
function run(drift: ClockDrift, ppm: number, seconds: number, lateMs = 0, rateHz = 48_000): void {
  const grain = rateHz / 1000;
  for (let n = 1; n <= seconds * 100; n++) {
    const nowMs = 7000 + n * 10;
    // A look that is late sees a count that has not moved on, by a pattern that repeats nowhere.
    const countedMs = n * 10 - ((n * 7919) % 97) * (lateMs / 97);
    const samples = (countedMs / 1000) * rateHz * (1 + ppm * 1e-6);
    drift.observe(Math.floor(samples / grain) * grain, nowMs);
  }
}

describe("ClockDrift", () => {
  it.each([0, 25, -25, 100, -300])("a card that is %d ppm fast is found out", (ppm) => {
    const drift = new ClockDrift(48_000);
    run(drift, ppm, 120);
    expect(drift.ppm).toBeDefined();
    expect(Math.abs((drift.ppm ?? Number.NaN) - ppm)).toBeLessThan(15);
  });

  it("looks that come late by up to 20 ms do not bend it", () => {
    const drift = new ClockDrift(48_000);
    run(drift, 60, 120, 20);
    expect(Math.abs((drift.ppm ?? Number.NaN) - 60)).toBeLessThan(15);
  });

  it.each([
    [20, false],
    [40, true],
  ])("after %d s it is told: %s", (seconds, told) => {
    const drift = new ClockDrift(8000);
    run(drift, 50, seconds, 0, 8000);
    expect(drift.ppm !== undefined).toBe(told);
  });

  it("a restart begins a new measurement and keeps the last one until then", () => {
    const drift = new ClockDrift(48_000);
    run(drift, 50, 60);
    const before = drift.ppm;
    drift.restart();
    expect(drift.ppm).toBe(before);
    run(drift, -50, 60);
    expect(Math.abs((drift.ppm ?? Number.NaN) + 50)).toBeLessThan(25);
  });
});
