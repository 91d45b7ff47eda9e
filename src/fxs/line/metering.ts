import type { MeteringConfig } from "../country/profile.ts";
import type { LineOutput } from "./line-types.ts";

/** Most pulses that are waited for; more at a time are not sent. */
export const METERING_LIMIT = 1000;

/** Sends metering pulses one after the other. */
export class Metering {
  readonly #config: MeteringConfig;
  readonly #push: (output: LineOutput) => void;
  #left = 0;
  #nextMs = Number.NEGATIVE_INFINITY;

  constructor(config: MeteringConfig, push: (output: LineOutput) => void) {
    this.#config = config;
    this.#push = push;
  }

  deadlineMs(): number | undefined {
    return this.#left > 0 ? this.#nextMs : undefined;
  }

  /** Adds pulses to those that are still to be sent. */
  add(pulses: number, nowMs: number): void {
    const whole = Math.trunc(pulses) || 0;
    this.#left = Math.max(this.#left, Math.min(METERING_LIMIT, this.#left + whole));
    this.timeout(nowMs);
  }

  stop(): void {
    this.#left = 0;
  }

  timeout(nowMs: number): void {
    if (this.#left === 0 || nowMs < this.#nextMs) return;
    const { frequencyHz, pulseMs, pauseMs } = this.#config;
    this.#left--;
    this.#nextMs = nowMs + pulseMs + pauseMs;
    this.#push({
      kind: "slic",
      action: { kind: "metering-pulse", frequencyHz, durationMs: pulseMs },
    });
  }
}
