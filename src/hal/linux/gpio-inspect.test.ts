import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inspectPins } from "./gpio-inspect.ts";
import { FakeGpioKernel } from "./testing/fake-gpio-kernel.ts";
import { HandClock } from "./testing/hand-clock.ts";

function kernel(): FakeGpioKernel {
  const lines = Array.from({ length: 58 }, (_, offset) => `GPIO${offset}`);
  return new FakeGpioKernel(new HandClock(), [{ label: "pinctrl-bcm2711", lines }]);
}

const withChips = (fake: FakeGpioKernel) => ({
  chipPaths: () => fake.chipPaths(),
  loadKernel: async () => fake,
});

describe("inspectPins()", () => {
  it("tells free pins from held ones, with the holder, and takes none", async () => {
    const fake = kernel();
    fake.hold(0, 6, "spi0 CS1");
    fake.hold(0, 7, "");
    const states = await inspectPins(["GPIO5", "GPIO6", "GPIO7", "GPIO99"], withChips(fake));
    expect(states.get("GPIO5")).toEqual({ kind: "free", place: "line 5 of /dev/gpiochip0" });
    expect(states.get("GPIO6")).toMatchObject({ kind: "held", holder: "spi0 CS1" });
    expect(states.get("GPIO7")).toMatchObject({ kind: "held", holder: "a kernel driver" });
    expect(states.get("GPIO99")).toMatchObject({ kind: "fault", fault: { kind: "not-found" } });
    expect([fake.openFiles, fake.output(0, 5).history]).toEqual([0, []]);
  });

  it("a chip that may not be opened is a fault that says so", async () => {
    const fake = kernel();
    fake.chipRefusal = "EACCES";
    const states = await inspectPins(["GPIO5"], withChips(fake));
    expect(states.get("GPIO5")).toMatchObject({ fault: { kind: "permission" } });
  });

  it("looks by sysfs where koffi is not there", async () => {
    const sysfsPath = mkdtempSync(join(tmpdir(), "tipring-inspect-"));
    try {
      mkdirSync(join(sysfsPath, "gpiochip512"));
      for (const [file, text] of [
        ["label", "pinctrl-bcm2711"],
        ["base", "512"],
        ["ngpio", "58"],
      ] as const) {
        writeFileSync(join(sysfsPath, "gpiochip512", file), `${text}\n`);
      }
      const states = await inspectPins(["GPIO17"], {
        chipPaths: () => ["/dev/gpiochip0"],
        loadKernel: () => Promise.reject(new Error("no koffi")),
        sysfsPath,
      });
      expect(states.get("GPIO17")).toEqual({ kind: "free", place: `line 529 of ${sysfsPath}` });
    } finally {
      rmSync(sysfsPath, { recursive: true, force: true });
    }
  });

  it("a machine without GPIO is unsupported", async () => {
    const states = await inspectPins(["GPIO17"], { chipPaths: () => [], sysfsPath: "/nowhere" });
    expect(states.get("GPIO17")).toMatchObject({ fault: { kind: "unsupported" } });
  });
});
