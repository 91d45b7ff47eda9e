import type { Digit } from "../../base/audio.ts";
import type { Core } from "../../base/core.ts";
import { invariant, unreachable } from "../../base/invariant.ts";
import { type DigitMap, matchDigitMap, parseDigitMap } from "./digit-map.ts";

/** What a collector is told. */
export type CollectorInput =
  /** Begin afresh: dial tone is there, the first-digit timer runs. */
  | { readonly kind: "start" }
  | { readonly kind: "digit"; readonly digit: Digit }
  /** Forget everything, say nothing. */
  | { readonly kind: "stop" }
  | { readonly kind: "timeout" };

/** What a collector tells; each ends the collection. */
export type CollectorOutput =
  | { readonly kind: "complete"; readonly number: string }
  /** The first-digit timer ran out. */
  | { readonly kind: "no-digits" }
  /** What was dialed is no number of the digit map, or was left unfinished. */
  | { readonly kind: "invalid"; readonly digits: string };

/** How to collect. Times in ms; the defaults are {@link DEFAULT_DIGIT_TIMERS}. */
export interface DigitCollectorConfig {
  /** The numbers that may be dialed, as text (checked already) or parsed. */
  readonly digitMap: string | DigitMap;
  /** From `start` to the first digit. */
  readonly firstDigitMs?: number;
  /** From a digit to the next while more are needed. */
  readonly interDigitMs?: number;
  /** From a digit to the next while what was dialed is a number, but might go on. */
  readonly completeMs?: number;
  /** Most digits of a number. */
  readonly maxDigits?: number;
  /** The key that ends a number; where the map has it as a digit, it is one. */
  readonly submitKey?: "#" | undefined;
}

/**
 * Timers of a digit collector. `completeMs` is as long as `interDigitMs`: a rotary dial reports a
 * digit when it has run back, which alone takes over a second for a `0`.
 * @see RFC 3435 §2.1.5 (16 s and 4 s); common adapters use 4 s after each digit
 */
const DEFAULT_DIGIT_TIMERS = {
  firstDigitMs: 15_000,
  interDigitMs: 4_000,
  completeMs: 4_000,
} as const;

/** Most digits collected unless told otherwise. */
const DEFAULT_MAX_DIGITS = 32;

/**
 * Collects dialed digits until they are a number.
 *
 *            start                  digit (more needed, or may go on)
 *     idle ─────────► waiting ────────────────────► collecting ─┐ digit
 *      ▲                │ first-digit timer             │   ▲───┘
 *      │   no-digits    │                               │ timer, `#`, or nothing more can match
 *      └────────────────┴───────────────────────────────┘ complete | invalid
 *
 * A digit in `idle` is ignored.
 */
class DigitCollector implements Core<CollectorInput, CollectorOutput> {
  readonly #map: DigitMap;
  readonly #firstDigitMs: number;
  readonly #interDigitMs: number;
  readonly #completeMs: number;
  readonly #maxDigits: number;
  readonly #submitKey: string | undefined;
  /** `undefined` in `idle`, empty in `waiting`. */
  #digits: string | undefined;
  #deadlineMs: number | undefined;

  constructor(config: DigitCollectorConfig) {
    this.#map = mapOf(config.digitMap);
    this.#firstDigitMs = config.firstDigitMs ?? DEFAULT_DIGIT_TIMERS.firstDigitMs;
    this.#interDigitMs = config.interDigitMs ?? DEFAULT_DIGIT_TIMERS.interDigitMs;
    this.#completeMs = config.completeMs ?? DEFAULT_DIGIT_TIMERS.completeMs;
    this.#maxDigits = config.maxDigits ?? DEFAULT_MAX_DIGITS;
    this.#submitKey = "submitKey" in config ? config.submitKey : "#";
  }

  deadlineMs(): number | undefined {
    return this.#deadlineMs;
  }

  handle(input: CollectorInput, nowMs: number): readonly CollectorOutput[] {
    switch (input.kind) {
      case "start":
        this.#digits = "";
        this.#deadlineMs = nowMs + this.#firstDigitMs;
        return [];
      case "stop":
        this.#rest();
        return [];
      case "digit":
        return this.#digits === undefined ? [] : this.#digit(this.#digits, input.digit, nowMs);
      case "timeout":
        if (this.#deadlineMs === undefined || nowMs < this.#deadlineMs) return [];
        return this.#end(this.#digits ?? "");
      default:
        return unreachable(input);
    }
  }

  #digit(before: string, digit: Digit, nowMs: number): readonly CollectorOutput[] {
    const digits = before + digit;
    const match = matchDigitMap(this.#map, digits);
    if (digit === this.#submitKey && match === "no-match") {
      return before === "" ? this.#invalid(digits) : this.#end(before);
    }
    switch (match) {
      case "no-match":
        return this.#invalid(digits);
      case "complete":
        return this.#complete(digits);
      case "partial":
      case "complete-or-longer":
        if (digits.length >= this.#maxDigits) return this.#end(digits);
        this.#digits = digits;
        this.#deadlineMs = nowMs + (match === "partial" ? this.#interDigitMs : this.#completeMs);
        return [];
      default:
        return unreachable(match);
    }
  }

  /** No further digit comes: what there is must be a number by itself. */
  #end(digits: string): readonly CollectorOutput[] {
    if (digits === "") {
      this.#rest();
      return [{ kind: "no-digits" }];
    }
    const match = matchDigitMap(this.#map, digits);
    const whole = match === "complete" || match === "complete-or-longer";
    return whole ? this.#complete(digits) : this.#invalid(digits);
  }

  #complete(number: string): readonly CollectorOutput[] {
    this.#rest();
    return [{ kind: "complete", number }];
  }

  #invalid(digits: string): readonly CollectorOutput[] {
    this.#rest();
    return [{ kind: "invalid", digits }];
  }

  #rest(): void {
    this.#digits = undefined;
    this.#deadlineMs = undefined;
  }
}

function mapOf(map: string | DigitMap): DigitMap {
  if (typeof map !== "string") return map;
  const parsed = parseDigitMap(map);
  invariant(parsed.ok, "a digit map given as text was checked with parseDigitMap before");
  return parsed.value;
}

/**
 * A digit collector: digits in, a number out.
 *
 * Where nothing more can match, the number is complete (or `invalid`) at once; where it could go
 * on, after `completeMs`; while more is needed, `interDigitMs` without a digit makes it `invalid`.
 * @throws InvariantError where `digitMap` is text that {@link parseDigitMap} refuses
 */
export function createDigitCollector(
  config: DigitCollectorConfig,
): Core<CollectorInput, CollectorOutput> {
  return new DigitCollector(config);
}
