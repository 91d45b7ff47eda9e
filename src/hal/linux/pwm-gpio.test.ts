import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PortError, type PortFault, type PortFaultKind } from "../../base/port-fault.ts";
import { done } from "../../base/result.ts";
import type { Gpio, Level } from "../ports/gpio.ts";
import { createPwmFiles } from "./pwm-files.ts";
import { createPwmGpio, type PwmPins } from "./pwm-gpio.ts";
import { FakePwm, type FakePwmChip } from "./testing/fake-pwm.ts";
import { HandClock } from "./testing/hand-clock.ts";

const PINS: PwmPins = {
  GPIO12: { devices: ["fe20c000.pwm", "1f00098000.pwm"], channel: 0 },
  GPIO13: { devices: ["fe20c000.pwm"], channel: 1 },
};
const CHIPS: readonly FakePwmChip[] = [
  { device: "fan.pwm", channels: 1 },
  { device: "fe20c000.pwm", channels: 2 },
];
const CHANNEL = "pwmchip1/pwm0";

function rig(chips: readonly FakePwmChip[] = CHIPS) {
  const clock = new HandClock();
  const files = new FakePwm(clock, chips);
  const plain: string[] = [];
  const gpio: Gpio = {
    openOutput: async (pin) => {
      plain.push(`output ${pin}`);
      return { write: () => done, release() {} };
    },
    openInput: async (pin) => {
      plain.push(`input ${pin}`);
      return { read: () => ({ ok: true, value: 0 }), requestWatermark() {}, release() {} };
    },
  };
  return { clock, files, plain, gpio: createPwmGpio(gpio, { clock, pins: PINS, files }) };
}

async function faultOf(opening: Promise<unknown>): Promise<PortFault | undefined> {
  const outcome: unknown = await opening.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome === undefined) return undefined;
  if (outcome instanceof PortError) return outcome.fault;
  throw outcome;
}

describe("createPwmGpio()", () => {
  it.each([
    [0, "low"],
    [1, "high"],
  ] as const)(
    "parks a pin at its first level %d, by a channel that stays on",
    async (level, is) => {
      const { files, gpio, plain } = rig();
      const pin = await gpio.openOutput("GPIO12", { initial: level });
      expect(files.pin(CHANNEL)).toBe(is);
      for (const next of [1, 0, 1] as const) {
        expect(pin.write(next)).toEqual(done);
        expect(files.pin(CHANNEL)).toBe(next === 1 ? "high" : "low");
      }
      pin.release();
      expect(files.pin(CHANNEL)).toBe("high");
      expect(plain).toEqual([]);
    },
  );

  it.each([16.7, 20, 25, 50])("makes a wave of %d Hz, half of it high", async (hertz) => {
    const { files, gpio } = rig();
    const pin = await gpio.openOutput("GPIO12", { initial: 1 });
    expect(pin.squareWave?.start(hertz)).toEqual(done);
    const [made] = files.pin(CHANNEL).split(" Hz, ");
    expect(Number(made)).toBeCloseTo(hertz, 4);
    expect(files.pin(CHANNEL)).toMatch(/50 %$/);
    expect(pin.squareWave?.settleMs).toBeCloseTo(1000 / hertz, 4);
    expect(pin.squareWave?.stop(1)).toEqual(done);
    expect(files.pin(CHANNEL)).toBe("high");
    expect(pin.squareWave?.settleMs, "the last period may still run").toBeCloseTo(1000 / hertz, 4);
  });

  it("is never off, and never anything but a level or a wave, in any order of calls", async () => {
    const call = fc.oneof(
      fc.record({ hertz: fc.double({ min: 10, max: 100, noNaN: true }) }),
      fc.record({ stop: fc.constantFrom<Level[]>(0, 1) }),
      fc.record({ write: fc.constantFrom<Level[]>(0, 1) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 12 }), async (calls) => {
        const { files, gpio } = rig();
        const pin = await gpio.openOutput("GPIO12", { initial: 1 });
        const opened = files.history.get(CHANNEL)?.length ?? 0;
        for (const one of calls) {
          const result =
            "hertz" in one
              ? pin.squareWave?.start(one.hertz)
              : "stop" in one
                ? pin.squareWave?.stop(one.stop)
                : pin.write(one.write);
          expect(result).toEqual(done);
        }
        for (const { state } of files.history.get(CHANNEL)?.slice(opened) ?? []) {
          expect(state.enabled).toBe(true);
        }
        const last = calls.at(-1);
        if (last !== undefined && !("hertz" in last)) {
          const level = "stop" in last ? last.stop : last.write;
          expect(files.pin(CHANNEL)).toBe(level === 1 ? "high" : "low");
        }
      }),
    );
  });

  it.each<[string, readonly FakePwmChip[], string, "push-pull" | "open-drain"]>([
    ["no chip is there", [], "GPIO12", "push-pull"],
    ["its chip is not there", [{ device: "fan.pwm", channels: 4 }], "GPIO12", "push-pull"],
    ["the board names no channel for it", CHIPS, "GPIO5", "push-pull"],
    ["it is to be open-drain", CHIPS, "GPIO12", "open-drain"],
  ])("leaves a pin to GPIO where %s", async (_, chips, name, drive) => {
    const { gpio, plain } = rig(chips);
    const pin = await gpio.openOutput(name, { initial: 0, drive });
    expect(plain).toEqual([`output ${name}`]);
    expect(pin.squareWave).toBeUndefined();
  });

  it("finds the chip by any of its devices' names, and leaves inputs to GPIO", async () => {
    const { files, gpio, plain } = rig([{ device: "1f00098000.pwm", channels: 4 }]);
    await gpio.openOutput("GPIO12", { initial: 1 });
    const events = { onEdge() {}, onWatermark() {}, onFault() {} };
    await gpio.openInput("GPIO6", events);
    expect([files.pin("pwmchip0/pwm0"), plain]).toEqual(["high", ["input GPIO6"]]);
  });

  it("waits for the rights that udev gives on a new channel, up to a second", async () => {
    const { clock, files, gpio } = rig();
    files.rightsAfterMs = 130;
    const opening = gpio.openOutput("GPIO12", { initial: 1 });
    await clock.advance(200);
    await opening;
    expect(files.pin(CHANNEL)).toBe("high");
    const never = rig();
    never.files.rightsAfterMs = 5000;
    const fault = faultOf(never.gpio.openOutput("GPIO12", { initial: 1 }));
    await never.clock.advance(1200);
    expect(await fault).toMatchObject({ kind: "permission" });
  });

  it("takes a channel that another program exports at the same moment", async () => {
    const { files, gpio } = rig();
    const { exists } = files;
    let looks = 0;
    files.exists = (file) => looks++ > 0 && exists.call(files, file);
    files.write("pwmchip1/export", "0");
    await gpio.openOutput("GPIO12", { initial: 1 });
    expect(files.pin(CHANNEL)).toBe("high");
  });

  it("parks a wave that a killed program left running, and lets it rest", async () => {
    const { clock, files, gpio } = rig();
    const left = { periodNs: 40_000_000, dutyNs: 20_000_000, enabled: true } as const;
    files.leave(CHANNEL, { ...left, polarity: "normal" });
    let openedMs = Number.NaN;
    const opening = gpio.openOutput("GPIO12", { initial: 1 }).then(() => {
      openedMs = clock.nowMs();
    });
    await clock.advance(5);
    expect(files.pin(CHANNEL)).toBe("high");
    await clock.advance(100);
    await opening;
    expect(openedMs).toBeGreaterThanOrEqual(40 + 10);
  });

  it("turns a channel that was left inverted the right way round", async () => {
    const { clock, files, gpio } = rig();
    files.leave(CHANNEL, { periodNs: 50, dutyNs: 50, polarity: "inversed", enabled: true });
    const opening = gpio.openOutput("GPIO12", { initial: 1 });
    await clock.advance(200);
    await opening;
    expect(files.state(CHANNEL)).toMatchObject({ polarity: "normal", enabled: true });
    expect(files.pin(CHANNEL)).toBe("high");
  });

  it.each<[string, string, PortFaultKind]>([
    ["export", "EBUSY", "busy"],
    ["export", "EACCES", "permission"],
    ["export", "ENODEV", "not-found"],
    ["duty_cycle", "EINVAL", "unsupported"],
    ["duty_cycle", "ENODEV", "gone"],
  ])(
    "a kernel that refuses %s with %s: %s, and the pin is free again",
    async (name, code, kind) => {
      const { files, gpio } = rig();
      files.refusals.set(name, code);
      expect(await faultOf(gpio.openOutput("GPIO12", { initial: 1 }))).toMatchObject({ kind });
      files.refusals.clear();
      expect(await faultOf(gpio.openOutput("GPIO12", { initial: 1 }))).toBeUndefined();
    },
  );

  it("a pin is opened once, until it is released; then it does nothing more", async () => {
    const { files, gpio } = rig();
    const pin = await gpio.openOutput("GPIO12", { initial: 1 });
    expect(await faultOf(gpio.openOutput("GPIO12", { initial: 1 }))).toMatchObject({
      kind: "busy",
    });
    pin.release();
    pin.release();
    expect(pin.write(0)).toMatchObject({ ok: false, error: { kind: "gone" } });
    expect(pin.squareWave?.start(20)).toMatchObject({ ok: false });
    expect(files.pin(CHANNEL)).toBe("high");
    expect(await faultOf(gpio.openOutput("GPIO12", { initial: 0 }))).toBeUndefined();
  });

  it("a wave that the chip refuses is a fault that says so", async () => {
    const { files, gpio } = rig();
    const pin = await gpio.openOutput("GPIO12", { initial: 1 });
    files.refusals.set("period", "ERANGE");
    expect(pin.squareWave?.start(20)).toMatchObject({
      error: { kind: "unsupported", what: 'pin "GPIO12" (pwmchip1/pwm0)' },
    });
  });
});

describe("createPwmFiles()", () => {
  it("reads a tree as sysfs has it, and makes no file that is not there", () => {
    const folder = mkdtempSync(join(tmpdir(), "tipring-pwm-"));
    try {
      mkdirSync(join(folder, "fe20c000.pwm"));
      for (const chip of ["pwmchip0", "pwmchip10"]) mkdirSync(join(folder, chip));
      symlinkSync("../fe20c000.pwm", join(folder, "pwmchip10", "device"));
      writeFileSync(join(folder, "pwmchip10", "npwm"), "2\n");
      const files = createPwmFiles(folder);
      expect(files.chips().toSorted()).toEqual(["pwmchip0", "pwmchip10"]);
      expect([files.deviceOf("pwmchip10"), files.deviceOf("pwmchip0")]).toEqual([
        "fe20c000.pwm",
        "",
      ]);
      expect(files.read("pwmchip10/npwm")).toBe("2");
      expect([files.exists("pwmchip10/npwm"), files.exists("pwmchip10/pwm0/period")]).toEqual([
        true,
        false,
      ]);
      files.write("pwmchip10/npwm", "4");
      expect(readFileSync(join(folder, "pwmchip10", "npwm"), "utf8")).toMatch(/^4/);
      expect(() => files.write("pwmchip10/export", "0")).toThrow(/ENOENT/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("a machine without PWM has no chips", () => {
    expect(createPwmFiles("/nowhere").chips()).toEqual([]);
  });
});
