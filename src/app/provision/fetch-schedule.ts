import type { Core } from "../../base/core.ts";

/** The first wait after a fetch that failed, ms; each is twice the one before. */
const AGAIN_FIRST_MS = 10_000;
/** The longest wait after a fetch that failed, ms; a server may ask for as long. */
export const AGAIN_LONGEST_MS = 3_600_000;

/** Who asks sooner than this after the last fetch is not listened to, ms. */
export const ASKED_AGAIN_MS = 60_000;

/** How long the first look may wait where something was kept: a whole street starts at once, ms. */
export const FIRST_SPREAD_MS = 30_000;

/** What a schedule is made of. */
export interface ScheduleConfig {
  /** From one fetch that went well to the next, ms; 0: only when asked. */
  readonly everyMs: number;
  /** 0 to below 1: spreads the times of many boxes. */
  readonly chance: number;
  /** Whether there is a configuration already. */
  readonly isKept: boolean;
}

/** What happens to it. */
export type ScheduleInput =
  | { readonly kind: "start" }
  /** Somebody wants it to be looked now. */
  | { readonly kind: "asked" }
  /** A fetch has ended; `waitMs` is what the server wants to be left alone for. */
  | { readonly kind: "ended"; readonly isGood: boolean; readonly waitMs?: number }
  | { readonly kind: "timeout" };

/** Fetch now; `ended` is told once. */
export type ScheduleOutput = { readonly kind: "fetch" };

/**
 * When a configuration is fetched.
 *
 * ```text
 *   start ──▶ waiting ──time, asked──▶ fetching ──ended──▶ waiting: everyMs ± 10 %,
 *                                          │                or 10 s, 20 s … 1 h after a failure
 *                                          └─ asked: once more, when it has ended
 * ```
 */
export class FetchSchedule implements Core<ScheduleInput, ScheduleOutput> {
  readonly #config: ScheduleConfig;
  #dueMs: number | undefined;
  #isFetching = false;
  #isAsked = false;
  #failures = 0;
  #lastMs: number | undefined;

  constructor(config: ScheduleConfig) {
    this.#config = config;
  }

  deadlineMs(): number | undefined {
    return this.#isFetching ? undefined : this.#dueMs;
  }

  handle(input: ScheduleInput, nowMs: number): readonly ScheduleOutput[] {
    switch (input.kind) {
      case "start": {
        const { isKept, chance, everyMs } = this.#config;
        if (isKept && everyMs === 0) return [];
        this.#dueMs = nowMs + (isKept ? chance * FIRST_SPREAD_MS : 0);
        return this.#ifDue(nowMs);
      }
      case "asked":
        if (this.#isFetching) this.#isAsked = true;
        else if (this.#lastMs === undefined || nowMs - this.#lastMs >= ASKED_AGAIN_MS) {
          return this.#fetch(nowMs);
        }
        return [];
      case "ended":
        if (!this.#isFetching) return [];
        this.#isFetching = false;
        if (this.#isAsked) return this.#fetch(nowMs);
        this.#dueMs = this.#next(input.isGood, input.waitMs ?? 0, nowMs);
        return [];
      case "timeout":
        return this.#ifDue(nowMs);
    }
  }

  #ifDue(nowMs: number): readonly ScheduleOutput[] {
    const atMs = this.deadlineMs();
    return atMs === undefined || nowMs < atMs ? [] : this.#fetch(nowMs);
  }

  #fetch(nowMs: number): readonly ScheduleOutput[] {
    this.#isFetching = true;
    this.#isAsked = false;
    this.#lastMs = nowMs;
    return [{ kind: "fetch" }];
  }

  #next(isGood: boolean, askedMs: number, nowMs: number): number | undefined {
    const { everyMs, chance } = this.#config;
    if (isGood) {
      this.#failures = 0;
      return everyMs === 0 ? undefined : nowMs + everyMs * (0.9 + chance / 5);
    }
    const doubled = Math.min(AGAIN_FIRST_MS * 2 ** this.#failures, AGAIN_LONGEST_MS);
    this.#failures++;
    const leastMs = Math.min(askedMs, AGAIN_LONGEST_MS);
    return nowMs + Math.max(leastMs, doubled * (0.75 + chance / 4));
  }
}
