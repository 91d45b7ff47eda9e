import { describe, expect, it } from "vitest";
import { CallQuality } from "./call-quality.ts";
import { type PathFigures, qualityOf } from "./session-quality.ts";

const path = (settled: number, lost: number, codec = "PCMU"): PathFigures => ({
  codec,
  ptimeMs: 20,
  roundTripMs: undefined,
  playout: { adapts: true, conceals: true, limitMs: 200 },
  jitterBufferMs: 0,
  losses: {
    settled,
    lost,
    discarded: 0,
    burstDensity: 0,
    gapDensity: 0,
    burstPackets: 0,
    gapPackets: settled,
    burstRatio: 1,
  },
});

describe("CallQuality", () => {
  it("whole() of a call with one codec is that of its figures", () => {
    const quality = new CallQuality();
    expect(quality.whole(path(0, 0))).toBeUndefined();
    expect(quality.whole(path(1000, 50))).toEqual(qualityOf(path(1000, 50)));
    expect(quality.recent).toEqual({});
  });

  it("tell() rates what came since the last time, beside the whole", () => {
    const quality = new CallQuality();
    quality.tell(path(1000, 0));
    expect(quality.recent.recent?.lossPercent).toBe(0);
    quality.tell(path(1250, 25));
    expect(quality.recent.recent?.lossPercent).toBe(10);
    expect(quality.recent.recent?.mosListening).toBeLessThan(3.5);
    expect(quality.whole(path(1250, 25))?.lossPercent).toBe(2);
    // Nothing more came: there is nothing to rate.
    quality.tell(path(1250, 25));
    expect(quality.recent).toEqual({});
  });

  it("next() keeps what was before another codec, weighed by its packets", () => {
    const quality = new CallQuality();
    quality.tell(path(3000, 300));
    quality.next(path(3000, 300));
    const [bad, good] = [qualityOf(path(3000, 300)), qualityOf(path(1000, 0, "G729"))];
    const whole = quality.whole(path(1000, 0, "G729"));
    expect(whole?.lossPercent).toBe(7.5);
    const mean = 0.75 * (bad?.rFactor ?? 0) + 0.25 * (good?.rFactor ?? 0);
    expect(whole?.rFactor).toBeCloseTo(mean, 1);
    quality.tell(path(1000, 0, "G729"));
    expect(quality.recent).toEqual({ recent: good });
    expect(quality.whole(path(0, 0, "G729"))).toEqual(bad);
  });
});
