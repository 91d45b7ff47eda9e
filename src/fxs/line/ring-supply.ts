/** A line's part in a ringing supply. */
export interface RingShare {
  /**
   * Takes ringing current for a while, and tells from when on: now where the supply holds, else as
   * soon as it does. What was taken before and is not over yet is given back.
   */
  reserve(durationMs: number, nowMs: number): number;
  /** Gives back what is left of it. */
  release(nowMs: number): void;
}

/** From the end of one line's bursts to another's, ms: no timer is exact. */
export const SUPPLY_GAP_MS = 50;

interface Reservation {
  readonly fromMs: number;
  readonly untilMs: number;
}

/**
 * What several lines ring from. Their bursts are staggered so that no more bells sound at a time
 * than it carries:
 *
 *     line 1   ████        ████        ████          supply for one bell,
 *     line 2       ████        ████        ████      bursts of 2 s each 6 s
 *     line 3           ████        ████        ███
 *
 * Who asks first rings first; a fourth line makes all wait a little longer. A line with more bells
 * than the supply carries rings alone: it is better heard a little than not at all.
 */
export class RingSupply {
  readonly #renMax: number;
  readonly #held = new Map<object, Reservation & { readonly ren: number }>();

  /** `renMax`: ringer equivalence numbers that it carries at a time. */
  constructor(renMax: number) {
    this.#renMax = renMax;
  }

  /** The part of a line whose bells are `ren` in all. */
  share(ren: number): RingShare {
    const key = {};
    return {
      reserve: (durationMs, nowMs) => {
        this.#held.delete(key);
        const fromMs = this.#earliest(ren, durationMs, nowMs);
        this.#held.set(key, { fromMs, untilMs: fromMs + durationMs, ren });
        return fromMs;
      },
      release: (nowMs) => {
        const held = this.#held.get(key);
        if (held === undefined) return;
        if (held.fromMs >= nowMs) this.#held.delete(key);
        else this.#held.set(key, { ...held, untilMs: Math.min(held.untilMs, nowMs) });
      },
    };
  }

  #earliest(ren: number, durationMs: number, nowMs: number): number {
    for (const [key, { untilMs }] of this.#held) {
      if (untilMs + SUPPLY_GAP_MS <= nowMs) this.#held.delete(key);
    }
    const others = [...this.#held.values()];
    const ends = others.map(({ untilMs }) => untilMs + SUPPLY_GAP_MS).filter((at) => at > nowMs);
    const starts = [nowMs, ...ends.sort((one, other) => one - other)];
    const limit = Math.max(this.#renMax, ren);
    const fits = (fromMs: number): boolean => this.#peak(fromMs, durationMs) + ren <= limit;
    // At the end of all that is held nothing else rings: one of them always fits.
    return starts.find(fits) ?? nowMs;
  }

  /** The most that others ring with at any moment of a while. */
  #peak(fromMs: number, durationMs: number): number {
    const untilMs = fromMs + durationMs + SUPPLY_GAP_MS;
    const within = [...this.#held.values()].filter(
      (one) => one.fromMs < untilMs && one.untilMs + SUPPLY_GAP_MS > fromMs,
    );
    const at = (ms: number): number =>
      within
        .filter((one) => one.fromMs <= ms && one.untilMs + SUPPLY_GAP_MS > ms)
        .reduce((sum, { ren }) => sum + ren, 0);
    return Math.max(at(fromMs), ...within.map((one) => at(Math.max(fromMs, one.fromMs))));
  }
}
