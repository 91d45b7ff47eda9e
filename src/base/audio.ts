/** The line's sample rate. Everything on the copper is 8 kHz, 16-bit linear. */
export const LINE_SAMPLE_RATE_HZ = 8000;

/** Samples in one millisecond of line audio. */
export const SAMPLES_PER_MS = 8;

/**
 * Audio that ends: a caller-ID burst, a recorded prompt.
 * `render` fills `out` wholly (silence past the end) and returns whether more is to come.
 */
export interface AudioSource {
  render(out: Int16Array): boolean;
}

/**
 * The far side of a line's audio: a media session, or anything else that talks and listens.
 * Both arrays are borrowed: valid until the call returns. `pull` fills `frame` wholly. In each
 * frame of the sample clock `push` comes first, then `pull`; what either causes (packets to send)
 * is returned. `nowMs` is the monotonic time of the frame.
 */
export interface AudioEndpoint<Output = never> {
  /** A frame from the telephone toward the network. */
  push(frame: Int16Array, nowMs: number): readonly Output[];
  /** The next frame from the network toward the telephone. */
  pull(frame: Int16Array, nowMs: number): readonly Output[];
}

/**
 * A machine that talks in place of people: a fax machine of Group 3, which takes turns with the
 * other one, or any other modem.
 */
export type Machine = "modem" | "fax";

/**
 * One part of a call-progress tone. `frequenciesHz` empty is silence.
 * `levelDbm0` is per frequency, before modulation. `durationMs` undefined lasts until the tone is
 * stopped.
 */
export interface ToneSegment {
  readonly frequenciesHz: readonly number[];
  readonly levelDbm0: number;
  readonly durationMs?: number;
  readonly modulation?: ToneModulation;
}

/**
 * Loudness that goes up and down `rateHz` times a second: all is multiplied by
 * 1 + `depth`·sin(2π·`rateHz`·t), with a `depth` of 0 to 1.
 */
export interface ToneModulation {
  readonly rateHz: number;
  readonly depth: number;
}

/**
 * A call-progress tone: the segments in order, the whole repeated from `repeatFrom` on
 * (index into `segments`; undefined plays once and then is silent).
 */
export interface ToneSpec {
  readonly segments: readonly ToneSegment[];
  readonly repeatFrom?: number;
}

/** The sixteen DTMF digits. @see ITU-T Q.23 */
export type Digit =
  | "0"
  | "1"
  | "2"
  | "3"
  | "4"
  | "5"
  | "6"
  | "7"
  | "8"
  | "9"
  | "*"
  | "#"
  | "A"
  | "B"
  | "C"
  | "D";

/** The digits in the order of their RFC 4733 event codes 0–15. @see RFC 4733 §3.2 */
export const DIGITS = [
  "0",
  "1",
  "2",
  "3",
  "4",
  "5",
  "6",
  "7",
  "8",
  "9",
  "*",
  "#",
  "A",
  "B",
  "C",
  "D",
] as const satisfies readonly Digit[];

/** Whether a text is exactly one DTMF digit. */
export function isDigit(text: string): text is Digit {
  return text.length === 1 && "0123456789*#ABCD".includes(text);
}

/**
 * Peak of a 16-bit linear sine at 0 dBm0. The largest µ-law code, 32124, is +3.17 dBm0.
 * @see ITU-T G.711 §2 (theoretical load capacity)
 */
export const ZERO_DBM0_PEAK = 32124 / 10 ** (3.17 / 20);

/** Peak of a 16-bit linear sine at a level. */
export function peakFromDbm0(levelDbm0: number): number {
  return ZERO_DBM0_PEAK * 10 ** (levelDbm0 / 20);
}
