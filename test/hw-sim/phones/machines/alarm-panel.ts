import type { Digit } from "../../../../src/base/audio.ts";
import type { Clock, Timer } from "../../../../src/hal/ports/clock.ts";
import { DtmfDecoder } from "../../audio/dtmf-decoder.ts";
import { dtmfSignal } from "../../audio/dtmf-signal.ts";
import { sineMix } from "../../audio/levels.ts";
import { type SoundSegment, SoundSegmenter } from "../../audio/sound-segmenter.ts";
import type { Phone } from "../phone.ts";

/**
 * Alarm panels and their receivers, Contact ID: the receiver's handshake, sixteen digits in
 * touch-tone with a checksum, the receiver's kiss-off.
 *
 *     receiver   1400 Hz 100 ms, pause 100 ms, 2300 Hz 100 ms          1400 Hz 850 ms
 *     panel                                      ACCT 18 Q XYZ GG CCC S
 *
 * Times and tones are the customary ones; SIA DC-05 was not at hand.
 */

const HANDSHAKE_HZ = [1400, 2300] as const;
const HANDSHAKE_MS = 100;
const KISS_OFF_MS = 850;
const KISS_OFF_MIN_MS = 700;
const TOLERANCE_HZ = 40;
/** On and off: 50 to 60 ms. */
const DIGIT_MS = 60;
/** Digits further apart are of two reports. */
const DIGIT_GAP_MS = 250;
const REPORT_AFTER_MS = 280;
const ANSWER_WITHIN_MS = 1250;
const TRIES_MAX = 4;
const TONE_DBM = -12;
const REPORT_DIGITS = 16;

/** Digits by their value in the checksum, 1 to 15: zero counts ten. */
const BY_VALUE = "1234567890*#ABC";

/** The digit that makes the sum of all a multiple of fifteen. */
export function contactIdChecksum(digits: string): string {
  const sum = [...digits].reduce((total, digit) => total + BY_VALUE.indexOf(digit) + 1, 0);
  return BY_VALUE[14 - (sum % 15)] ?? "";
}

/** The strongest sine is the one, and no other is far from it: a short piece blurs. */
function isTone(segment: SoundSegment, hz: number): boolean {
  const tones = segment.tones ?? [];
  return tones.length > 0 && tones.every((tone) => Math.abs(tone.frequencyHz - hz) < TOLERANCE_HZ);
}

const durationMs = ({ start, end }: SoundSegment): number => (end - start) / 8;

/** Cuts what a telephone hears into sounds, from now on. */
function listen(phone: Phone, onSound: (segment: SoundSegment) => void): void {
  let segmenter: SoundSegmenter | undefined;
  phone.onHeard((volts, firstSample) => {
    if (segmenter === undefined || segmenter.position !== firstSample) {
      segmenter = new SoundSegmenter({ firstSample, onClosed: onSound });
    }
    segmenter.process(volts, () => {});
  });
}

/** A panel with something to tell. Its telephone is lifted and dials as any other. */
export class AlarmPanel {
  readonly #phone: Phone;
  readonly #clock: Clock;
  #report: string | undefined;
  #sawFirst = false;
  #tries = 0;
  #patience: Timer | undefined;
  #acknowledged = false;

  constructor(phone: Phone, clock: Clock) {
    this.#phone = phone;
    this.#clock = clock;
    listen(phone, (segment) => this.#hear(segment));
  }

  /** The receiver has sent its kiss-off. */
  get acknowledged(): boolean {
    return this.#acknowledged;
  }

  /** Sends fifteen digits and their checksum as soon as the receiver has greeted. */
  tell(digits: string): void {
    this.#report = digits + contactIdChecksum(digits);
    this.#acknowledged = false;
    this.#tries = 0;
    this.#sawFirst = false;
  }

  #hear(segment: SoundSegment): void {
    if (segment.kind !== "sound" || this.#report === undefined) return;
    if (isTone(segment, HANDSHAKE_HZ[0]) && durationMs(segment) >= KISS_OFF_MIN_MS) {
      this.#acknowledged = this.#tries > 0;
      this.#patience?.cancel();
      this.#report = undefined;
    } else if (isTone(segment, HANDSHAKE_HZ[0])) this.#sawFirst = true;
    else if (isTone(segment, HANDSHAKE_HZ[1]) && this.#sawFirst && this.#tries === 0) {
      this.#clock.at(this.#clock.nowMs() + REPORT_AFTER_MS, () => this.#send());
    }
  }

  #send(): void {
    const report = this.#report;
    if (report === undefined || this.#tries === TRIES_MAX) return;
    this.#tries++;
    const silence = new Float64Array(8 * DIGIT_MS);
    for (const digit of report) {
      // The checksum's digits are all on the keypad.
      this.#phone.say(dtmfSignal(digit as Digit, DIGIT_MS));
      this.#phone.say(silence);
    }
    const sentMs = 2 * DIGIT_MS * REPORT_DIGITS + ANSWER_WITHIN_MS;
    this.#patience = this.#clock.at(this.#clock.nowMs() + sentMs, () => this.#send());
  }
}

/** The receiver of a monitoring station: answers, greets, and takes reports. */
export class AlarmReceiver {
  readonly #phone: Phone;
  readonly #clock: Clock;
  readonly #reports: string[] = [];
  #digits = "";
  #lastEndMs = 0;
  #decoder = this.#createDecoder();

  constructor(phone: Phone, clock: Clock) {
    this.#phone = phone;
    this.#clock = clock;
    phone.onObservation(({ kind }) => {
      if (kind === "ringing-started" && !phone.isOffHook) this.#answer();
    });
    phone.onHeard((volts) => this.#decoder.process(volts));
  }

  /** Reports whose checksum was right, without it. */
  get reports(): readonly string[] {
    return this.#reports;
  }

  #createDecoder(): DtmfDecoder {
    return new DtmfDecoder(({ digit, atMs, durationMs: ms }) => {
      if (atMs - this.#lastEndMs > DIGIT_GAP_MS) this.#digits = "";
      this.#lastEndMs = atMs + ms;
      this.#take(digit);
    });
  }

  #answer(): void {
    const { at, nowMs } = this.#clock;
    at(nowMs() + 500, () => this.#phone.lift());
    at(nowMs() + 2000, () => {
      this.#digits = "";
      this.#decoder = this.#createDecoder();
      for (const hz of HANDSHAKE_HZ) {
        this.#phone.say(sineMix([hz], TONE_DBM, HANDSHAKE_MS));
        this.#phone.say(new Float64Array(8 * HANDSHAKE_MS));
      }
    });
  }

  #take(digit: string): void {
    this.#digits += digit;
    if (this.#digits.length !== REPORT_DIGITS) return;
    const report = this.#digits.slice(0, -1);
    if (contactIdChecksum(report) !== this.#digits.at(-1)) return;
    this.#digits = "";
    this.#reports.push(report);
    this.#phone.say(new Float64Array(8 * 150));
    this.#phone.say(sineMix([HANDSHAKE_HZ[0]], TONE_DBM, KISS_OFF_MS));
  }
}
