import type { PortFault } from "../../../src/base/port-fault.ts";
import { done, err, ok, type Result } from "../../../src/base/result.ts";
import type { Timer } from "../../../src/hal/ports/clock.ts";
import type {
  Drive,
  GpioInput,
  GpioInputEvents,
  GpioOutput,
  Level,
} from "../../../src/hal/ports/gpio.ts";
import type { PinDrive } from "../chips/slic-module.ts";
import type { TraceSink } from "../trace/trace.ts";
import type { RandomStream } from "../world/random-stream.ts";
import type { World } from "../world/world.ts";

/** One pin of the simulated board, both its sides. */
export class SimPin {
  readonly name: string;
  latenessMaxMs = 0;
  stalledUntilMs = 0;
  readonly #world: World;
  readonly #hasPwm: boolean;
  readonly #trace: TraceSink | undefined;
  readonly #random: RandomStream;
  readonly #listeners: ((drive: PinDrive, atMs: number) => void)[] = [];
  #worldLevel: Level = 0;
  /** A broken trace: the pin stays there, whoever drives it. */
  #stuck: Level | undefined;
  /** What the program drives, stuck or not. */
  #wanted: PinDrive = "floating";
  /** The level of the last edge put in line, or of the opening. */
  #reported: Level = 0;
  #output: PinDrive = "floating";
  #openAs: "output" | "input" | undefined;
  #input: GpioInputEvents | undefined;
  #fault: PortFault | undefined;
  #wave: Timer | undefined;
  #watermark: Timer | undefined;
  /** When the last edge or watermark is delivered: nothing overtakes it. */
  #deliveredToMs = 0;

  constructor(world: World, name: string, hasPwm: boolean, trace: TraceSink | undefined) {
    this.name = name;
    this.#world = world;
    this.#hasPwm = hasPwm;
    this.#trace = trace;
    this.#random = world.random(`gpio ${name}`);
  }

  get isOpen(): boolean {
    return this.#openAs !== undefined;
  }

  get output(): PinDrive {
    return this.#output;
  }

  onOutput(listener: (drive: PinDrive, atMs: number) => void): void {
    this.#listeners.push(listener);
    listener(this.#output, this.#world.clock.nowMs());
  }

  driveFromWorld(level: Level): void {
    if (level === this.#worldLevel) return;
    this.#worldLevel = level;
    this.#tell("input", level);
    this.#reportLevel();
  }

  /** Reports the level as an edge of now, unless it is what was reported last. */
  #reportLevel(): void {
    const input = this.#input;
    if (input === undefined || this.#fault !== undefined) return;
    const level = this.#stuck ?? this.#worldLevel;
    if (level === this.#reported) return;
    this.#reported = level;
    const atMs = this.#world.clock.nowMs();
    this.#deliver(() => {
      if (this.#input === input) input.onEdge({ level, atMs });
    });
  }

  setFault(fault: PortFault | undefined): void {
    this.#fault = fault;
    // What changed meanwhile shows once it is mended: edges alternate.
    if (fault === undefined) this.#reportLevel();
    const input = this.#input;
    if (fault === undefined || input === undefined) return;
    this.#deliver(() => {
      if (this.#input === input) input.onFault(fault);
    });
  }

  openOutput(initial: Level, drive: Drive): GpioOutput {
    this.#openAs = "output";
    const drivenBy = (level: Level): PinDrive =>
      drive === "open-drain" && level === 1 ? "floating" : level;
    const write = (level: Level): Result<undefined, PortFault> => {
      if (this.#fault !== undefined) return err(this.#fault);
      this.#stopWave();
      this.#setOutput(drivenBy(level));
      return done;
    };
    this.#setOutput(drivenBy(initial));
    return {
      write,
      ...(this.#hasPwm ? { squareWave: this.#squareWave(write) } : {}),
      release: () => {
        this.#stopWave();
        this.#openAs = undefined;
      },
    };
  }

  openInput(events: GpioInputEvents): GpioInput {
    this.#openAs = "input";
    this.#input = events;
    this.#reported = this.#stuck ?? this.#worldLevel;
    this.#setOutput("floating");
    return {
      read: () =>
        this.#fault === undefined ? ok(this.#stuck ?? this.#worldLevel) : err(this.#fault),
      requestWatermark: (atMs) => this.#requestWatermark(atMs, events),
      release: () => {
        this.#watermark?.cancel();
        this.#input = undefined;
        this.#openAs = undefined;
      },
    };
  }

  /** Sticks at a level, or (undefined) comes free. */
  stick(level: Level | undefined): void {
    this.#stuck = level;
    this.#reportLevel();
    if (this.#listeners.length > 0) this.#setOutput(this.#wanted);
  }

  /** Nobody drives it any more: the board starts anew. */
  float(): void {
    this.#stopWave();
    this.#setOutput("floating");
  }

  #setOutput(wanted: PinDrive): void {
    this.#wanted = wanted;
    const drive = this.#stuck ?? wanted;
    if (drive === this.#output) return;
    this.#output = drive;
    this.#tell("output", drive);
    for (const listener of this.#listeners) listener(drive, this.#world.clock.nowMs());
  }

  /** Half periods counted from the start, so that the wave does not drift. */
  #squareWave(write: (level: Level) => Result<undefined, PortFault>) {
    return {
      start: (frequencyHz: number): Result<undefined, PortFault> => {
        if (this.#fault !== undefined) return err(this.#fault);
        this.#stopWave();
        const startMs = this.#world.clock.nowMs();
        const first: Level = this.#output === 1 ? 0 : 1;
        const half = (count: number): void => {
          this.#setOutput(count % 2 === 0 ? first : first === 1 ? 0 : 1);
          const nextMs = startMs + ((count + 1) * 500) / frequencyHz;
          this.#wave = this.#world.clock.at(nextMs, () => half(count + 1));
        };
        half(0);
        return done;
      },
      stop: write,
    };
  }

  #stopWave(): void {
    this.#wave?.cancel();
    this.#wave = undefined;
  }

  /**
   * Two steps: once the moment has come, all edges before it have been stamped and put in line;
   * the answer goes behind them.
   */
  #requestWatermark(atMs: number, events: GpioInputEvents): void {
    this.#watermark?.cancel();
    const momentMs = Math.max(atMs, this.#world.clock.nowMs());
    this.#watermark = this.#world.clock.at(momentMs, () => {
      this.#watermark = this.#deliver(() => {
        if (this.#input === events) events.onWatermark(atMs);
      });
    });
  }

  /** Runs a callback as an event, as late as the event loop is, behind all before it. */
  #deliver(run: () => void): Timer {
    const nowMs = this.#world.clock.nowMs();
    const lateMs = this.latenessMaxMs === 0 ? 0 : this.#random.float() * this.latenessMaxMs;
    const atMs = Math.max(nowMs + lateMs, this.stalledUntilMs, this.#deliveredToMs);
    this.#deliveredToMs = atMs;
    return this.#world.clock.at(atMs, run);
  }

  #tell(kind: "input" | "output", level: PinDrive): void {
    this.#trace?.({ atMs: this.#world.clock.nowMs(), source: `pin ${this.name}`, kind, level });
  }
}
