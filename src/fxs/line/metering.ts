import type { MeteringConfig } from "../country/profile.ts";
import type { LineOutput } from "./line-types.ts";

/** Most pulses that are waited for; more at a time are not sent. */
const METERING_LIMIT = 1000;

/** What is to follow the last pulse follows after this in any case. */
export const METERING_WAIT_LIMIT_MS = 5000;

/** Sends metering pulses one after the other. */
export class Metering {
  readonly #config: MeteringConfig;
  readonly #push: (output: LineOutput) => void;
  #left = 0;
  #nextMs = Number.NEGATIVE_INFINITY;
  /** What follows the last pulse, and by when in any case. */
  #next: { readonly run: (nowMs: number) => void; readonly byMs: number } | undefined;

  constructor(config: MeteringConfig, push: (output: LineOutput) => void) {
    this.#config = config;
    this.#push = push;
  }

  deadlineMs(): number | undefined {
    const next = this.#next;
    if (next !== undefined) return Math.min(this.#nextMs, next.byMs);
    return this.#left > 0 ? this.#nextMs : undefined;
  }

  /** Once the pulses are out, or now where there are none: the last one tells the price. */
  afterwards(run: (nowMs: number) => void, nowMs: number): void {
    if (this.#left === 0 && nowMs >= this.#nextMs) run(nowMs);
    else this.#next = { run, byMs: nowMs + METERING_WAIT_LIMIT_MS };
  }

  /** Adds pulses to those that are still to be sent. */
  add(pulses: number, nowMs: number): void {
    const whole = Math.trunc(pulses) || 0;
    this.#left = Math.max(this.#left, Math.min(METERING_LIMIT, this.#left + whole));
    this.timeout(nowMs);
  }

  stop(): void {
    this.#left = 0;
    this.#next = undefined;
  }

  timeout(nowMs: number): void {
    const isDue = nowMs >= this.#nextMs;
    const next = this.#next;
    if (next !== undefined && ((this.#left === 0 && isDue) || nowMs >= next.byMs)) {
      this.#next = undefined;
      next.run(nowMs);
    }
    if (this.#left === 0 || !isDue) return;
    const { frequencyHz, pulseMs, pauseMs } = this.#config;
    this.#left--;
    this.#nextMs = nowMs + pulseMs + pauseMs;
    this.#push({
      kind: "slic",
      action: { kind: "metering-pulse", frequencyHz, durationMs: pulseMs },
    });
  }
}
