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

/** What an event says was heard; undefined for any other. */
export function faxToneOf(
  event: number,
): Extract<FaxTone, "cng" | "answer" | "preamble"> | undefined {
  if (event === TONE_EVENTS.calling) return "cng";
  if (event === TONE_EVENTS.preamble) return "preamble";
  const isAnswer = event >= TONE_EVENTS.answer && event <= TONE_EVENTS.answerAmReversed;
  return isAnswer ? "answer" : undefined;
}

/** The event of what is heard here, and how long it must have lasted by then, ms. */
export function eventOfTone(
  tone: FaxTone,
): { readonly event: number; readonly lastedMs: number } | undefined {
  switch (tone) {
    case "cng":
      return { event: TONE_EVENTS.calling, lastedMs: 350 };
    case "answer":
      return { event: TONE_EVENTS.answer, lastedMs: 400 };
    case "preamble":
      return { event: TONE_EVENTS.preamble, lastedMs: 200 };
    case "cm":
    case "jm":
      return undefined;
  }
}
