import { earliestMs } from "../../../src/base/core.ts";

/** What the telephone notices of its feed, apart from ringing. */
export type LineWatchEvent =
  | { readonly kind: "line-dead" }
  | { readonly kind: "line-back" }
  | { readonly kind: "polarity"; readonly reversed: boolean };

/** With the handset up, less current than this leaves the transmitter dead. */
const DEAD_MILLIAMPS = 5;
/** With the handset down, less voltage than this is no battery. */
const DEAD_VOLTS = 10;
/** A reversal passes through zero faster than this; an open switching interval lasts longer. */
const DEAD_AFTER_MS = 20;
/** Ringing reverses more often than this; a steady change of polarity lasts longer. */
const POLARITY_AFTER_MS = 100;

/**
 * Watches for a line that goes dead (open switching interval, a cut wire, no power) and for battery
 * reversal.
 *
 *     alive --(no current or battery for 20 ms)--> dead --(current or battery)--> alive
 */
export class LineWatch {
  #alive = true;
  #deadSinceMs: number | undefined;
  #reversed: boolean | undefined;
  #turned = false;
  #turnedAtMs: number | undefined;

  /** The state at the terminals; `closed` is the telephone's own contact. */
  change(
    state: { readonly volts: number; readonly milliamps: number; readonly closed: boolean },
    atMs: number,
  ): readonly LineWatchEvent[] {
    const isFed = state.closed
      ? state.milliamps >= DEAD_MILLIAMPS
      : Math.abs(state.volts) >= DEAD_VOLTS;
    if (state.volts !== 0 && isFed) this.#turn(state.volts > 0, atMs);
    if (!isFed) {
      if (this.#alive) this.#deadSinceMs ??= atMs;
      return [];
    }
    this.#deadSinceMs = undefined;
    if (this.#alive) return [];
    this.#alive = true;
    return [{ kind: "line-back" }];
  }

  deadlineMs(): number | undefined {
    return earliestMs(
      this.#deadSinceMs === undefined ? undefined : this.#deadSinceMs + DEAD_AFTER_MS,
      this.#turnedAtMs === undefined ? undefined : this.#turnedAtMs + POLARITY_AFTER_MS,
    );
  }

  /** A deadline has come. */
  timeout(atMs: number): readonly LineWatchEvent[] {
    const events: LineWatchEvent[] = [];
    if (this.#deadSinceMs !== undefined && atMs >= this.#deadSinceMs + DEAD_AFTER_MS) {
      this.#deadSinceMs = undefined;
      this.#alive = false;
      events.push({ kind: "line-dead" });
    }
    if (this.#turnedAtMs !== undefined && atMs >= this.#turnedAtMs + POLARITY_AFTER_MS) {
      this.#turnedAtMs = undefined;
      this.#reversed = this.#turned;
      events.push({ kind: "polarity", reversed: this.#turned });
    }
    return events;
  }

  #turn(reversed: boolean, atMs: number): void {
    // What it finds when it is plugged in is no change.
    this.#reversed ??= reversed;
    if (reversed === this.#reversed) {
      this.#turnedAtMs = undefined;
    } else if (this.#turnedAtMs === undefined || this.#turned !== reversed) {
      this.#turned = reversed;
      this.#turnedAtMs = atMs;
    }
  }
}
