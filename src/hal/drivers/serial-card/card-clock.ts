/** How far a card's clock, and ours, may be from true, together. */
const DRIFT_MAX = 400e-6;

/**
 * Maps a card's microseconds to the clock port's milliseconds.
 *
 * An exchange that left here at *a* and came back at *b*, received there at *r* and sent at *s*,
 * says that the difference of the clocks lies in [*a* − *r*, *b* − *s*]. Each interval, widened by
 * what drift may have done since, is cut with the next; the estimate moves no further than into
 * what is left. So a slow answer spoils nothing and two edges keep their distance.
 */
export class CardClock {
  /** The card's time without the wrap at 2³², µs: of the newest stamp that was seen. */
  #newestUs: number | undefined;
  #lowMs = Number.NEGATIVE_INFINITY;
  #highMs = Number.POSITIVE_INFINITY;
  #checkedUs = 0;
  #offsetMs: number | undefined;

  /** Whether a whole exchange has been seen. */
  get known(): boolean {
    return this.#lowMs !== Number.NEGATIVE_INFINITY;
  }

  /** A whole exchange: both stamps are the card's, modulo 2³². */
  exchange(leftMs: number, receivedUs: number, sentUs: number, cameMs: number): void {
    const received = this.#unwrap(receivedUs);
    const sent = this.#unwrap(sentUs);
    this.#widen(sent);
    const low = leftMs - received / 1000;
    const high = cameMs - sent / 1000;
    if (low > high) return;
    if (low > this.#highMs || high < this.#lowMs) {
      // The card's clock jumped, which it must not: what was known is worth nothing.
      this.#lowMs = low;
      this.#highMs = high;
      this.#offsetMs = undefined;
    } else {
      this.#lowMs = Math.max(low, this.#lowMs);
      this.#highMs = Math.min(high, this.#highMs);
    }
    this.#settle();
  }

  /** A packet stamped at its sending: it cannot have come before that. */
  arrival(sentUs: number, cameMs: number): void {
    if (!this.known) return;
    const sent = this.#unwrap(sentUs);
    this.#widen(sent);
    const high = cameMs - sent / 1000;
    // One that contradicts all exchanges is left for the next exchange to judge.
    if (high < this.#lowMs || high >= this.#highMs) return;
    this.#highMs = high;
    this.#settle();
  }

  /** The clock port's time of a stamp no older or newer than 35 minutes. */
  hostMs(stampUs: number): number {
    return this.#unwrap(stampUs) / 1000 + (this.#offsetMs ?? 0);
  }

  /** Into the interval by the shortest way; the first estimate is its middle. */
  #settle(): void {
    this.#offsetMs =
      this.#offsetMs === undefined
        ? (this.#lowMs + this.#highMs) / 2
        : Math.min(this.#highMs, Math.max(this.#lowMs, this.#offsetMs));
  }

  #widen(nowUs: number): void {
    if (!this.known) {
      this.#checkedUs = nowUs;
      return;
    }
    const slackMs = (Math.max(0, nowUs - this.#checkedUs) / 1000) * DRIFT_MAX;
    this.#lowMs -= slackMs;
    this.#highMs += slackMs;
    this.#checkedUs = Math.max(this.#checkedUs, nowUs);
  }

  #unwrap(stampUs: number): number {
    const newest = this.#newestUs ?? stampUs;
    const difference = (stampUs - (newest % 0x1_0000_0000)) | 0;
    const whole = newest + difference;
    this.#newestUs = Math.max(newest, whole);
    return whole;
  }
}
