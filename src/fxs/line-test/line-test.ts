import type { Core } from "../../base/core.ts";
import { unreachable } from "../../base/invariant.ts";
import type { LineCapabilities } from "../line/line-types.ts";
import {
  fedFindings,
  type LineFinding,
  openFindings,
  type Readings,
  ringingFindings,
  skipped,
} from "./line-findings.ts";
import { strongerVolts, type VoltsFound, type VoltsRange, wireVolts } from "./wire-volts.ts";

/** One measurement; negative volts are those of forward battery. */
export interface LineSample {
  readonly loopMilliamps: number;
  readonly tipVolts: number;
  readonly ringVolts: number;
}

/** What a line test is told. */
export type LineTestInput =
  | { readonly kind: "sample"; readonly sample: LineSample }
  /** The card could not measure, or failed. */
  | { readonly kind: "failed"; readonly reason: string }
  /** The loop closed: where the bell rings, it is silenced at once. */
  | { readonly kind: "closed" }
  /** Whoever wanted the test wants it no more. */
  | { readonly kind: "stopped" }
  | { readonly kind: "timeout" };

/** What a line test wants done. */
export type LineTestOutput =
  | { readonly kind: "feed"; readonly feed: "open" | "forward" | "reverse" }
  | { readonly kind: "ringing"; readonly on: boolean }
  /** Measure once, and hand in `sample`. */
  | { readonly kind: "measure" }
  | { readonly kind: "done"; readonly findings: readonly LineFinding[] };

/** How a line is tested. */
export interface LineTestConfig {
  readonly capabilities: Pick<LineCapabilities, "openLoop" | "reversal" | "ringBurstMaxMs"> & {
    /** Which volts of a wire the card can tell; without it, all. */
    readonly measuredVolts?: VoltsRange;
    /** In which steps it tells the loop current, mA; without it, in tenths or finer. */
    readonly measuredStepMa?: number;
  };
  /** Whether the bell may be rung for a second to weigh it. */
  readonly rings: boolean;
}

/** From a change of the feed to the first measurement, ms. */
const SETTLE_MS = 250;
/** Between two measurements, ms: no multiple of a period of 16 to 60 Hz. */
const SAMPLE_MS = 7.3;
/** Measurements of one state. */
const SAMPLES = 48;
/** Longest ringing, ms, and fewest measurements that tell anything of it. */
const RINGING_MS = 1500;
const RINGING_SAMPLES_MIN = 8;
/** How long an answer of the card may take, ms. */
const ANSWER_MS = 2000;

/** What is measured in turn. */
type Part = "open" | "forward" | "reverse" | "ringing";

type State =
  | { readonly kind: "settling"; readonly part: Part; readonly untilMs: number }
  | { readonly kind: "asked"; readonly part: Part; readonly untilMs: number }
  | { readonly kind: "between"; readonly part: Part; readonly untilMs: number }
  | { readonly kind: "done" };

/**
 * Tests a pair of wires and what hangs on it, in the spirit of GR-909, with what the card measures.
 *
 *     open ──► forward ──► reverse ──► ringing ──► done
 *      │ a hazardous voltage: nothing more is done
 *      └ what a card cannot do is left out, and said
 *
 * In each state it waits for the line to settle and measures some dozen times, at moments that fall
 * anywhere in a period of mains or ringing: the mean is what stands, the rest what alternates.
 */
class LineTest implements Core<LineTestInput, LineTestOutput> {
  readonly #config: LineTestConfig;
  readonly #findings: LineFinding[] = [];
  readonly #left: Part[];
  readonly #seen = new Map<Part, Readings>();
  /** What was on the wires without our battery. */
  #foreign: VoltsFound | undefined;
  #samples: LineSample[] = [];
  #ringingSinceMs = 0;
  #state: State = { kind: "done" };
  #outputs: LineTestOutput[] = [];

  constructor(config: LineTestConfig) {
    const { openLoop, reversal } = config.capabilities;
    this.#config = config;
    this.#left = [
      ...(openLoop ? (["open"] as const) : []),
      "forward",
      ...(reversal ? (["reverse"] as const) : []),
      ...(config.rings ? (["ringing"] as const) : []),
    ];
    if (!openLoop) {
      const why = "the card cannot take the battery away";
      this.#findings.push(skipped("hazardous-voltage", why), skipped("foreign-voltage", why));
    }
  }

  begin(nowMs: number): readonly LineTestOutput[] {
    this.#outputs = [];
    this.#next(nowMs);
    return this.#outputs;
  }

  deadlineMs(): number | undefined {
    return this.#state.kind === "done" ? undefined : this.#state.untilMs;
  }

  handle(input: LineTestInput, nowMs: number): readonly LineTestOutput[] {
    this.#outputs = [];
    const state = this.#state;
    if (state.kind === "done") return this.#outputs;
    switch (input.kind) {
      case "sample":
        if (state.kind === "asked") this.#sampled(state.part, input.sample, nowMs);
        break;
      case "failed":
        this.#end([{ test: "card", verdict: "failed", why: input.reason }]);
        break;
      case "stopped":
        this.#end([{ test: "card", verdict: "failed", why: "the test was stopped" }]);
        break;
      case "closed":
        if (state.part === "ringing") {
          this.#end([skipped("ringers", "the receiver was lifted")]);
        }
        break;
      case "timeout":
        if (nowMs >= state.untilMs) this.#timeout(state, nowMs);
        break;
      default:
        unreachable(input);
    }
    return this.#outputs;
  }

  #timeout(state: Exclude<State, { kind: "done" }>, nowMs: number): void {
    if (state.kind === "asked") {
      this.#end([{ test: "card", verdict: "failed", why: "the card does not answer" }]);
      return;
    }
    this.#state = { kind: "asked", part: state.part, untilMs: nowMs + ANSWER_MS };
    this.#outputs.push({ kind: "measure" });
  }

  #sampled(part: Part, sample: LineSample, nowMs: number): void {
    this.#samples.push(sample);
    if (!this.#hasEnough(part, nowMs)) {
      this.#state = { kind: "between", part, untilMs: nowMs + SAMPLE_MS };
      return;
    }
    const tooFew = part === "ringing" && this.#samples.length < RINGING_SAMPLES_MIN;
    if (tooFew) this.#findings.push(skipped("ringers", "the card measures too slowly"));
    else this.#seen.set(part, readingsOf(this.#samples));
    if (part === "open") this.#foreign = this.#wiresOf(this.#samples);
    this.#samples = [];
    if (part === "ringing") this.#outputs.push({ kind: "ringing", on: false });
    if (this.#conclude(part)) this.#next(nowMs);
    else this.#end([]);
  }

  #hasEnough(part: Part, nowMs: number): boolean {
    const limitMs = Math.min(RINGING_MS, this.#config.capabilities.ringBurstMaxMs - SETTLE_MS);
    const isLong = part === "ringing" && nowMs - this.#ringingSinceMs >= limitMs;
    return isLong || this.#samples.length >= SAMPLES;
  }

  /** What follows from a state's measurements; false where nothing more may be done. */
  #conclude(part: Part): boolean {
    const foreign = this.#foreign;
    const forward = this.#seen.get("forward");
    const reverse = this.#seen.get("reverse");
    const ringing = this.#seen.get("ringing");
    if (part === "open" && foreign !== undefined) {
      const findings = openFindings(foreign);
      this.#findings.push(...findings);
      return findings.every(
        ({ test, verdict }) => test !== "hazardous-voltage" || verdict === "passed",
      );
    }
    const isLastFed = part === "reverse" || (part === "forward" && !this.#left.includes("reverse"));
    if (isLastFed && forward !== undefined) {
      const findings = fedFindings(forward, reverse, {
        open: foreign,
        stepMa: this.#config.capabilities.measuredStepMa,
      });
      this.#findings.push(...findings);
      // With a short or a receiver up there is nothing to ring.
      const isFree = findings.every(({ verdict }) => verdict !== "failed");
      if (!isFree && this.#left.includes("ringing")) {
        this.#left.splice(this.#left.indexOf("ringing"), 1);
        this.#findings.push(skipped("ringers", "the line is not at rest"));
      }
    }
    if (part === "ringing" && ringing !== undefined) {
      this.#findings.push(ringingFindings(ringing, foreign));
    }
    return true;
  }

  #wiresOf(samples: readonly LineSample[]): VoltsFound {
    const { measuredVolts } = this.#config.capabilities;
    return strongerVolts(
      wireVolts(
        samples.map(({ tipVolts }) => tipVolts),
        measuredVolts,
      ),
      wireVolts(
        samples.map(({ ringVolts }) => ringVolts),
        measuredVolts,
      ),
    );
  }

  #next(nowMs: number): void {
    const part = this.#left.shift();
    if (part === undefined) {
      if (!this.#config.rings) this.#findings.push(skipped("ringers", "the bell was not to ring"));
      this.#end([]);
      return;
    }
    if (part === "ringing") {
      this.#ringingSinceMs = nowMs;
      this.#outputs.push({ kind: "feed", feed: "forward" }, { kind: "ringing", on: true });
    } else this.#outputs.push({ kind: "feed", feed: part });
    this.#state = { kind: "settling", part, untilMs: nowMs + SETTLE_MS };
  }

  #end(more: readonly LineFinding[]): void {
    const state = this.#state;
    if (state.kind !== "done" && state.part === "ringing" && !this.#seen.has("ringing")) {
      this.#outputs.push({ kind: "ringing", on: false });
    }
    this.#state = { kind: "done" };
    this.#outputs.push({ kind: "feed", feed: "forward" });
    this.#outputs.push({ kind: "done", findings: [...this.#findings, ...more] });
  }
}

function readingsOf(samples: readonly LineSample[]): Readings {
  const part = (value: (sample: LineSample) => number) => {
    const values = samples.map(value);
    const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
    const square = values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / values.length;
    return { mean, rms: Math.sqrt(square) };
  };
  return {
    tip: part(({ tipVolts }) => tipVolts),
    ring: part(({ ringVolts }) => ringVolts),
    across: part(({ tipVolts, ringVolts }) => tipVolts - ringVolts),
    milliamps: part(({ loopMilliamps }) => loopMilliamps),
  };
}

/** A test of one line that is at rest. `begin` tells what is done first. */
export function createLineTest(
  config: LineTestConfig,
): Core<LineTestInput, LineTestOutput> & Pick<LineTest, "begin"> {
  return new LineTest(config);
}
