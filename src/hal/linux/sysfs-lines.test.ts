import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSysfsGpio } from "./sysfs-gpio.ts";
import { createSysfsLines, SYSFS_LOOK_MS } from "./sysfs-lines.ts";
import { filesOpenIn } from "./testing/files-open.ts";
import { HandClock } from "./testing/hand-clock.ts";

let sysfs = "";

beforeEach(() => {
  sysfs = mkdtempSync(join(tmpdir(), "tipring-lines-"));
  mkdirSync(join(sysfs, "gpio529"));
  for (const file of ["value", "direction", "active_low"]) put(`gpio529/${file}`, "0");
  for (const file of ["export", "unexport"]) put(file, "");
});
afterEach(() => rmSync(sysfs, { recursive: true, force: true }));

function put(file: string, text: string): void {
  writeFileSync(join(sysfs, file), text);
}

const at = (file: string): string => readFileSync(join(sysfs, file), "latin1");

function rig() {
  const clock = new HandClock();
  return { clock, open: createSysfsLines({ clock, sysfsPath: sysfs, rightsMaxMs: 0 }) };
}

describe("createSysfsLines()", () => {
  it("exports a line, and says where its files do not come", () => {
    const { open } = rig();
    expect(() => open(530, "in", "none")).toThrow("ENOENT");
    expect(at("export")).toBe("530");
  });

  it("sets direction and level, and gives the line back", () => {
    put("gpio529/active_low", "1");
    const line = rig().open(529, "high", "none");
    expect([at("gpio529/direction"), at("gpio529/active_low"), at("export")]).toEqual([
      "high",
      "0",
      "",
    ]);
    line.writeSync(1);
    expect([at("gpio529/value"), line.readSync()]).toEqual(["1", 1]);
    line.writeSync(0);
    expect(line.readSync()).toBe(0);
    line.setDirection("in");
    expect(line.direction()).toBe("in");
    line.unexport();
    line.unexport();
    expect(at("unexport")).toBe("529");
    expect(() => line.readSync()).toThrow("EBADF");
  });

  it("tells of a level within one look of its change, once, until it is given back", () => {
    const { clock, open } = rig();
    const line = open(529, "in", "both");
    const told: string[] = [];
    line.watch((error, level) => told.push(`${error ?? level} at ${clock.nowMs()}`));
    clock.runFor(10);
    put("gpio529/value", "1");
    clock.runFor(SYSFS_LOOK_MS);
    clock.runFor(10);
    put("gpio529/value", "0");
    clock.runFor(SYSFS_LOOK_MS);
    expect(told.map((text) => text.split(" ")[0])).toEqual(["1", "0"]);
    line.unexport();
    put("gpio529/value", "1");
    clock.runFor(10);
    expect(told).toHaveLength(2);
  });

  it("says why a level cannot be read", () => {
    rmSync(join(sysfs, "gpio529/value"));
    mkdirSync(join(sysfs, "gpio529/value"));
    const line = rig().open(529, "in", "both");
    expect(() => line.readSync()).toThrow("EISDIR");
    expect(() => line.watch(() => {})).toThrow("EISDIR");
  });

  it("keeps no file of a line that cannot be set", () => {
    rmSync(join(sysfs, "gpio529/direction"));
    mkdirSync(join(sysfs, "gpio529/direction"));
    const { open } = rig();
    expect(() => open(529, "high", "none")).toThrow("EISDIR");
    expect(filesOpenIn(sysfs)).toEqual([]);
  });

  it("is what GPIO goes by in a thread of its own", async () => {
    mkdirSync(join(sysfs, "gpiochip512"));
    for (const [name, text] of [
      ["label", "pinctrl-bcm2711"],
      ["base", "512"],
      ["ngpio", "58"],
    ] as const) {
      put(`gpiochip512/${name}`, text);
    }
    const clock = new HandClock();
    const gpio = createSysfsGpio({ clock, sysfsPath: sysfs, isFirstThread: false });
    const told: string[] = [];
    const pin = await gpio.openInput("GPIO17", {
      onEdge: ({ level, atMs }) => told.push(`${level} at ${atMs}`),
      onWatermark: (atMs) => told.push(`watermark ${atMs}`),
      onFault: ({ kind }) => told.push(kind),
    });
    clock.runFor(5);
    put("gpio529/value", "1");
    pin.requestWatermark(9);
    await clock.advance(10);
    expect(told).toEqual(["1 at 6", "watermark 9"]);
    pin.release();
    expect(at("unexport")).toBe("529");
  });
});
