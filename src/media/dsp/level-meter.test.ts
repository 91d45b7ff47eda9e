import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { peakFromDbm0 } from "../../base/audio.ts";
import { LevelMeter } from "./level-meter.ts";

const FRAME = 80;

/** So many frames of a sine of 1000 Hz, whose ten periods fill a frame. */
function tone(meter: LevelMeter, levelDbm0: number, frames: number): void {
  const peak = peakFromDbm0(levelDbm0);
  const frame = Int16Array.from({ length: FRAME }, (_, at) =>
    Math.round(peak * Math.sin((2 * Math.PI * at) / 8)),
  );
  for (let n = 0; n < frames; n++) meter.process(frame);
}

describe("LevelMeter", () => {
  it.each([3, 0, -10, -20, -40])("take() tells a sine of %d dBm0", (levelDbm0) => {
    const meter = new LevelMeter(100);
    tone(meter, levelDbm0, 50);
    const all = { meanDbm0: levelDbm0, peakDbm0: levelDbm0, activeDbm0: levelDbm0 };
    expect(meter.take()).toEqual(all);
    expect(meter.take()).toBeUndefined();
  });

  it.each([
    // Half of the time is a pause: 3 dB less over all.
    { speech: -20, pause: -50, active: -20, mean: -23 },
    { speech: -20, pause: -100, active: -20, mean: -23 },
    // What is less than 15.9 dB below belongs to the speech.
    { speech: -20, pause: -32, active: -22.7, mean: -22.7 },
    { speech: -62, pause: -100, active: undefined, mean: -65 },
  ])("take() leaves pauses out: $speech and $pause dBm0", ({ speech, pause, active, mean }) => {
    const meter = new LevelMeter(100);
    for (let n = 0; n < 10; n++) {
      tone(meter, speech, 5);
      tone(meter, pause, 5);
    }
    const level = meter.take();
    expect(level?.meanDbm0).toBeCloseTo(mean, 0);
    expect(level?.peakDbm0).toBeCloseTo(speech, 0);
    if (active === undefined) expect(level).not.toHaveProperty("activeDbm0");
    else expect(level?.activeDbm0).toBeCloseTo(active, 0);
  });

  it("take() tells silence as −100 dBm0, and no speech in it", () => {
    const meter = new LevelMeter(10);
    meter.process(new Int16Array(FRAME));
    expect(meter.take()).toEqual({ meanDbm0: -100, peakDbm0: -100 });
  });

  it("process() leaves what is more than it was told to expect", () => {
    const meter = new LevelMeter(2);
    tone(meter, -10, 2);
    tone(meter, 0, 5);
    expect(meter.take()?.peakDbm0).toBe(-10);
  });

  it("take() finds mean, speech and peak in that order", () => {
    const levels = fc.array(fc.integer({ min: -70, max: 3 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(levels, (all) => {
        const meter = new LevelMeter(50);
        for (const one of all) tone(meter, one, 1);
        const { meanDbm0, peakDbm0, activeDbm0 = meanDbm0 } = meter.take() ?? {};
        expect(meanDbm0).toBeLessThanOrEqual(activeDbm0 ?? Number.NaN);
        expect(activeDbm0).toBeLessThanOrEqual(peakDbm0 ?? Number.NaN);
      }),
    );
  });
});
