import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PortError, type PortFault } from "../../base/port-fault.ts";
import { createClock } from "../node/clock.ts";
import type { Gpio, GpioEdge, Level } from "../ports/gpio.ts";
import { loadOnoff, type OnoffLine } from "./onoff-binding.ts";
import { createSysfsGpio } from "./sysfs-gpio.ts";
import { FakeSysfs } from "./testing/fake-sysfs.ts";
import { HandClock } from "./testing/hand-clock.ts";

let sysfs = "";

beforeEach(() => {
  sysfs = mkdtempSync(join(tmpdir(), "tipring-sysfs-"));
  mkdirSync(join(sysfs, "gpiochip512"));
  const files = { label: "pinctrl-bcm2711", base: "512", ngpio: "58" };
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(sysfs, "gpiochip512", name), `${text}\n`);
  }
});

afterEach(() => {
  rmSync(sysfs, { recursive: true, force: true });
});

const kernelError = (code: string): Error => Object.assign(new Error(`${code}: no`), { code });

/** The kernel's side of sysfs lines: each has a direction and a level, edges come when told. */
class KernelLines {
  readonly journal: string[] = [];
  readonly levels = new Map<number, Level>();
  readonly watchers = new Map<number, (error: Error | undefined, level: Level) => void>();
  failing: string | undefined;
  stuckDirection: string | undefined;

  readonly open = (line: number, direction: "in" | "high" | "low", edge: string): OnoffLine => {
    if (this.failing !== undefined) throw kernelError(this.failing);
    this.journal.push(`${line} export ${direction} ${edge}`);
    let now = direction === "in" ? "in" : "out";
    const check = (): void => {
      if (this.failing !== undefined) throw kernelError(this.failing);
    };
    return {
      readSync: () => {
        check();
        return this.levels.get(line) ?? 0;
      },
      writeSync: (level) => {
        check();
        this.journal.push(`${line} write ${level}`);
      },
      watch: (changed) => this.watchers.set(line, changed),
      direction: () => `${this.stuckDirection ?? now}`,
      setDirection: (wanted) => {
        check();
        now = wanted === "in" ? "in" : "out";
        this.journal.push(`${line} direction ${wanted}`);
      },
      unexport: () => {
        this.watchers.delete(line);
        this.journal.push(`${line} unexport`);
      },
    };
  };

  /** The level changes; `told` is what the event says, which sysfs does not promise to be right. */
  edge(line: number, level: Level, told: Level = level): void {
    this.levels.set(line, level);
    this.watchers.get(line)?.(undefined, told);
  }
}

function build(lines: KernelLines): Gpio {
  const loadLines = async () => lines.open;
  return createSysfsGpio({ clock: createClock(), sysfsPath: sysfs, loadLines });
}

async function faultOf(attempt: Promise<unknown>): Promise<PortFault | undefined> {
  try {
    await attempt;
    return undefined;
  } catch (error) {
    return error instanceof PortError ? error.fault : undefined;
  }
}

const ignored = { onEdge: () => {}, onWatermark: () => {}, onFault: () => {} };

describe("createSysfsGpio() outputs", () => {
  it("openOutput() exports at the first level, write() drives, release() lets go", async () => {
    const lines = new KernelLines();
    const pin = await build(lines).openOutput("GPIO5", { initial: 0 });
    expect(pin.write(1)).toEqual({ ok: true, value: undefined });
    pin.release();
    pin.release();
    expect(lines.journal).toEqual(["517 export low none", "517 write 1", "517 unexport"]);
  });

  it("an open-drain output is never driven high", async () => {
    const lines = new KernelLines();
    const pin = await build(lines).openOutput("GPIO16", { initial: 1, drive: "open-drain" });
    pin.write(0);
    pin.write(1);
    expect(lines.journal).toEqual(["528 export in none", "528 direction low", "528 direction in"]);
  });

  it("write() tells the kernel's refusal as a fault", async () => {
    const lines = new KernelLines();
    const pin = await build(lines).openOutput("GPIO5", { initial: 0 });
    lines.failing = "EBADF";
    const result = pin.write(1);
    expect(result.ok ? undefined : result.error.kind).toBe("gone");
  });
});

describe("createSysfsGpio() opening", () => {
  it.each([
    ["EBUSY", "busy"],
    ["EACCES", "permission"],
    ["EPERM", "permission"],
    ["EINVAL", "not-found"],
    ["ENOENT", "not-found"],
    ["EIO", "io"],
  ])("%s rejects as %s, naming the pin", async (code, kind) => {
    const lines = new KernelLines();
    lines.failing = code;
    const fault = await faultOf(build(lines).openOutput("GPIO5", { initial: 0 }));
    expect(fault?.kind).toBe(kind);
    expect(fault?.what).toContain("GPIO5");
  });

  it("a pin cannot be opened twice until it is released", async () => {
    const gpio = build(new KernelLines());
    const first = await gpio.openOutput("GPIO5", { initial: 0 });
    expect((await faultOf(gpio.openInput("GPIO5", ignored)))?.kind).toBe("busy");
    first.release();
    expect(await faultOf(gpio.openInput("GPIO5", ignored))).toBeUndefined();
  });

  it("a line whose direction does not take is refused", async () => {
    const lines = new KernelLines();
    lines.stuckDirection = "in";
    const fault = await faultOf(build(lines).openOutput("GPIO5", { initial: 0 }));
    expect(fault?.kind).toBe("permission");
    expect(lines.journal.at(-1)).toBe("517 unexport");
  });

  it.each([
    ["cannot be set", "in", "permission", 0],
    ["is set so already", "low", undefined, 1],
  ] as const)("another's line that %s is left to it", async (_, direction, kind, open) => {
    const clock = new HandClock();
    const files = new FakeSysfs(clock, 512, 58);
    files.leave(517, { direction });
    files.refusals.set(517, "EACCES");
    const loadLines = async () => files.openByOnoff;
    const gpio = createSysfsGpio({ clock, sysfsPath: sysfs, files, loadLines });
    expect((await faultOf(gpio.openOutput("GPIO5", { initial: 0 })))?.kind).toBe(kind);
    expect([files.openLevels, files.isExported(517)]).toEqual([open, true]);
  });

  it("an input that cannot be read is given back", async () => {
    const lines = new KernelLines();
    const gpio = createSysfsGpio({
      clock: createClock(),
      sysfsPath: sysfs,
      loadLines: async () => (line, direction, edge) => {
        const opened = lines.open(line, direction, edge);
        lines.failing = "EIO";
        return opened;
      },
    });
    expect((await faultOf(gpio.openInput("GPIO6", ignored)))?.kind).toBe("io");
    expect(lines.journal.at(-1)).toBe("518 unexport");
  });

  it("names the missing sysfs on a machine without GPIO", async () => {
    const gpio = createSysfsGpio({ clock: createClock(), sysfsPath: join(sysfs, "none") });
    const fault = await faultOf(gpio.openOutput("GPIO5", { initial: 0 }));
    expect(fault).toMatchObject({ kind: "unsupported" });
    expect(fault?.what).toContain(join(sysfs, "none"));
  });
});

describe("loadOnoff()", () => {
  it.each([
    ["it cannot be loaded", () => Promise.reject(new Error("Cannot find package\nat x")), "Cannot"],
    ["it is something else", () => Promise.resolve({ Gpio: 1 }), "no class Gpio"],
  ])("says what to install when %s", async (_, load, said) => {
    const fault = await faultOf(loadOnoff(load));
    expect(fault?.kind).toBe("unsupported");
    expect(fault?.advice).toContain("npm install onoff");
    expect(fault?.advice).toContain(said);
    expect(fault?.advice).not.toContain("\n");
  });

  it("sets activeLow off and the direction anew on every line", async () => {
    const made: unknown[][] = [];
    class Gpio {
      constructor(...given: unknown[]) {
        made.push(given);
      }
    }
    const open = await loadOnoff(() => Promise.resolve({ Gpio }));
    open(529, "low", "none");
    expect(made).toEqual([[529, "low", "none", { activeLow: false, reconfigureDirection: true }]]);
  });
});

describe("createSysfsGpio() inputs", () => {
  async function openShk(lines: KernelLines) {
    const edges: GpioEdge[] = [];
    const told: string[] = [];
    const faults: PortFault[] = [];
    const clock = createClock();
    let onTold = (): void => {};
    const gpio = createSysfsGpio({ clock, sysfsPath: sysfs, loadLines: async () => lines.open });
    const pin = await gpio.openInput("GPIO6", {
      onEdge: (edge) => {
        edges.push(edge);
        told.push(`edge ${edge.level}`);
      },
      onWatermark: (atMs) => {
        told.push(atMs >= 0 ? "watermark" : "?");
        onTold();
      },
      onFault: (fault) => faults.push(fault),
    });
    const watermark = (): Promise<void> =>
      new Promise((resolve) => {
        onTold = resolve;
      });
    return { pin, clock, edges, told, faults, watermark };
  }

  it("reports each change once with its time, and the level as read, not as told", async () => {
    const lines = new KernelLines();
    const { pin, clock, edges } = await openShk(lines);
    const beforeMs = clock.nowMs();
    lines.edge(518, 1, 0);
    lines.edge(518, 1);
    lines.edge(518, 0);
    expect(edges.map((edge) => edge.level)).toEqual([1, 0]);
    for (const { atMs } of edges) {
      expect(atMs).toBeGreaterThanOrEqual(beforeMs);
      expect(atMs).toBeLessThanOrEqual(clock.nowMs());
    }
    pin.release();
    lines.edge(518, 1);
    expect(edges).toHaveLength(2);
  });

  it("requestWatermark() is answered not before its time, after edges not told yet", async () => {
    const lines = new KernelLines();
    const { pin, clock, told, watermark } = await openShk(lines);
    const atMs = clock.nowMs() + 3;
    const answered = watermark();
    pin.requestWatermark(atMs);
    expect(told).toEqual([]);
    lines.levels.set(518, 1);
    await answered;
    expect(clock.nowMs()).toBeGreaterThanOrEqual(atMs);
    expect(told).toEqual(["edge 1", "watermark"]);
  });

  it("requestWatermark() replaces an earlier request", async () => {
    const { pin, clock, told, watermark } = await openShk(new KernelLines());
    const answered = watermark();
    pin.requestWatermark(clock.nowMs() - 10);
    pin.requestWatermark(clock.nowMs() + 60_000);
    pin.requestWatermark(clock.nowMs() + 2);
    await answered;
    expect(told).toEqual(["watermark"]);
    pin.release();
  });

  it("a request after release() is not answered", async () => {
    const { pin, clock, told } = await openShk(new KernelLines());
    pin.requestWatermark(clock.nowMs());
    pin.release();
    await new Promise((resolve) => clock.at(clock.nowMs() + 2, () => setImmediate(resolve)));
    expect(told).toEqual([]);
  });

  it("tells faults of reading, and goes on when the line is back", async () => {
    const lines = new KernelLines();
    const { pin, edges, faults } = await openShk(lines);
    lines.failing = "ENODEV";
    lines.edge(518, 1);
    expect(faults.map((fault) => fault.kind)).toEqual(["gone"]);
    expect(pin.read().ok).toBe(false);
    lines.failing = undefined;
    lines.watchers.get(518)?.(kernelError("EIO"), 0);
    expect(faults.map((fault) => fault.kind)).toEqual(["gone", "io"]);
    lines.edge(518, 1);
    expect(edges.map((edge) => edge.level)).toEqual([1]);
    expect(pin.read()).toEqual({ ok: true, value: 1 });
  });
});
