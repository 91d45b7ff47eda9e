import { describe, expect, it } from "vitest";
import { done } from "../../src/base/result.ts";
import { GPIO_SLIC_PROFILES, openGpioSlic } from "../../src/hal/drivers/index.ts";
import { createPwmGpio } from "../../src/hal/linux/index.ts";
import { FakePwm } from "../../src/hal/linux/testing/fake-pwm.ts";
import { SimGpio } from "../hw-sim/board/sim-gpio.ts";
import { World } from "../hw-sim/world/world.ts";

const CHANNEL = "pwmchip0/pwm0";

/** A line card whose F/R is on a PWM channel and whose other pins are ordinary ones. */
async function rig() {
  const world = new World({ seed: 1 });
  const files = new FakePwm(world.clock, [{ device: "fe20c000.pwm", channels: 2 }]);
  const pins = new SimGpio(world, ["GPIO5", "GPIO6", "GPIO12"]);
  const ringMode: { atMs: number; level: unknown }[] = [];
  pins.onOutput("GPIO5", (level, atMs) => ringMode.push({ atMs, level }));
  const gpio = createPwmGpio(pins, {
    clock: world.clock,
    pins: { GPIO12: { devices: ["fe20c000.pwm"], channel: 0 } },
    files,
  });
  const events = { onLoop() {}, onWatermark() {}, onFault() {} };
  const profile = GPIO_SLIC_PROFILES.ag1171;
  const slic = await openGpioSlic(
    { profile, pins: { fr: "GPIO12", rm: "GPIO5", shk: "GPIO6" }, ohtBias: true },
    { gpio, clock: world.clock },
    events,
  );
  return { world, files, ringMode, slic };
}

describe("a GPIO line card that rings by PWM", () => {
  it.each([20, 25])(
    "rings at %d Hz without a write of its own for each edge",
    async (frequencyHz) => {
      const { world, files, slic } = await rig();
      expect(files.pin(CHANNEL)).toBe("high");
      expect(slic.setRinging(true, { frequencyHz })).toEqual(done);
      expect(files.pin(CHANNEL)).toBe(`${frequencyHz} Hz, 50 %`);
      const before = files.history.get(CHANNEL)?.length;
      world.runFor(1900);
      expect(files.history.get(CHANNEL)?.length).toBe(before);
      slic.close();
      expect(files.pin(CHANNEL)).toBe("high");
    },
  );

  it.each([
    [20, 50],
    [25, 40],
  ])(
    "at %d Hz F/R rests a period, %d ms, and 10 ms more before RM goes low",
    async (hz, period) => {
      const { world, files, ringMode, slic } = await rig();
      slic.setRinging(true, { frequencyHz: hz });
      world.runFor(2000);
      const parkedMs = world.clock.nowMs();
      slic.setRinging(false, { frequencyHz: hz });
      expect(files.pin(CHANNEL)).toBe("high");
      expect(ringMode.at(-1)?.level).toBe(1);
      world.runFor(500);
      const low = ringMode.at(-1);
      expect(low?.level).toBe(0);
      const restedMs = (low?.atMs ?? 0) - parkedMs;
      expect(restedMs).toBeGreaterThanOrEqual(period + 10);
      expect(restedMs).toBeLessThan(period + 20);
      slic.close();
    },
  );

  it("safe() parks F/R at once and ends the ringing mode after the same rest", async () => {
    const { world, files, ringMode, slic } = await rig();
    slic.setRinging(true, { frequencyHz: 20 });
    world.runFor(333);
    slic.safe();
    expect(files.pin(CHANNEL)).toBe("high");
    world.runFor(59);
    expect(ringMode.at(-1)?.level).toBe(1);
    world.runFor(10);
    expect(ringMode.at(-1)?.level).toBe(0);
    slic.close();
  });

  it("turns the line round by the same pin", async () => {
    const { files, slic } = await rig();
    expect(slic.setFeed("reverse")).toEqual(done);
    expect(files.pin(CHANNEL)).toBe("low");
    expect(slic.setFeed("forward")).toEqual(done);
    expect(files.pin(CHANNEL)).toBe("high");
    slic.close();
  });
});
