import type { Digit } from "../../base/audio.ts";
import { type Core, earliestMs } from "../../base/core.ts";
import { unreachable } from "../../base/invariant.ts";
import { LOOP_FILTER, LoopFilter } from "../line/loop-filter.ts";

/** What a person is asked to do at the telephone. */
export type LearnAsk = "lift" | "dial" | "flash" | "hang-up";

/** The digit that is dialled: how many pulses it has tells the three kinds of dial apart. */
export const LEARN_DIGIT = "3" satisfies Digit;
/** How often each is asked for. */
export const LEARN_TRIES = 3;

/** What the learner is told; as for a line, times are of the wire. */
export type LearnInput =
  | { readonly kind: "loop"; readonly closed: boolean; readonly atMs: number }
  | { readonly kind: "watermark"; readonly atMs: number }
  | { readonly kind: "dtmf"; readonly digit: Digit; readonly atMs: number }
  /** The person wants no more of it. */
  | { readonly kind: "stopped" }
  | { readonly kind: "timeout" };

/** One digit as a dial sent it: each break, and the makes between them. */
export interface LearnTrain {
  readonly breaksMs: readonly number[];
  readonly makesMs: readonly number[];
}

/** What was measured of a telephone. */
export interface LearnFindings {
  /** `unknown`: nothing was dialled. */
  readonly dial: "rotary" | "touch-tone" | "unknown";
  readonly trains: readonly LearnTrain[];
  readonly flashesMs: readonly number[];
}

/** What the learner wants said. */
export type LearnOutput =
  | { readonly kind: "ask"; readonly what: LearnAsk; readonly attempt: number }
  | { readonly kind: "saw"; readonly what: "pulses"; readonly train: LearnTrain }
  | { readonly kind: "saw"; readonly what: "key"; readonly digit: Digit }
  | { readonly kind: "saw"; readonly what: "flash"; readonly breakMs: number }
  /** Something else than was asked for: it is asked for again. */
  | { readonly kind: "again"; readonly why: "hung-up" | "many-breaks" | "dialled" }
  /** All was seen, or nothing more came, or it was stopped. */
  | { readonly kind: "done"; readonly findings: LearnFindings; readonly why: LearnEnd };

/** Why a learner is done. */
export type LearnEnd = "complete" | "nobody" | "stopped";

/** A make this long after a break ends whatever it was, ms: no dial pauses so long in a digit. */
const TRAIN_END_MS = 700;
/** A break this long is no flash any more but the receiver put back, ms. */
const HANG_UP_MS = 2000;
/** Shorter breaks are noise, ms. */
const BREAK_MIN_MS = 8;
/** Longest wait for a person, ms. */
const PATIENCE_MS = 120_000;
/** More breaks than any digit has are kept no further. */
const BREAKS_LIMIT = 32;

/** A learner: a core that also tells which watermark it waits for. */
export interface Learner extends Core<LearnInput, LearnOutput> {
  watermarkWantedMs(): number | undefined;
  /** What is asked first. */
  begin(nowMs: number): readonly LearnOutput[];
}

/**
 * Measures a telephone's dial and hook flash by asking a person to use them.
 *
 *     lift ──► dial ×3 ──► flash ×3 ──► hang up ──► done
 *               │ a key is heard: it has no dial    ▲
 *               └──────────────► flash              │ or nobody does anything for 2 minutes,
 *                                                   │ or it is stopped
 *     put back too early: lift, and where it was
 */
class PhoneLearner implements Learner {
  readonly #filter = new LoopFilter(LOOP_FILTER, Number.NEGATIVE_INFINITY);
  #step: LearnAsk = "lift";
  /** Where to go on once it is lifted. */
  #after: "dial" | "flash" = "dial";
  #attempt = 1;
  #patienceMs: number | undefined;
  #isDone = false;
  #closed = false;
  #changedMs = Number.NEGATIVE_INFINITY;
  #breaksMs: number[] = [];
  #makesMs: number[] = [];
  #dial: LearnFindings["dial"] = "unknown";
  readonly #trains: LearnTrain[] = [];
  readonly #flashesMs: number[] = [];
  #outputs: LearnOutput[] = [];

  begin(nowMs: number): readonly LearnOutput[] {
    this.#outputs = [];
    this.#patienceMs = nowMs + PATIENCE_MS;
    this.#ask("lift");
    return this.#outputs;
  }

  deadlineMs(): number | undefined {
    return this.#isDone ? undefined : this.#patienceMs;
  }

  watermarkWantedMs(): number | undefined {
    if (this.#isDone) return undefined;
    return earliestMs(this.#filter.wantedMs, this.#filter.isSteady ? this.#dueMs() : undefined);
  }

  handle(input: LearnInput, nowMs: number): readonly LearnOutput[] {
    this.#outputs = [];
    if (this.#isDone) return this.#outputs;
    if (input.kind !== "timeout") this.#take(input);
    else if (nowMs >= (this.#patienceMs ?? Number.POSITIVE_INFINITY)) this.#finish("nobody");
    if (this.#outputs.length > 0) this.#patienceMs = nowMs + PATIENCE_MS;
    return this.#outputs;
  }

  #take(input: Exclude<LearnInput, { kind: "timeout" }>): void {
    switch (input.kind) {
      case "stopped":
        this.#finish("stopped");
        return;
      case "dtmf":
        this.#key(input.digit);
        return;
      case "loop":
        for (const change of this.#filter.edge(input.closed, input.atMs)) {
          if (change.kind === "loop") this.#change(change.closed, change.atMs);
        }
        return;
      case "watermark":
        for (const change of this.#filter.advance(input.atMs)) {
          if (change.kind === "loop") this.#change(change.closed, change.atMs);
        }
        if (this.#filter.knownUntilMs >= (this.#dueMs() ?? Number.POSITIVE_INFINITY)) this.#due();
        return;
      default:
        unreachable(input);
    }
  }

  /** When what is going on is over. */
  #dueMs(): number | undefined {
    if (this.#step === "lift") return undefined;
    if (!this.#closed) return this.#changedMs + HANG_UP_MS;
    return this.#breaksMs.length > 0 ? this.#changedMs + TRAIN_END_MS : undefined;
  }

  #change(closed: boolean, atMs: number): void {
    if (closed === this.#closed) return;
    const heldMs = atMs - this.#changedMs;
    // What was due before this change comes first.
    const dueMs = this.#dueMs();
    if (dueMs !== undefined && atMs >= dueMs) this.#due();
    this.#closed = closed;
    this.#changedMs = atMs;
    if (this.#step === "lift") {
      if (closed) this.#lifted();
      return;
    }
    if (closed) {
      if (heldMs >= BREAK_MIN_MS && this.#breaksMs.length < BREAKS_LIMIT) {
        this.#breaksMs.push(heldMs);
      }
    } else if (this.#breaksMs.length > 0) this.#makesMs.push(heldMs);
  }

  #lifted(): void {
    this.#breaksMs = [];
    this.#makesMs = [];
    this.#ask(this.#after);
  }

  #due(): void {
    if (!this.#closed) {
      this.#putBack();
      return;
    }
    const train = { breaksMs: this.#breaksMs, makesMs: this.#makesMs };
    this.#breaksMs = [];
    this.#makesMs = [];
    if (this.#step === "dial") this.#dialled(train);
    else if (this.#step === "flash") this.#flashed(train);
  }

  #putBack(): void {
    if (this.#step === "hang-up") {
      this.#finish("complete");
      return;
    }
    this.#breaksMs = [];
    this.#makesMs = [];
    this.#after = this.#step === "flash" ? "flash" : "dial";
    this.#outputs.push({ kind: "again", why: "hung-up" });
    this.#ask("lift");
  }

  #dialled(train: LearnTrain): void {
    this.#dial = "rotary";
    this.#trains.push(train);
    this.#outputs.push({ kind: "saw", what: "pulses", train });
    this.#next("dial", "flash");
  }

  #flashed({ breaksMs }: LearnTrain): void {
    const [breakMs] = breaksMs;
    if (breakMs === undefined || breaksMs.length > 1) {
      this.#outputs.push({ kind: "again", why: "many-breaks" });
      this.#ask("flash");
      return;
    }
    this.#flashesMs.push(breakMs);
    this.#outputs.push({ kind: "saw", what: "flash", breakMs });
    this.#next("flash", "hang-up");
  }

  #key(digit: Digit): void {
    if (this.#step === "flash") this.#outputs.push({ kind: "again", why: "dialled" });
    if (this.#step !== "dial") return;
    this.#dial = "touch-tone";
    this.#outputs.push({ kind: "saw", what: "key", digit });
    this.#attempt = 1;
    this.#ask("flash");
  }

  #next(step: "dial" | "flash", then: "flash" | "hang-up"): void {
    this.#attempt++;
    if (this.#attempt <= LEARN_TRIES) this.#ask(step);
    else {
      this.#attempt = 1;
      this.#ask(then);
    }
  }

  #ask(what: LearnAsk): void {
    this.#step = what;
    this.#outputs.push({ kind: "ask", what, attempt: this.#attempt });
  }

  #finish(why: LearnEnd): void {
    this.#isDone = true;
    const findings = { dial: this.#dial, trains: this.#trains, flashesMs: this.#flashesMs };
    this.#outputs.push({ kind: "done", findings, why });
  }
}

/** A learner for one telephone that is on-hook. */
export function createLearner(): Learner {
  return new PhoneLearner();
}
