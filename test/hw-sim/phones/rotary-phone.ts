import type { Digit } from "../../../src/base/audio.ts";
import { invariant } from "../../../src/base/invariant.ts";
import { err, ok, type Result } from "../../../src/base/result.ts";
import type { Timer } from "../../../src/hal/ports/clock.ts";
import type { Dialer, DialerParts } from "./dialer.ts";
import type { Phone, PhoneOptions } from "./phone.ts";
import {
  DEFAULT_ROTARY_DIAL,
  type DialMotion,
  dialMotions,
  pauseBeforeTurnMs,
  pulseCount,
  type RotaryDialOptions,
} from "./rotary-dial.ts";
import { TelephoneSet } from "./telephone-set.ts";

/** A telephone with a dial. */
export interface RotaryPhoneOptions extends PhoneOptions, Partial<RotaryDialOptions> {
  /** How long the pulsing contact bounces at each edge. */
  readonly bounceMs?: number;
}

const DEFAULT_BOUNCE_MS = 3;

class Dial implements Dialer {
  readonly #parts: DialerParts;
  readonly #options: RotaryDialOptions;
  readonly #bounceMs: number;
  #motions = new Set<Timer>();
  /** The last make of what is being dialled. */
  #lastMakeMs = Number.NEGATIVE_INFINITY;

  constructor(parts: DialerParts, options: RotaryPhoneOptions) {
    this.#parts = parts;
    this.#options = {
      pps: options.pps ?? DEFAULT_ROTARY_DIAL.pps,
      breakRatio: options.breakRatio ?? DEFAULT_ROTARY_DIAL.breakRatio,
      interDigitMs: options.interDigitMs ?? DEFAULT_ROTARY_DIAL.interDigitMs,
      plate: options.plate ?? DEFAULT_ROTARY_DIAL.plate,
    };
    this.#bounceMs = options.bounceMs ?? DEFAULT_BOUNCE_MS;
    const shorterShare = Math.min(this.#options.breakRatio, 1 - this.#options.breakRatio);
    invariant(
      this.#bounceMs < (shorterShare * 1000) / this.#options.pps,
      "a dial's contact comes to rest before its next edge",
    );
  }

  dial(digits: readonly Digit[]): Result<number, string> {
    const counts = digits.map((digit) => pulseCount(digit, this.#options.plate));
    const missing = digits.find((_, at) => counts[at] === undefined);
    if (missing !== undefined) return err(`a rotary dial has no "${missing}"`);
    for (const count of counts) this.#turn(count ?? 0);
    return ok(this.#lastMakeMs);
  }

  press(digit: Digit): Result<number, string> {
    return this.dial([digit]);
  }

  stop(): void {
    for (const timer of this.#motions) timer.cancel();
    this.#motions.clear();
    this.#lastMakeMs = Number.NEGATIVE_INFINITY;
    this.#parts.contacts.pulsing.work(true, 0);
  }

  #turn(pulses: number): void {
    const pauseMs = pauseBeforeTurnMs(this.#options);
    const startMs = Math.max(this.#parts.clock.nowMs(), this.#lastMakeMs + pauseMs);
    for (const motion of dialMotions(pulses, this.#options)) {
      const atMs = startMs + motion.afterMs;
      if (motion.kind === "pulse" && motion.closed) this.#lastMakeMs = atMs;
      const timer = this.#parts.clock.at(atMs, () => {
        this.#motions.delete(timer);
        this.#move(motion);
      });
      this.#motions.add(timer);
    }
  }

  #move(motion: DialMotion): void {
    if (motion.kind === "off-normal") this.#parts.receiver.muted = motion.on;
    else this.#parts.contacts.pulsing.work(motion.closed, this.#bounceMs);
  }
}

/** A telephone that dials by opening and closing the loop. */
export function createRotaryPhone(options: RotaryPhoneOptions): Phone {
  return new TelephoneSet(options, (parts) => new Dial(parts, options));
}
