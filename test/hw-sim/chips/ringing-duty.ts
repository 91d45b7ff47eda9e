import type { Clock, Timer } from "../../../src/hal/ports/clock.ts";

/** How much ringing is too much. */
export interface RingingDutyLimit {
  readonly windowMs: number;
  /** The largest part of any window, 0–1. */
  readonly ratioMax: number;
  /** Told once a burst, when it takes the window over the limit; `onMs` of it were ringing. */
  onExceeded(onMs: number): void;
}

/** Two times are the same within this. */
const SLACK_MS = 1e-6;
/** How soon the window is looked at again when the limit is near. */
const LOOK_AGAIN_MIN_MS = 1;

/** Watches the part of the time that ringing is on, over a window that slides. */
export class RingingDuty {
  readonly #clock: Clock;
  readonly #limit: RingingDutyLimit;
  #bursts: { readonly fromMs: number; readonly toMs: number }[] = [];
  #onSinceMs: number | undefined;
  #look: Timer | undefined;

  constructor(clock: Clock, limit: RingingDutyLimit) {
    this.#clock = clock;
    this.#limit = limit;
  }

  setOn(on: boolean): void {
    const nowMs = this.#clock.nowMs();
    this.#look?.cancel();
    if (on) {
      this.#onSinceMs = nowMs;
      this.#lookAhead();
    } else if (this.#onSinceMs !== undefined) {
      this.#bursts.push({ fromMs: this.#onSinceMs, toMs: nowMs });
      this.#onSinceMs = undefined;
    }
  }

  /** How long ringing was on within the window that ends now. */
  onMs(): number {
    const nowMs = this.#clock.nowMs();
    const startMs = nowMs - this.#limit.windowMs;
    this.#bursts = this.#bursts.filter(({ toMs }) => toMs > startMs);
    const past = this.#bursts.reduce(
      (sum, { fromMs, toMs }) => sum + toMs - Math.max(fromMs, startMs),
      0,
    );
    return past + (this.#onSinceMs === undefined ? 0 : nowMs - Math.max(this.#onSinceMs, startMs));
  }

  /** Comes back when this burst would, at the earliest, be over the limit. */
  #lookAhead(): void {
    const onMs = this.onMs();
    const leftMs = this.#limit.windowMs * this.#limit.ratioMax - onMs;
    if (leftMs < -SLACK_MS) {
      this.#limit.onExceeded(onMs);
      return;
    }
    const atMs = this.#clock.nowMs() + Math.max(LOOK_AGAIN_MIN_MS, leftMs);
    this.#look = this.#clock.at(atMs, () => this.#lookAhead());
  }
}
