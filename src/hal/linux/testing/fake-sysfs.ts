import type { Clock } from "../../ports/clock.ts";
import type { Level } from "../../ports/gpio.ts";
import type { OnoffLine } from "../onoff-binding.ts";
import type { SysfsFiles, SysfsLevel } from "../sysfs-files.ts";
import { type FakeDrive, kernelError } from "./fake-gpio-kernel.ts";

interface Line {
  worldLevel: Level;
  drive: FakeDrive;
  readonly history: FakeDrive[];
  activeLow: boolean;
  exportedMs: number | undefined;
  changed: ((error: Error | undefined, level: Level) => void) | undefined;
}

/**
 * The kernel's lines in sysfs, with the rules of its documentation: a line has files once it is
 * exported; `direction` is set to `in`, `high` or `low` and read as `in` or `out`; an input's
 * `value` cannot be written; `active_low` turns values round, not directions; files vanish with
 * their chip, and those that are open tell that it is gone.
 * @see https://docs.kernel.org/admin-guide/gpio/sysfs.html
 */
export class FakeSysfs implements SysfsFiles {
  /** Lines that cannot be exported, or whose files cannot be written once they are. */
  readonly refusals = new Map<number, string>();
  /** How long after its export a line is root's alone. */
  rightsAfterMs = 0;
  /** Values that are open now: none may be left over. */
  openLevels = 0;
  readonly #clock: Clock;
  readonly #base: number;
  readonly #lines: readonly Line[];
  #isGone = false;

  constructor(clock: Clock, base: number, count: number) {
    this.#clock = clock;
    this.#base = base;
    this.#lines = Array.from({ length: count }, () => ({
      ...{ worldLevel: 0, drive: "floating", history: [], activeLow: false },
      ...{ exportedMs: undefined, changed: undefined },
    }));
  }

  /** Another program exported a line, and left it so. */
  leave(number: number, left: { direction: "in" | "high" | "low"; activeLow?: boolean }): void {
    const line = this.#line(number);
    line.exportedMs = Number.NEGATIVE_INFINITY;
    line.activeLow = left.activeLow ?? false;
    setDirection(line, left.direction);
  }

  isExported(number: number): boolean {
    return this.#line(number).exportedMs !== undefined;
  }

  /** The world drives a line, now. */
  drive(number: number, level: Level): void {
    const line = this.#line(number);
    if (line.worldLevel === level) return;
    line.worldLevel = level;
    this.#event(line);
  }

  /** How a line is driven by the program: all that it ever was. */
  history(number: number): readonly FakeDrive[] {
    return this.#line(number).history;
  }

  /** The chip is unplugged. */
  takeAway(): void {
    this.#isGone = true;
    for (const line of this.#lines) this.#event(line);
  }

  exists(name: string): boolean {
    return !this.#isGone && this.#parse(name)?.line.exportedMs !== undefined;
  }

  read(name: string): string {
    const { line, file } = this.#file(name);
    switch (file) {
      case "direction":
        return line.drive === "floating" ? "in" : "out";
      case "active_low":
        return line.activeLow ? "1" : "0";
      case "value":
        return `${levelOf(line)}`;
      default:
        throw kernelError("ENOENT");
    }
  }

  write(name: string, text: string): void {
    if (name === "export" || name === "unexport") this.#export(name === "export", Number(text));
    else {
      this.checkRights(name);
      const { line, file } = this.#file(name);
      if (file === "direction") setDirection(line, text);
      else if (file === "active_low") line.activeLow = text === "1";
      else if (line.drive === "floating") throw kernelError("EPERM");
      else drive(line, (text === "1") === line.activeLow ? 0 : 1);
    }
  }

  checkRights(name: string): void {
    const { line, number } = this.#file(name);
    const refusal = this.refusals.get(number);
    if (refusal !== undefined) throw kernelError(refusal);
    const sinceMs = this.#clock.nowMs() - (line.exportedMs ?? 0);
    if (sinceMs < this.rightsAfterMs) throw kernelError("EACCES");
  }

  openLevel(name: string): SysfsLevel {
    const { line } = this.#file(name);
    let isOpen = true;
    this.openLevels++;
    return {
      read: () => {
        if (!isOpen) throw kernelError("EBADF");
        if (this.#isGone) throw kernelError("ENODEV");
        return levelOf(line);
      },
      close: () => {
        if (isOpen) this.openLevels--;
        isOpen = false;
      },
    };
  }

  /**
   * What `onoff` makes of these files: it sets a line that was there before without a word where
   * it cannot, and hears of edges by an event of their own, as from epoll.
   */
  readonly openByOnoff = (number: number, direction: "in" | "high" | "low"): OnoffLine => {
    const path = `gpio${number}`;
    const isNew = !this.exists(path);
    if (isNew) this.write("export", `${number}`);
    try {
      this.write(`${path}/active_low`, "0");
      this.write(`${path}/direction`, direction);
    } catch (error) {
      if (isNew) throw error;
    }
    const value = this.openLevel(`${path}/value`);
    const line = this.#line(number);
    return {
      readSync: () => value.read(),
      writeSync: (level) => this.write(`${path}/value`, `${level}`),
      watch: (changed) => {
        line.changed = changed;
      },
      direction: () => this.read(`${path}/direction`),
      setDirection: (wanted) => this.write(`${path}/direction`, wanted),
      unexport: () => {
        value.close();
        line.changed = undefined;
        this.write("unexport", `${number}`);
      },
    };
  };

  #export(isWanted: boolean, number: number): void {
    const found = this.#lines[number - this.#base];
    const refusal = this.refusals.get(number);
    if (this.#isGone || found === undefined) throw kernelError("EINVAL");
    if (isWanted && refusal === "EBUSY") throw kernelError(refusal);
    if (isWanted && found.exportedMs !== undefined) throw kernelError("EBUSY");
    if (!isWanted && found.exportedMs === undefined) throw kernelError("EINVAL");
    found.exportedMs = isWanted ? this.#clock.nowMs() : undefined;
    found.activeLow = false;
  }

  #parse(name: string): { line: Line; number: number; file: string } | undefined {
    const match = /^gpio(\d+)(?:\/(\w+))?$/.exec(name);
    const number = Number(match?.[1]);
    const line = this.#lines[number - this.#base];
    return line === undefined ? undefined : { line, number, file: match?.[2] ?? "" };
  }

  #file(name: string): { line: Line; number: number; file: string } {
    const found = this.#parse(name);
    if (this.#isGone || found?.line.exportedMs === undefined) throw kernelError("ENOENT");
    return found;
  }

  #line(number: number): Line {
    const line = this.#lines[number - this.#base];
    if (line === undefined) throw new Error(`there is no line ${number}`);
    return line;
  }

  #event(line: Line): void {
    this.#clock.at(this.#clock.nowMs(), () => line.changed?.(undefined, line.worldLevel));
  }
}

function levelOf(line: Line): Level {
  const raw = line.drive === "floating" ? line.worldLevel : line.drive;
  return (raw === 1) === line.activeLow ? 0 : 1;
}

function setDirection(line: Line, text: string): void {
  if (!["in", "out", "high", "low"].includes(text)) throw kernelError("EINVAL");
  drive(line, text === "in" ? "floating" : text === "high" ? 1 : 0);
}

function drive(line: Line, level: FakeDrive): void {
  line.drive = level;
  line.history.push(level);
}
