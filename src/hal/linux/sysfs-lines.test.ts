import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { errorCode } from "../node/system-fault.ts";
import { createSysfsFiles } from "./sysfs-files.ts";
import { createSysfsGpio } from "./sysfs-gpio.ts";
import { createSysfsLines, SYSFS_LOOK_MS, takeOverLine } from "./sysfs-lines.ts";
import { FakeSysfs } from "./testing/fake-sysfs.ts";
import { filesOpenIn } from "./testing/files-open.ts";
import { HandClock } from "./testing/hand-clock.ts";

const LINE = 529;

function rig() {
  const clock = new HandClock();
  const files = new FakeSysfs(clock, 512, 58);
  return { clock, files, open: createSysfsLines({ clock, files }) };
}

describe("createSysfsLines()", () => {
  it("exports a line, sets its direction and level, and gives it back", async () => {
    const { files, open } = rig();
    const line = await open(LINE, "high", "none");
    expect([files.isExported(LINE), line.direction(), line.readSync()]).toEqual([true, "out", 1]);
    line.writeSync(0);
    expect(line.readSync()).toBe(0);
    line.setDirection("in");
    expect(line.direction()).toBe("in");
    line.unexport();
    line.unexport();
    expect([files.isExported(LINE), files.openLevels]).toEqual([false, 0]);
    expect(files.history(LINE)).toEqual([1, 0, "floating"]);
    expect(() => line.readSync()).toThrow("EBADF");
  });

  it.each([
    ["that are there", 0, 1, "opened"],
    ["after a look more", 3, 5, "opened"],
    ["as late as they may", 495, 495, "opened"],
    ["and not any longer", 501, 500, "EACCES"],
  ])(
    "waits for the rights of a new line %s, without standing still",
    async (_, rightsMs, atMs, end) => {
      const { clock, files, open } = rig();
      files.rightsAfterMs = rightsMs;
      let told = "";
      let toldMs = -1;
      const tell = (text: string): void => {
        told = text;
        toldMs = clock.nowMs();
      };
      void Promise.resolve(open(LINE, "low", "none")).then(
        () => tell("opened"),
        (error: unknown) => tell(errorCode(error)),
      );
      await clock.advance(510);
      expect(told).toBe(end);
      expect(toldMs).toBe(atMs);
      expect(files.isExported(LINE)).toBe(end === "opened");
    },
  );

  it("tells of a level within one look of its change, once, until it is given back", async () => {
    const { clock, files, open } = rig();
    const line = await open(LINE, "in", "both");
    const told: string[] = [];
    line.watch((error, level) => told.push(`${error ?? level} at ${clock.nowMs()}`));
    clock.runFor(9);
    files.drive(LINE, 1);
    clock.runFor(SYSFS_LOOK_MS);
    clock.runFor(10);
    files.drive(LINE, 0);
    clock.runFor(SYSFS_LOOK_MS);
    expect(told).toEqual(["1 at 10", "0 at 22"]);
    line.unexport();
    files.drive(LINE, 1);
    clock.runFor(10);
    expect(told).toHaveLength(2);
  });

  it("does not see a pulse that is shorter than a look", async () => {
    const { clock, files, open } = rig();
    const line = await open(LINE, "in", "both");
    const told: number[] = [];
    line.watch((_, level) => told.push(level));
    clock.runFor(2.5);
    files.drive(LINE, 1);
    clock.runFor(1);
    files.drive(LINE, 0);
    clock.runFor(10);
    expect(told).toEqual([]);
  });

  it("says once why a level cannot be read any more", async () => {
    const { clock, files, open } = rig();
    const line = await open(LINE, "in", "both");
    const told: string[] = [];
    line.watch((error) => told.push(`${error}`));
    files.takeAway();
    clock.runFor(20);
    expect(told).toEqual(["Error: ENODEV: no"]);
    expect(() => line.watch(() => {})).toThrow("ENODEV");
  });
});

describe("takeOverLine()", () => {
  it.each([
    ["an input that shall be low", { direction: "in" }, "low", [0]],
    ["an output that shall be an input", { direction: "high" }, "in", ["floating"]],
    ["one turned round", { direction: "low", activeLow: true }, "high", [1]],
  ] as const)("sets %s", (_, left, direction, seen) => {
    const { files } = rig();
    files.leave(LINE, left);
    const before = files.history(LINE).length;
    expect(takeOverLine(files, LINE, direction)).toBe(true);
    expect(files.history(LINE).slice(before)).toEqual(seen);
    expect(files.read(`gpio${LINE}/active_low`)).toBe("0");
  });

  it.each([
    ["as it is wanted", { direction: "low" }, true],
    ["the other way", { direction: "in" }, false],
    ["turned round", { direction: "low", activeLow: true }, false],
  ] as const)("takes one whose files are another's where it is %s", (_, left, isTaken) => {
    const { files } = rig();
    files.leave(LINE, left);
    files.refusals.set(LINE, "EACCES");
    expect(takeOverLine(files, LINE, "low")).toBe(isTaken);
  });

  it("says why a line cannot be set at all", () => {
    const { files } = rig();
    files.leave(LINE, { direction: "in" });
    files.refusals.set(LINE, "EIO");
    expect(() => takeOverLine(files, LINE, "low")).toThrow("EIO");
  });
});

describe("createSysfsGpio() by the files of a folder", () => {
  let sysfs = "";

  beforeEach(() => {
    sysfs = mkdtempSync(join(tmpdir(), "tipring-lines-"));
    for (const folder of ["gpio529", "gpiochip512"]) mkdirSync(join(sysfs, folder));
    const texts = { label: "pinctrl-bcm2711", base: "512", ngpio: "58" };
    for (const [name, text] of Object.entries(texts)) put(`gpiochip512/${name}`, text);
    for (const file of ["value", "active_low"]) put(`gpio529/${file}`, "0\n");
    put("gpio529/direction", "in\n");
    for (const file of ["export", "unexport"]) put(file, "");
  });
  afterEach(() => rmSync(sysfs, { recursive: true, force: true }));

  const put = (file: string, text: string): void => writeFileSync(join(sysfs, file), text);
  const at = (file: string): string => readFileSync(join(sysfs, file), "latin1");

  it("hears what happens on an input, and gives it back", async () => {
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

  it("keeps no file open of a line that cannot be had", async () => {
    rmSync(join(sysfs, "gpio529/direction"));
    mkdirSync(join(sysfs, "gpio529/direction"));
    const clock = new HandClock();
    const gpio = createSysfsGpio({ clock, sysfsPath: sysfs, isFirstThread: false });
    const ignored = { onEdge() {}, onWatermark() {}, onFault() {} };
    await expect(gpio.openInput("GPIO17", ignored)).rejects.toMatchObject({
      fault: { kind: "io", what: 'pin "GPIO17"' },
    });
    const without = gpio.openInput("GPIO18", ignored);
    const refused = expect(without).rejects.toMatchObject({ fault: { kind: "not-found" } });
    await clock.advance(510);
    await refused;
    expect(filesOpenIn(sysfs)).toEqual([]);
  });

  it("checkRights() asks the kernel, and makes no file", () => {
    const files = createSysfsFiles(sysfs);
    expect(() => files.checkRights("gpio529/value")).not.toThrow();
    expect(() => files.checkRights("gpio529/edge")).toThrow("ENOENT");
  });
});
