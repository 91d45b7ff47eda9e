import { describe, expect, it } from "vitest";
import { SILENT_MS, SilenceWatch } from "./silence-watch.ts";

describe("SilenceWatch", () => {
  it("tells each five seconds while nothing comes, not before", () => {
    const watch = new SilenceWatch();
    watch.start(1000);
    expect(watch.dueMs).toBe(1000 + SILENT_MS);
    expect(watch.tell(1000 + SILENT_MS - 1)).toBeUndefined();
    expect(watch.tell(1000 + SILENT_MS)).toEqual({ silentMs: SILENT_MS, isFirst: true });
    expect(watch.dueMs).toBe(1000 + 2 * SILENT_MS);
    expect(watch.tell(1000 + SILENT_MS)).toBeUndefined();
    expect(watch.tell(1000 + 2 * SILENT_MS)).toEqual({ silentMs: 2 * SILENT_MS, isFirst: false });
  });

  it("tells a late caller once, with all of it", () => {
    const watch = new SilenceWatch();
    watch.start(0);
    expect(watch.tell(3 * SILENT_MS + 1)).toEqual({ silentMs: 3 * SILENT_MS + 1, isFirst: true });
    expect(watch.dueMs).toBe(4 * SILENT_MS);
  });

  // Sums of these with 5000, less them again, come out under 5000.
  it.each([13436.424411240123, 28978.16145904856, 30336.85109329176])(
    "tells it once at the moment it said, begun at %d ms",
    (startMs) => {
      const watch = new SilenceWatch();
      watch.start(startMs);
      const firstMs = watch.dueMs;
      expect(firstMs - startMs).toBeLessThan(SILENT_MS);
      expect(watch.tell(firstMs)?.isFirst).toBe(true);
      expect(watch.dueMs).toBeGreaterThan(firstMs);
      expect(watch.tell(firstMs)).toBeUndefined();
      expect(watch.tell(watch.dueMs)?.isFirst).toBe(false);
    },
  );

  it("says of what comes whether it ends a silence", () => {
    const watch = new SilenceWatch();
    watch.start(0);
    expect([watch.heard(10), watch.heard(20)]).toEqual([true, false]);
    watch.tell(20 + SILENT_MS);
    expect([watch.heard(9000), watch.heard(9010)]).toEqual([true, false]);
    expect(watch.dueMs).toBe(9010 + SILENT_MS);
  });

  it("begins anew where the flow does", () => {
    const watch = new SilenceWatch();
    watch.start(0);
    watch.tell(SILENT_MS);
    watch.start(50_000);
    expect(watch.tell(50_000 + SILENT_MS)?.isFirst).toBe(true);
  });
});
