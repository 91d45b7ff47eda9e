/** The best count of so long a time stands for it: looks come late, and counts move in steps. */
const WINDOW_MS = 5000;

/** Nothing is told before the first and the last window lie so far apart. */
const SPAN_MIN_MS = 20_000;

/** One window's best: how far the samples were ahead of the clock, and when. */
interface Best {
  readonly atMs: number;
  readonly aheadMs: number;
}

/**
 * How much faster than the clock port a card's clock runs. A count that is read late, or moves on
 * in steps, is always behind and never ahead: so the count furthest ahead within each 5 s is the
 * true one, and the line through the first and the last of them has the drift as its slope.
 */
export class ClockDrift {
  readonly #rateHz: number;
  #startMs: number | undefined;
  #windowMs = 0;
  #first: Best | undefined;
  #best: Best | undefined;
  #ppm: number | undefined;

  constructor(rateHz: number) {
    this.#rateHz = rateHz;
  }

  /** Parts per million; undefined until it has run long enough. It outlasts a restart. */
  get ppm(): number | undefined {
    return this.#ppm;
  }

  /** The count of samples begins anew, or some were lost. */
  restart(): void {
    this.#startMs = undefined;
    this.#first = undefined;
    this.#best = undefined;
  }

  /** @param samples recorded since the restart, read or not */
  observe(samples: number, nowMs: number): void {
    if (this.#startMs === undefined) {
      this.#startMs = nowMs;
      this.#windowMs = nowMs;
    }
    const aheadMs = (samples / this.#rateHz) * 1000 - (nowMs - this.#startMs);
    if (nowMs - this.#windowMs >= WINDOW_MS) this.#closeWindow(nowMs);
    if (this.#best === undefined || aheadMs > this.#best.aheadMs) {
      this.#best = { atMs: nowMs, aheadMs };
    }
  }

  #closeWindow(nowMs: number): void {
    this.#windowMs = nowMs;
    const best = this.#best;
    this.#best = undefined;
    if (best === undefined) return;
    this.#first ??= best;
    const spanMs = best.atMs - this.#first.atMs;
    if (spanMs < SPAN_MIN_MS) return;
    this.#ppm = ((best.aheadMs - this.#first.aheadMs) / spanMs) * 1e6;
  }
}
