import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BulkDelay } from "./bulk-delay.ts";

describe("BulkDelay", () => {
  it("knows nothing before the first frame", () => {
    expect(new BulkDelay(48_000).samples).toBeUndefined();
  });

  it("adds the frame, what was recorded since, and what is queued", () => {
    const delay = new BulkDelay(48_000);
    delay.observe(480, 30, 960);
    expect(delay.samples).toBe(1470);
  });

  it.each([
    [47, 1440],
    [48, 1488],
    [-47, 1440],
    [-48, 1392],
  ])("a change by %d samples at 48 kHz (1 ms is 48) makes it %d", (change, told) => {
    const delay = new BulkDelay(48_000);
    for (let n = 0; n < 20; n++) delay.observe(480, 0, 960);
    for (let n = 0; n < 20; n++) delay.observe(480, 0, 960 + change);
    expect(delay.samples).toBe(told);
  });

  it("one count that is off changes nothing", () => {
    const delay = new BulkDelay(8000);
    for (let n = 0; n < 10; n++) delay.observe(80, 0, 160);
    delay.observe(80, 400, 160);
    expect(delay.samples).toBe(240);
  });

  it("after a restart the next frame counts at once, and is told till then as before", () => {
    const delay = new BulkDelay(8000);
    for (let n = 0; n < 10; n++) delay.observe(80, 0, 160);
    delay.restart();
    expect(delay.samples).toBe(240);
    delay.observe(80, 0, 240);
    expect(delay.samples).toBe(320);
  });

  it("stays within 1 ms of a true delay, however the counts tremble within that", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5000 }),
        fc.array(fc.integer({ min: -8, max: 8 }), { minLength: 1, maxLength: 60 }),
        (queued, trembles) => {
          const delay = new BulkDelay(8000);
          for (const tremble of trembles) {
            delay.observe(80, 8, queued + tremble);
            expect(Math.abs((delay.samples ?? 0) - 88 - queued)).toBeLessThanOrEqual(8);
          }
        },
      ),
    );
  });
});
