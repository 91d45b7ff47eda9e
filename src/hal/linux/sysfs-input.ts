import type { PortFault } from "../../base/port-fault.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { GpioInput, GpioInputEvents, Level } from "../ports/gpio.ts";
import type { OnoffLine } from "./onoff-binding.ts";

/**
 * An input pin through sysfs. What is reported is the level as read, and only when it differs from
 * what was reported last: of two edges that came between two reads nothing is left to see.
 */
export class SysfsInput implements GpioInput {
  readonly #line: OnoffLine;
  readonly #events: GpioInputEvents;
  readonly #clock: Clock;
  readonly #faultFrom: (error: unknown) => PortFault;
  readonly #letGo: () => void;
  #reported: Level;
  #deadline: Timer | undefined;
  /** Rises with each request: an answer under way for an earlier one is dropped. */
  #request = 0;
  #released = false;

  constructor(
    line: OnoffLine,
    events: GpioInputEvents,
    clock: Clock,
    faultFrom: (error: unknown) => PortFault,
    letGo: () => void,
  ) {
    this.#line = line;
    this.#events = events;
    this.#clock = clock;
    this.#faultFrom = faultFrom;
    this.#letGo = letGo;
    this.#reported = line.readSync();
    line.watch((error) => {
      if (error instanceof Error) this.#tellFault(error);
      else this.#look();
    });
  }

  read(): Result<Level, PortFault> {
    try {
      return ok(this.#line.readSync());
    } catch (error) {
      return err(this.#faultFrom(error));
    }
  }

  requestWatermark(atMs: number): void {
    const request = ++this.#request;
    this.#deadline?.cancel();
    this.#deadline = this.#clock.at(atMs, () => {
      // Timers run before the event loop looks at the pins, so an edge may be waiting
      // unread; once the loop has come round, it has been told.
      setImmediate(() => {
        if (request === this.#request && !this.#released) this.#answer();
      });
    });
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#deadline?.cancel();
    try {
      this.#line.unexport();
    } catch {
      // It is gone already, and nobody is left to be told.
    }
    this.#letGo();
  }

  #answer(): void {
    const nowMs = this.#clock.nowMs();
    // One look more, for an edge whose event is still on its way from the kernel.
    this.#look();
    if (!this.#released) this.#events.onWatermark(nowMs);
  }

  #look(): void {
    if (this.#released) return;
    const atMs = this.#clock.nowMs();
    const level = this.read();
    if (!level.ok) {
      this.#events.onFault(level.error);
    } else if (level.value !== this.#reported) {
      this.#reported = level.value;
      this.#events.onEdge({ level: level.value, atMs });
    }
  }

  #tellFault(error: Error): void {
    if (!this.#released) this.#events.onFault(this.#faultFrom(error));
  }
}
