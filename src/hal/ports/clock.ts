/**
 * Time, as the shells see it. Cores never do: they are handed `nowMs`.
 *
 * Port's side: `nowMs` is monotonic milliseconds with a fraction, from an arbitrary start, the same
 * time base as every timestamp of every other port of this plane. `at` runs its callback once, not
 * before `atMs`, never inside the call itself; callbacks due at one instant run in the order asked.
 * User's side: a callback may come late; it must not matter.
 */
export interface Clock {
  nowMs(): number;
  /** Wall time, milliseconds since 1970-01-01 UTC: for records and displays only. */
  wallMs(): number;
  /**
   * @param kind `frame` where it is one of a row, a few ms apart, and leaves nothing to be settled
   * at once (no promise): then the event loop may be left alone for a few of them
   */
  at(atMs: number, run: () => void, kind?: "frame"): Timer;
  /**
   * A wait as a promise, for what opens or measures in several steps. A clock that runs promises by
   * itself may leave it out: then `at` does. In the simulated world promises go on after it, so
   * whatever settles a promise there also asks for one.
   */
  sleep?(ms: number): Promise<void>;
}

/** A pending callback. Cancelling one that has run, or twice, does nothing. */
export interface Timer {
  cancel(): void;
}
