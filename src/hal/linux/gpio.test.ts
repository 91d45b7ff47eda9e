import { describe, expect, it } from "vitest";
import { PortError, type PortFaultKind } from "../../base/port-fault.ts";
import type { Gpio } from "../ports/gpio.ts";
import { createGpio } from "./gpio.ts";
import type { GpioKernel } from "./gpio-chardev-kernel.ts";
import { GPIO_REQUESTS } from "./gpio-chardev-layout.ts";
import { FakeGpioKernel } from "./testing/fake-gpio-kernel.ts";
import { HandClock } from "./testing/hand-clock.ts";

const clock = new HandClock();

function fault(kind: PortFaultKind, advice: string): PortError {
  return new PortError({ kind, what: "GPIO", advice });
}

/** Sysfs that notes what is asked of it, and rejects with a fault where it has one. */
function fakeSysfs(rejection?: PortError) {
  const opened: string[] = [];
  const open = (pin: string): void => {
    if (rejection !== undefined) throw rejection;
    opened.push(pin);
  };
  const gpio: Gpio = {
    openOutput: async (pin) => {
      open(pin);
      return { write: () => ({ ok: true, value: undefined }), release() {} };
    },
    openInput: async (pin) => {
      open(pin);
      return { read: () => ({ ok: true, value: 0 }), requestWatermark() {}, release() {} };
    },
  };
  return { gpio, opened };
}

const noKoffi = (): Promise<GpioKernel> => Promise.reject(fault("unsupported", "install koffi"));

function rig(options: { version2?: boolean; koffi?: boolean; chips?: boolean; sysfs?: PortError }) {
  const kernel = new FakeGpioKernel(clock, [
    { label: "pinctrl-bcm2835", lines: Array(54).fill("") },
  ]);
  if (options.version2 === false) {
    kernel.unknownRequests = [GPIO_REQUESTS.GPIO_V2_GET_LINEINFO_IOCTL];
  }
  const sysfs = fakeSysfs(options.sysfs);
  let loads = 0;
  const gpio = createGpio({
    clock,
    chipPaths: () => (options.chips === false ? [] : ["/dev/gpiochip0"]),
    loadKernel: () => {
      loads++;
      return options.koffi === false ? noKoffi() : Promise.resolve(kernel);
    },
    sysfs: sysfs.gpio,
  });
  return { gpio, kernel, sysfs, loads: () => loads };
}

describe("createGpio()", () => {
  it.each([
    ["the device files, where all is there", {}, "chardev"],
    ["sysfs, where there are no device files", { chips: false }, "sysfs"],
    ["sysfs, where koffi is not installed", { koffi: false }, "sysfs"],
    ["sysfs, where the kernel is older than 5.10", { version2: false }, "sysfs"],
  ])("takes %s", async (_, options, taken) => {
    const { gpio, kernel, sysfs } = rig(options);
    await gpio.openOutput("GPIO5", { initial: 1 });
    const ignored = { onEdge() {}, onWatermark() {}, onFault() {} };
    const input = await gpio.openInput("GPIO6", ignored);
    expect(sysfs.opened).toEqual(taken === "sysfs" ? ["GPIO5", "GPIO6"] : []);
    expect(kernel.output(0, 5).now).toBe(taken === "sysfs" ? "floating" : 1);
    input.release();
  });

  it("chooses once, and not before a pin is opened", async () => {
    const { gpio, loads } = rig({});
    expect(loads()).toBe(0);
    await gpio.openOutput("GPIO5", { initial: 1 });
    await gpio.openOutput("GPIO6", { initial: 1 });
    expect(loads()).toBe(1);
  });

  it.each([
    ["neither package is there", fault("unsupported", "install onoff"), "install koffi"],
    ["sysfs refuses a pin", fault("busy", "stop it"), "stop it"],
  ])("without koffi, when %s, the advice is the one that helps", async (_, sysfs, advice) => {
    const { gpio } = rig({ koffi: false, sysfs });
    await expect(gpio.openOutput("GPIO5", { initial: 0 })).rejects.toMatchObject({
      fault: { advice },
    });
  });

  it("does not touch koffi on a machine without device files", async () => {
    const { gpio, loads } = rig({ chips: false });
    await gpio.openOutput("GPIO5", { initial: 0 });
    expect(loads()).toBe(0);
  });
});
