import type { FaxTone } from "../dsp/fax-tones.ts";

/**
 * What modems and fax machines are named as in telephone events.
 * @see RFC 4734 §2.3 (table 1), §2.4, §2.5
 */
export const TONE_EVENTS = {
  /** 2100 Hz: CED, ANS. */
  answer: 32,
  /** With reversals of its phase. */
  answerReversed: 33,
  /** ANSam: with 15 Hz in its loudness. */
  answerAm: 34,
  answerAmReversed: 35,
  /** 1100 Hz: CNG. */
  calling: 36,
  /** The flags of V.21 channel 2. */
  preamble: 54,
} as const;

type NamedTone = Exclude<FaxTone, "cm" | "jm">;

const NAMES: Readonly<Record<number, NamedTone>> = {
  [TONE_EVENTS.answer]: "answer",
  [TONE_EVENTS.answerReversed]: "answer-reversed",
  [TONE_EVENTS.answerAm]: "answer-am",
  [TONE_EVENTS.answerAmReversed]: "answer-am-reversed",
  [TONE_EVENTS.calling]: "cng",
  [TONE_EVENTS.preamble]: "preamble",
};

/** What an event says was heard; undefined for any other. */
export function faxToneOf(event: number): NamedTone | undefined {
  return NAMES[event];
}

/** What is heard here as an event. */
export interface NamedAs {
  /** The event, and what says less where the far end does not know it. */
  readonly events: readonly number[];
  /** How long it must have lasted by then, ms. */
  readonly lastedMs: number;
}

const { answer, answerReversed, answerAm, answerAmReversed, calling, preamble } = TONE_EVENTS;

const AS_EVENTS: Readonly<Record<NamedTone, NamedAs>> = {
  cng: { events: [calling], lastedMs: 350 },
  answer: { events: [answer], lastedMs: 400 },
  "answer-am": { events: [answerAm, answer], lastedMs: 400 },
  // Since its phase has turned round.
  "answer-reversed": { events: [answerReversed], lastedMs: 100 },
  "answer-am-reversed": { events: [answerAmReversed, answerReversed], lastedMs: 100 },
  preamble: { events: [preamble], lastedMs: 200 },
};

/** As what event a tone is told; undefined for what has none. */
export function eventOfTone(tone: FaxTone): NamedAs | undefined {
  return tone === "cm" || tone === "jm" ? undefined : AS_EVENTS[tone];
}
