import type { Clock, Timer } from "../../ports/clock.ts";
import type { ChipBus } from "./chip-bus.ts";
import { BITS, REGISTERS } from "./registers.ts";
import { SI321X_DEFAULTS, type Si321xConfig } from "./si321x-config.ts";

/**
 * After a change of the line feed the detector says anything for a while: the line's own capacity
 * is charged. Drivers of later parts of the family leave out 80 to 200 ms.
 */
const MASK_MS = 80;

/** What the watch hears from its line and tells it. */
export interface LoopWatchSinks {
  isRinging(): boolean;
  loop(closed: boolean, atMs: number): void;
  watermark(atMs: number): void;
  /** Time to ask the chip what happened; where interrupts tell, it never is. */
  poll(): void;
  /** The detector can be believed again: time to look at it. */
  unmasked(): void;
}

/** Turns the detectors of a chip into changes of the loop, with the moments at which they came. */
export class LoopWatch {
  readonly #bus: ChipBus;
  readonly #clock: Clock;
  readonly #sinks: LoopWatchSinks;
  readonly #requestFromPin: ((atMs: number) => void) | undefined;
  readonly #pollMs: number;
  #closed = false;
  #maskedUntilMs = Number.NEGATIVE_INFINITY;
  #unmask: Timer | undefined;
  #poll: Timer | undefined;
  #wantedMs: number | undefined;

  constructor(
    parts: {
      readonly bus: ChipBus;
      readonly clock: Clock;
      readonly config: Si321xConfig;
      readonly interrupts: boolean;
      readonly requestWatermark: (atMs: number) => void;
    },
    sinks: LoopWatchSinks,
  ) {
    this.#bus = parts.bus;
    this.#clock = parts.clock;
    this.#sinks = sinks;
    this.#requestFromPin = parts.interrupts ? parts.requestWatermark : undefined;
    this.#pollMs = parts.config.pollMs ?? SI321X_DEFAULTS.pollMs;
    this.#closed = this.read();
    if (!parts.interrupts) this.#pollLater();
  }

  /** The detector now: loop closure, or ring trip while it rings. */
  read(): boolean {
    const status = this.#bus.read(REGISTERS.LOOP_STATUS);
    return (status & (this.#sinks.isRinging() ? BITS.RTP : BITS.LCR)) !== 0;
  }

  /** The detector is not to be believed for a while, after which it is looked at. */
  mask(): void {
    this.#maskedUntilMs = this.#clock.nowMs() + MASK_MS;
    this.#unmask?.cancel();
    this.#unmask = this.#clock.at(this.#maskedUntilMs, () => this.#sinks.unmasked());
  }

  /** Looks at the detector, where it can be believed; what changed did so at `atMs`. */
  look(atMs: number): void {
    if (this.#sinks.isRinging() || this.#clock.nowMs() < this.#maskedUntilMs) return;
    // An edge from within the mask, served after it, counts from its end.
    this.#tell(this.read(), Math.max(atMs, Math.min(this.#maskedUntilMs, this.#clock.nowMs())));
  }

  /** Ring trip, at `atMs`: the loop is closed. */
  trip(atMs: number): void {
    this.#tell(true, atMs);
  }

  requestWatermark(atMs: number): void {
    this.#wantedMs = atMs;
    this.#requestFromPin?.(atMs);
  }

  /** No interrupt stamped before `atMs` is still to come. */
  watermark(atMs: number): void {
    if (this.#wantedMs === undefined || atMs < this.#wantedMs) return;
    const wantedMs = this.#wantedMs;
    this.#wantedMs = undefined;
    this.#sinks.watermark(wantedMs);
  }

  close(): void {
    this.#poll?.cancel();
    this.#unmask?.cancel();
  }

  #tell(closed: boolean, atMs: number): void {
    if (closed === this.#closed) return;
    this.#closed = closed;
    this.#sinks.loop(closed, atMs);
  }

  #pollLater(): void {
    this.#poll = this.#clock.at(this.#clock.nowMs() + this.#pollMs, () => {
      this.#pollLater();
      this.#sinks.poll();
      this.watermark(this.#clock.nowMs());
    });
  }
}
