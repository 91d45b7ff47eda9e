import { beforeEach, describe, expect, it } from "vitest";
import { PortError, type PortFault } from "../../base/port-fault.ts";
import type { GpioEdge, GpioInputEvents, Level } from "../ports/gpio.ts";
import { createChardevGpio } from "./gpio-chardev.ts";
import { findChardevLine, speaksVersion2 } from "./gpio-chardev-chips.ts";
import type { GpioKernel } from "./gpio-chardev-kernel.ts";
import { GPIO_REQUESTS } from "./gpio-chardev-layout.ts";
import { type FakeChip, FakeGpioKernel, kernelError } from "./testing/fake-gpio-kernel.ts";
import { HandClock } from "./testing/hand-clock.ts";

const HEADER: FakeChip = {
  label: "pinctrl-bcm2711",
  lines: Array.from({ length: 58 }, (_, offset) => `GPIO${offset}`),
};
const EXPANDER: FakeChip = { label: "raspberrypi-exp-gpio", lines: ["BT_ON", "WL_ON", "LED"] };
const OTHER: FakeChip = { label: "300b000.pinctrl", lines: ["PA0", "PA1", "GPIO17", "LED"] };

let clock: HandClock;

beforeEach(() => {
  clock = new HandClock();
});

async function faultOf(run: () => unknown): Promise<PortFault | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    if (error instanceof PortError) return error.fault;
    throw error;
  }
}

function listen() {
  const edges: GpioEdge[] = [];
  const marks: number[] = [];
  const faults: PortFault[] = [];
  const events: GpioInputEvents = {
    onEdge: (edge) => edges.push(edge),
    onWatermark: (atMs) => marks.push(atMs),
    onFault: (fault) => faults.push(fault),
  };
  return { edges, marks, faults, events };
}

async function openInput(kernel: FakeGpioKernel, used: GpioKernel = kernel) {
  const heard = listen();
  const gpio = createChardevGpio({ clock, kernel: used });
  const pin = await gpio.openInput("GPIO6", heard.events);
  return { gpio, pin, ...heard };
}

/** A kernel of which some calls are ours. */
function but(kernel: FakeGpioKernel, calls: Partial<GpioKernel>): GpioKernel {
  return {
    chipPaths: () => kernel.chipPaths(),
    open: (path) => kernel.open(path),
    ioctl: (file, request, bytes) => kernel.ioctl(file, request, bytes),
    setNonBlocking: (file) => kernel.setNonBlocking(file),
    read: (file, bytes) => kernel.read(file, bytes),
    close: (file) => kernel.close(file),
    wait: (files, timeoutMs) => kernel.wait(files, timeoutMs),
    wake: () => kernel.wake(),
    ...calls,
  };
}

describe("findChardevLine()", () => {
  it.each([
    ["GPIO17", [HEADER], { path: "/dev/gpiochip0", offset: 17 }],
    ["GPIO17", [EXPANDER, HEADER], { path: "/dev/gpiochip1", offset: 17 }],
    ["GPIO17", [OTHER, HEADER], { path: "/dev/gpiochip1", offset: 17 }],
    ["GPIO17", [OTHER], { path: "/dev/gpiochip0", offset: 2 }],
    ["300b000.pinctrl:1", [HEADER, OTHER], { path: "/dev/gpiochip1", offset: 1 }],
    ["PA1", [HEADER, OTHER], { path: "/dev/gpiochip1", offset: 1 }],
    ["BT_ON", [EXPANDER], { path: "/dev/gpiochip0", offset: 0 }],
  ])("%s on %#", (pin, chips, place) => {
    const kernel = new FakeGpioKernel(clock, chips);
    expect(findChardevLine(kernel, pin)).toEqual(place);
    expect(kernel.openFiles).toBe(0);
  });

  it.each([
    ["GPIO58", [HEADER], "not-found", "0 to 57"],
    ["GPIO3", [], "not-found", "none"],
    ["LED", [EXPANDER, OTHER], "not-found", "2 lines"],
    ["PB7", [OTHER], "not-found", "chip-label:offset"],
    ["", [OTHER], "not-found", "chip-label:offset"],
  ])("%j is told apart from what there is, case %#", async (pin, chips, kind, advice) => {
    const kernel = new FakeGpioKernel(clock, chips);
    const fault = await faultOf(() => findChardevLine(kernel, pin));
    expect(fault?.kind).toBe(kind);
    expect(fault?.advice).toContain(advice);
    expect(kernel.openFiles).toBe(0);
  });

  it("a chip that may not be opened is a matter of rights", async () => {
    const kernel = new FakeGpioKernel(clock, [HEADER]);
    kernel.chipRefusal = "EACCES";
    const fault = await faultOf(() => findChardevLine(kernel, "GPIO6"));
    expect(fault).toMatchObject({ kind: "permission" });
    expect(fault?.what).toContain("/dev/gpiochip0");
    expect(fault?.advice).toContain("group gpio");
  });

  it("a chip with two names is one chip", () => {
    const kernel = new FakeGpioKernel(clock, [OTHER]);
    const twice = but(kernel, { chipPaths: () => ["/dev/gpiochip0", "/dev/gpiochip0"] });
    expect(findChardevLine(twice, "PA1").offset).toBe(1);
  });
});

describe("speaksVersion2()", () => {
  it.each([
    ["it answers about a line", {}, true],
    ["the request is unknown", { unknown: [GPIO_REQUESTS.GPIO_V2_GET_LINEINFO_IOCTL] }, false],
    ["chips may not be opened", { refusal: "EACCES" }, true],
    ["chips cannot be opened", { refusal: "ENXIO" }, false],
  ])("where %s", (_, { unknown = [], refusal }: { unknown?: number[]; refusal?: string }, yes) => {
    const kernel = new FakeGpioKernel(clock, [HEADER]);
    kernel.unknownRequests = unknown;
    kernel.chipRefusal = refusal;
    expect(speaksVersion2(kernel)).toBe(yes);
    expect(kernel.openFiles).toBe(0);
  });
});

describe("createChardevGpio() opening", () => {
  it.each([
    ["EBUSY", "busy"],
    ["EPERM", "permission"],
    ["EINVAL", "not-found"],
    ["ENODEV", "gone"],
    ["ENOTTY", "unsupported"],
    ["EIO", "io"],
  ])("%s rejects as %s, naming the pin, and nothing stays open", async (code, kind) => {
    const kernel = new FakeGpioKernel(clock, [HEADER]);
    kernel.refuse(0, 5, code);
    const gpio = createChardevGpio({ clock, kernel });
    const fault = await faultOf(() => gpio.openOutput("GPIO5", { initial: 0 }));
    expect(fault?.kind).toBe(kind);
    expect(fault?.what).toContain("GPIO5");
    expect(kernel.openFiles).toBe(0);
  });

  it.each([
    ["spi0 CS0", '"spi0 CS0" holds it'],
    ["tipring", "two purposes"],
    ["sysfs", "/sys/class/gpio/unexport"],
    ["", "another program"],
  ])("a line held by %j says so", async (holder, advice) => {
    const kernel = new FakeGpioKernel(clock, [HEADER]);
    kernel.hold(0, 5, holder);
    const gpio = createChardevGpio({ clock, kernel });
    const fault = await faultOf(() => gpio.openOutput("GPIO5", { initial: 0 }));
    expect(fault).toMatchObject({ kind: "busy" });
    expect(fault?.advice).toContain(advice);
  });

  it("an input that cannot be set up is given back", async () => {
    const kernel = new FakeGpioKernel(clock, [HEADER]);
    const stubborn = but(kernel, {
      setNonBlocking: () => {
        throw kernelError("EIO");
      },
    });
    expect(await faultOf(() => openInput(kernel, stubborn))).toMatchObject({ kind: "io" });
    expect(kernel.openFiles).toBe(0);
  });

  it("a pin is free at once after release(), though a wait still looks at it", async () => {
    const kernel = new FakeGpioKernel(clock, [HEADER]);
    const { gpio, pin } = await openInput(kernel);
    await clock.advance(3);
    expect(kernel.isWaiting).toBe(true);
    pin.release();
    expect(pin.read()).toMatchObject({ ok: false, error: { kind: "gone" } });
    const opening = gpio.openInput("GPIO6", listen().events);
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(1);
    (await opening).release();
    await clock.advance(3);
    expect([kernel.openFiles, kernel.isWaiting]).toEqual([0, false]);
  });

  it("an output that was released writes to nothing", async () => {
    const kernel = new FakeGpioKernel(clock, [HEADER]);
    const gpio = createChardevGpio({ clock, kernel });
    const pin = await gpio.openOutput("GPIO5", { initial: 0 });
    pin.release();
    expect(kernel.openFiles).toBe(0);
    expect(pin.write(1)).toMatchObject({ ok: false, error: { kind: "gone" } });
  });
});

describe("createChardevGpio() edges", () => {
  /** Edges at 10, 20, … ms, and the first `told` of what came of them. */
  const pulses = async (kernel: FakeGpioKernel, count: number): Promise<void> => {
    for (let index = 1; index <= count; index++) {
      clock.at(index * 10, () => kernel.driveLine(0, 6, index % 2 === 1 ? 1 : 0));
    }
    clock.runFor(count * 10 + 5);
  };

  it("keep their times however long the event loop is held up", async () => {
    const kernel = new FakeGpioKernel(clock, [HEADER]);
    const { edges } = await openInput(kernel);
    await clock.advance(1);
    await pulses(kernel, 40);
    expect(edges).toEqual([]);
    await clock.advance(1);
    expect(edges).toHaveLength(40);
    edges.forEach((edge, index) => {
      const level: Level = index % 2 === 0 ? 1 : 0;
      expect(edge).toEqual({ level, atMs: (index + 1) * 10 });
    });
  });

  it("are told before a watermark even where no wait has ended", async () => {
    const kernel = new FakeGpioKernel(clock, [HEADER]);
    const deaf = but(kernel, { wait: () => new Promise(() => {}) });
    const { pin, edges, marks } = await openInput(kernel, deaf);
    pin.requestWatermark(25);
    await pulses(kernel, 2);
    clock.runFor(5);
    expect(edges).toEqual([
      { level: 1, atMs: 10 },
      { level: 0, atMs: 20 },
    ]);
    expect(marks).toEqual([25]);
  });

  it("all of them are told before a watermark, however many", async () => {
    const kernel = new FakeGpioKernel(clock, [HEADER]);
    const deaf = but(kernel, { wait: () => new Promise(() => {}) });
    const { pin, edges, marks } = await openInput(kernel, deaf);
    pin.requestWatermark(805);
    await pulses(kernel, 80);
    clock.runFor(5);
    expect([edges.length, marks]).toEqual([80, [805]]);
  });

  it("a watermark asked while one is answered replaces it", async () => {
    const kernel = new FakeGpioKernel(clock, [HEADER]);
    const deaf = but(kernel, { wait: () => new Promise(() => {}) });
    const heard = listen();
    const gpio = createChardevGpio({ clock, kernel: deaf });
    const pin = await gpio.openInput("GPIO6", {
      ...heard.events,
      onEdge: () => pin.requestWatermark(50),
    });
    pin.requestWatermark(20);
    await pulses(kernel, 1);
    clock.runFor(85);
    expect(heard.marks).toEqual([50]);
  });

  it("a watermark waits for edges that the kernel has stamped but not handed over", async () => {
    const kernel = new FakeGpioKernel(clock, [HEADER]);
    kernel.latencyMs = 1.5;
    const { pin, edges, marks } = await openInput(kernel);
    pin.requestWatermark(20);
    clock.at(19.9, () => kernel.driveLine(0, 6, 1));
    clock.runFor(21.5);
    expect(marks).toEqual([]);
    await clock.advance(2);
    expect([edges, marks]).toEqual([[{ level: 1, atMs: 19.9 }], [20]]);
  });

  it("an edge that the kernel hands over too late is not before the watermark", async () => {
    const kernel = new FakeGpioKernel(clock, [HEADER]);
    kernel.latencyMs = 30;
    const { pin, edges, marks } = await openInput(kernel);
    pin.requestWatermark(20);
    clock.at(19, () => kernel.driveLine(0, 6, 1));
    await clock.advance(60);
    expect([marks, edges]).toEqual([[20], [{ level: 1, atMs: 20 }]]);
  });

  it("two records of one level are one edge, the first", async () => {
    const kernel = new FakeGpioKernel(clock, [HEADER]);
    const { edges } = await openInput(kernel);
    for (const [atMs, level] of [
      [10, 1],
      [11, 1],
      [12, 0],
      [13, 0],
      [14, 1],
    ] as const) {
      clock.at(atMs, () => kernel.record(0, 6, level));
    }
    await clock.advance(30);
    expect(edges.map(({ atMs }) => atMs)).toEqual([10, 12, 14]);
  });

  it("a storm over the kernel's buffer loses the oldest, never the level", async () => {
    const kernel = new FakeGpioKernel(clock, [HEADER]);
    const { pin, edges } = await openInput(kernel);
    await pulses(kernel, 401);
    await clock.advance(2);
    expect(edges).toHaveLength(255);
    expect(edges.at(-1)).toEqual({ level: 1, atMs: 4010 });
    expect(pin.read()).toEqual({ ok: true, value: 1 });
  });

  it("released while an edge is told, no more are", async () => {
    const kernel = new FakeGpioKernel(clock, [HEADER]);
    const heard = listen();
    const gpio = createChardevGpio({ clock, kernel });
    const pin = await gpio.openInput("GPIO6", {
      ...heard.events,
      onEdge: (edge) => {
        heard.edges.push(edge);
        pin.release();
      },
    });
    await pulses(kernel, 5);
    await clock.advance(3);
    expect(heard.edges).toHaveLength(1);
    expect(kernel.openFiles).toBe(0);
  });
});

describe("createChardevGpio() faults", () => {
  it("a chip that goes away is told once, and its watermarks are still answered", async () => {
    const kernel = new FakeGpioKernel(clock, [HEADER]);
    const { pin, faults, marks } = await openInput(kernel);
    kernel.setGone(0, true);
    await clock.advance(500);
    expect(faults).toMatchObject([{ kind: "gone" }]);
    expect(kernel.isWaiting).toBe(false);
    pin.requestWatermark(clock.nowMs());
    await clock.advance(5);
    expect(marks).toHaveLength(1);
    pin.release();
    expect(kernel.openFiles).toBe(0);
  });

  it("a kernel that cannot wait is told on every input", async () => {
    const kernel = new FakeGpioKernel(clock, [HEADER]);
    const broken = but(kernel, { wait: () => Promise.reject(new Error("poll failed")) });
    const { pin, faults } = await openInput(kernel, broken);
    await clock.advance(2);
    expect(faults).toHaveLength(1);
    pin.release();
    expect(kernel.openFiles).toBe(0);
  });
});
