import { earliestMs } from "../../base/core.ts";
import { LOOP_FILTER, type LoopChange, LoopFilter, type LoopRegime } from "./loop-filter.ts";

/** What the hook machine makes of the loop. `atMs` is when it happened on the wire. */
export type HookSign =
  /** `atMs`: the loop was closed. */
  | { readonly kind: "off-hook"; readonly atMs: number }
  /** The telephone answered under ringing. */
  | { readonly kind: "trip"; readonly atMs: number }
  /** `atMs`: the loop was opened. */
  | { readonly kind: "on-hook"; readonly atMs: number }
  /** `atMs`: the loop was opened; it was closed again `durationMs` later. */
  | { readonly kind: "flash"; readonly atMs: number; readonly durationMs: number }
  /** The loop opened while pulses are expected: maybe the first pulse of a digit. */
  | { readonly kind: "first-break"; readonly atMs: number }
  /** That break was no pulse, but no on-hook either. */
  | { readonly kind: "no-pulse"; readonly atMs: number }
  /** A digit's pulses; `atMs`: the last of them ended. */
  | { readonly kind: "pulses"; readonly atMs: number; readonly pulses: number };

/** Times of the hook machine, ms; windows are from `min` up to, not with, `max`. */
export interface HookConfig {
  readonly offHookMinMs: number;
  readonly onHookMinMs: number;
  readonly flashMinMs: number;
  readonly flashMaxMs: number;
  readonly breakMinMs: number;
  readonly breakMaxMs: number;
  readonly interDigitMs: number;
}

/** More pulses than any digit has are counted no further. */
const PULSE_COUNT_LIMIT = 100;

interface Train {
  readonly pulses: number;
  readonly lastMakeMs: number;
}

type HookState =
  | { readonly kind: "on-hook"; readonly madeAtMs: number | undefined }
  | { readonly kind: "off-hook"; readonly train: Train | undefined }
  | {
      readonly kind: "broken";
      readonly sinceMs: number;
      readonly train: Train | undefined;
      /** Whether this break may be a pulse; it was settled when it began. */
      readonly dialing: boolean;
    };

/**
 * Hook, flash and dial pulses from a loop's changes.
 *
 *                closed ≥ offHookMin                   open
 *     on-hook ───────────────────────► off-hook ─────────────────► broken
 *      ▲  ▲ │                            ▲  │ ▲                     │ │
 *      │  └─┘ closed for less: nothing   │  │ └─────────────────────┘ │
 *      │                                 └──┘   closed after d:       │
 *      │                       make ≥ interDigit:   see below         │
 *      │                       pulses → digit                         │
 *      └──────────────────────────────────────────────────────────────┘
 *                      open ≥ max(onHookMin, flashMax)
 *
 * A break of `d` ms, with `pulse` = [breakMin, breakMax) and `flash` = [flashMin, flashMax):
 *
 *     pulses expected, d in pulse   one pulse; it wins where `pulse` and `flash` overlap
 *     d in flash                    hook flash; pulses counted before it are dropped
 *     any other d                   nothing; where d ≥ breakMax, pulses counted before are dropped
 *
 * Pulses are expected while `expectPulses(true)` holds, and until a digit begun is over. Two rules
 * for contacts: the filter passes no level shorter than its glitch time (dial contacts), and
 * off-hook takes `offHookMin` of closed loop (hook contacts).
 *
 * Everything runs on wire time: an edge or a watermark that comes late gives the same signs, later.
 */
export class HookMachine {
  readonly #config: HookConfig;
  readonly #filter: LoopFilter;
  #state: HookState = { kind: "on-hook", madeAtMs: undefined };
  #expectsPulses = false;

  constructor(config: HookConfig, startMs: number) {
    this.#config = config;
    this.#filter = new LoopFilter(LOOP_FILTER, startMs);
  }

  /** Whether the telephone is off-hook, short breaks included. */
  get isOffHook(): boolean {
    return this.#state.kind !== "on-hook";
  }

  /** Whether a short break is a pulse, from the next break on. */
  expectPulses(on: boolean): void {
    this.#expectsPulses = on;
  }

  /** See `LoopFilter.setRegime`. */
  setRegime(regime: LoopRegime, fromMs: number): void {
    this.#filter.setRegime(regime, fromMs);
  }

  /** A raw edge of the loop detector. */
  edge(closed: boolean, atMs: number): readonly HookSign[] {
    return this.#take(this.#filter.edge(closed, atMs));
  }

  /** No edge stamped before `atMs` is still to come. */
  watermark(atMs: number): readonly HookSign[] {
    return this.#take(this.#filter.advance(atMs));
  }

  /** The watermark that would bring something out; `undefined` where nothing waits for one. */
  watermarkWantedMs(): number | undefined {
    // While the hook is hidden or a change has not held yet, only the filter can get on.
    const deadlineMs = this.#filter.isSteady ? this.#deadlineMs() : undefined;
    return earliestMs(this.#filter.wantedMs, deadlineMs);
  }

  #take(changes: readonly LoopChange[]): readonly HookSign[] {
    const signs: HookSign[] = [];
    for (const change of changes) {
      this.#advance(change.atMs, signs);
      if (change.kind === "trip") this.#trip(change.atMs, signs);
      else if (change.kind === "hidden") this.#hide();
      else if (change.closed) this.#made(change.atMs, signs);
      else this.#broke(change.atMs, signs);
    }
    this.#advance(this.#filter.knownUntilMs, signs);
    return signs;
  }

  #deadlineMs(): number | undefined {
    const state = this.#state;
    switch (state.kind) {
      case "on-hook":
        return state.madeAtMs === undefined
          ? undefined
          : state.madeAtMs + this.#config.offHookMinMs;
      case "off-hook":
        return state.train === undefined
          ? undefined
          : state.train.lastMakeMs + this.#config.interDigitMs;
      case "broken":
        return state.sinceMs + Math.max(this.#config.onHookMinMs, this.#config.flashMaxMs);
    }
  }

  #advance(toMs: number, signs: HookSign[]): void {
    const deadlineMs = this.#deadlineMs();
    if (deadlineMs === undefined || toMs < deadlineMs) return;
    const state = this.#state;
    switch (state.kind) {
      case "on-hook":
        if (state.madeAtMs !== undefined) signs.push({ kind: "off-hook", atMs: state.madeAtMs });
        this.#state = { kind: "off-hook", train: undefined };
        return;
      case "off-hook":
        if (state.train !== undefined) {
          const { pulses, lastMakeMs } = state.train;
          signs.push({ kind: "pulses", atMs: lastMakeMs, pulses });
        }
        this.#state = { kind: "off-hook", train: undefined };
        return;
      case "broken":
        signs.push({ kind: "on-hook", atMs: state.sinceMs });
        this.#state = { kind: "on-hook", madeAtMs: undefined };
    }
  }

  /** A loop that closed and has not held yet must begin anew when the hook shows again. */
  #hide(): void {
    if (this.#state.kind === "on-hook") this.#state = { kind: "on-hook", madeAtMs: undefined };
  }

  #trip(atMs: number, signs: HookSign[]): void {
    if (this.#state.kind === "on-hook") signs.push({ kind: "trip", atMs });
    this.#state = { kind: "off-hook", train: undefined };
  }

  #broke(atMs: number, signs: HookSign[]): void {
    const state = this.#state;
    if (state.kind === "on-hook") {
      this.#state = { kind: "on-hook", madeAtMs: undefined };
    } else if (state.kind === "off-hook") {
      const dialing = this.#expectsPulses || state.train !== undefined;
      if (dialing && state.train === undefined) signs.push({ kind: "first-break", atMs });
      this.#state = { kind: "broken", sinceMs: atMs, train: state.train, dialing };
    }
  }

  #made(atMs: number, signs: HookSign[]): void {
    const state = this.#state;
    if (state.kind === "on-hook") {
      this.#state = { kind: "on-hook", madeAtMs: atMs };
      return;
    }
    if (state.kind === "off-hook") return;
    const durationMs = atMs - state.sinceMs;
    const { breakMinMs, breakMaxMs, flashMinMs, flashMaxMs } = this.#config;
    if (state.dialing && durationMs >= breakMinMs && durationMs < breakMaxMs) {
      const pulses = Math.min(PULSE_COUNT_LIMIT, (state.train?.pulses ?? 0) + 1);
      this.#state = { kind: "off-hook", train: { pulses, lastMakeMs: atMs } };
      return;
    }
    const train = durationMs < breakMinMs ? state.train : undefined;
    this.#state = { kind: "off-hook", train };
    if (state.dialing && train === undefined) signs.push({ kind: "no-pulse", atMs });
    if (durationMs >= flashMinMs && durationMs < flashMaxMs) {
      signs.push({ kind: "flash", atMs: state.sinceMs, durationMs });
    }
  }
}
