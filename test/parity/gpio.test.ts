import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Level } from "../../src/hal/ports/gpio.ts";
import { checkPromises, GPIO_CONTRACT, openInput } from "./gpio-contract.ts";
import type { GpioRig } from "./gpio-rig.ts";
import { chardevRig, onoffRig, simRig, sysfsRig } from "./gpio-rigs.ts";

/** What happens on a pin: times between, levels driven, watermarks asked. */
const steps = fc.array(
  fc.record({
    gapMs: fc.integer({ min: 1, max: 30 }),
    level: fc.constantFrom<(Level | undefined)[]>(0, 1, undefined),
    askAheadMs: fc.option(fc.integer({ min: -10, max: 60 })),
  }),
  { maxLength: 12 },
);

describe.each([
  ["simulated", simRig],
  ["character device", chardevRig],
  ["sysfs by onoff", onoffRig],
  ["sysfs by its files", sysfsRig],
])("GPIO, %s", (_, makeRig) => {
  let rig: GpioRig;

  beforeEach(() => {
    rig = makeRig();
  });

  afterEach(() => rig.remove());

  it.each(GPIO_CONTRACT)("$name", async ({ hold }) => {
    expect.hasAssertions();
    await expect(hold(rig)).resolves.toBeUndefined();
  });

  it("keeps its promises whatever happens on the pin", async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 0, max: 50 }), async (pulses, lateMs) => {
        const fresh = makeRig();
        fresh.setLateness?.(lateMs);
        const { pin, log } = await openInput(fresh);
        let level: Level = 0;
        let driven = 0;
        for (const pulse of pulses) {
          await fresh.advance(pulse.gapMs);
          if (pulse.level !== undefined) {
            if (pulse.level !== level) driven++;
            level = pulse.level;
            fresh.drive(level);
          }
          if (pulse.askAheadMs !== null) {
            pin.requestWatermark(fresh.clock.nowMs() + pulse.askAheadMs);
          }
        }
        await fresh.advance(300);
        checkPromises(log, 0);
        const edges = log.flatMap(({ edge }) => edge ?? []);
        const areSeen = pulses.every(({ gapMs }) => gapMs >= fresh.grain.pulseMinMs);
        if (areSeen) expect(edges).toHaveLength(driven);
        expect(edges.length).toBeLessThanOrEqual(driven);
        expect(edges.at(-1)?.level ?? 0).toBe(level);
        pin.release();
        await fresh.remove();
      }),
      { numRuns: 25 },
    );
  });
});
