import type { CallRecord } from "../../../src/call/index.ts";
import type { Bench } from "../../hw-sim/bench/bench.ts";

/** A call that has ended, by its record. */
export interface EndedCall {
  readonly record: CallRecord;
  /** How long it lasted, from its first ring or digit to its end, ms. */
  readonly aliveMs: number;
}

/** The calls of a bench's lines as they end. */
export class EndedCalls {
  readonly #lab: Bench;
  #seen = 0;

  constructor(lab: Bench) {
    this.#lab = lab;
  }

  /** Those that have ended since it was looked last. */
  look(): readonly EndedCall[] {
    const since = this.#lab.records.slice(this.#seen);
    this.#seen += since.length;
    return since.map((record) => {
      const { answeredAtMs = 0, durationMs, ringingMs = 0 } = record;
      return { record, aliveMs: Math.max(answeredAtMs, ringingMs) + durationMs };
    });
  }
}
