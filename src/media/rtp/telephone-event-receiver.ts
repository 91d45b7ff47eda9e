import { DIGITS, type Digit } from "../../base/audio.ts";
import { FLASH_EVENT, type TelephoneEvent } from "./telephone-event.ts";
import { faxToneOf } from "./tone-events.ts";

/**
 * An event that nobody updated for so many update intervals is over: its last packets were lost.
 * @see RFC 4733 §2.5.2.2
 */
const SILENT_INTERVALS = 3;

/** The shortest and the longest update interval in use, ms. @see RFC 4733 §2.5.1.2 */
const INTERVAL_MIN_MS = 20;
const INTERVAL_MAX_MS = 50;

/** An event past this is over whatever its sender says, ms. */
const EVENT_LIMIT_MS = 60_000;

/** A timestamp further behind than this is no late packet but a sender that began anew, ms. */
const STALE_MS = 10_000;

/** What the packets of an event mean. A digit starts once and ends once; a flash is told once. */
export type DigitSignal =
  | {
      readonly kind: "digit-start";
      readonly digit: Digit;
      readonly volume: number;
      /** When it began, on the stream's clock. */
      readonly timestamp: number;
      /** How long it has lasted so far. */
      readonly durationMs: number;
    }
  | { readonly kind: "digit-end"; readonly digit: Digit; readonly durationMs: number }
  | { readonly kind: "flash"; readonly durationMs: number }
  /** A modem's or fax machine's tone. */
  | {
      readonly kind: "tone-start";
      readonly event: number;
      readonly timestamp: number;
      readonly durationMs: number;
    }
  | { readonly kind: "tone-end"; readonly event: number; readonly durationMs: number };

interface Sounding {
  /** Undefined for what is no digit. */
  readonly digit: Digit | undefined;
  readonly event: number;
  /** Timestamp of the present segment. */
  segmentAt: number;
  /** Length of the segments before the present one. */
  unitsBefore: number;
  unitsOfSegment: number;
  heardAtMs: number;
}

const NOTHING: readonly DigitSignal[] = [];

/**
 * Turns telephone-event packets into digits, whatever was lost, repeated or came out of order.
 *
 *              new timestamp                     E, or three intervals without an update
 *    waiting ────────────────▶ sounding ──────────────────────────────────────▶ waiting
 *                               │    ▲ same timestamp: longer
 *                               └────┘ timestamp where the segment ended: goes on
 *
 * A packet whose timestamp is not after the last event's belongs to that event and is dropped.
 * @see RFC 4733 §2.5.2
 */
export class TelephoneEventReceiver {
  readonly #clockRateHz: number;
  /** Longest between two updates of late. */
  #intervalMs: number;
  #lateMs = 0;
  #sounding: Sounding | undefined;
  /** Timestamp of the newest segment that is over. */
  #overAt: number | undefined;

  /** @param packetMs how often the far end is thought to send */
  constructor(clockRateHz: number, packetMs = INTERVAL_MAX_MS) {
    this.#clockRateHz = clockRateHz;
    this.#intervalMs = Math.min(INTERVAL_MAX_MS, Math.max(INTERVAL_MIN_MS, packetMs));
  }

  /** How much later than others a packet may come, ms. */
  set lateMs(ms: number) {
    this.#lateMs = ms;
  }

  /** Takes one packet; events that we do not know are passed over. */
  receive(timestamp: number, packet: TelephoneEvent, nowMs: number): readonly DigitSignal[] {
    const digit = DIGITS[packet.event];
    const isTone = faxToneOf(packet.event) !== undefined;
    if (digit === undefined && packet.event !== FLASH_EVENT && !isTone) return NOTHING;
    const now = this.#sounding;

    if (now !== undefined && timestamp === now.segmentAt) {
      if (packet.event !== now.event) return NOTHING;
      now.heardAtMs = nowMs;
      this.#learnInterval(packet.duration - now.unitsOfSegment);
      now.unitsOfSegment = Math.max(now.unitsOfSegment, packet.duration);
      const tooLong = now.unitsBefore + now.unitsOfSegment > this.#units(EVENT_LIMIT_MS);
      return packet.end || tooLong ? [this.#finish(now)] : NOTHING;
    }
    if (now !== undefined && isAfter(now.segmentAt, timestamp)) return NOTHING;
    if (this.#isOver(timestamp)) return NOTHING;

    if (now !== undefined && packet.event === now.event && continues(now, timestamp)) {
      now.unitsBefore += (timestamp - now.segmentAt) >>> 0;
      now.segmentAt = timestamp;
      now.unitsOfSegment = packet.duration;
      now.heardAtMs = nowMs;
      return packet.end ? [this.#finish(now)] : NOTHING;
    }

    const signals: DigitSignal[] = now === undefined ? [] : [this.#finish(now)];
    const begun: Sounding = {
      digit,
      event: packet.event,
      segmentAt: timestamp,
      unitsBefore: 0,
      unitsOfSegment: packet.duration,
      heardAtMs: nowMs,
    };
    this.#sounding = begun;
    const durationMs = (packet.duration * 1000) / this.#clockRateHz;
    const { volume, event } = packet;
    if (digit !== undefined) {
      signals.push({ kind: "digit-start", digit, volume, timestamp, durationMs });
    } else if (isTone) signals.push({ kind: "tone-start", event, timestamp, durationMs });
    if (packet.end) signals.push(this.#finish(begun));
    return signals;
  }

  /** Ends an event whose last packets were lost. */
  timeout(nowMs: number): readonly DigitSignal[] {
    const now = this.#sounding;
    if (now === undefined || nowMs < now.heardAtMs + this.#silenceMs) return NOTHING;
    return [this.#finish(now)];
  }

  /** Ends what sounds and forgets: another source begins. */
  restart(): readonly DigitSignal[] {
    const now = this.#sounding;
    const signals = now === undefined ? NOTHING : [this.#finish(now)];
    this.#overAt = undefined;
    return signals;
  }

  deadlineMs(): number | undefined {
    return this.#sounding === undefined ? undefined : this.#sounding.heardAtMs + this.#silenceMs;
  }

  get #silenceMs(): number {
    return SILENT_INTERVALS * this.#intervalMs + this.#lateMs;
  }

  #learnInterval(units: number): void {
    const ms = Math.min(INTERVAL_MAX_MS, (units * 1000) / this.#clockRateHz);
    this.#intervalMs = Math.max(this.#intervalMs, ms);
  }

  /** Whether it is a packet of the last event, or of one before it. */
  #isOver(timestamp: number): boolean {
    if (this.#overAt === undefined) return false;
    return (this.#overAt - timestamp) >>> 0 < this.#units(STALE_MS);
  }

  #units(ms: number): number {
    return (ms * this.#clockRateHz) / 1000;
  }

  #finish(sounding: Sounding): DigitSignal {
    this.#sounding = undefined;
    this.#overAt = sounding.segmentAt;
    const units = sounding.unitsBefore + sounding.unitsOfSegment;
    const durationMs = (units * 1000) / this.#clockRateHz;
    const { digit, event } = sounding;
    if (digit !== undefined) return { kind: "digit-end", digit, durationMs };
    if (event === FLASH_EVENT) return { kind: "flash", durationMs };
    return { kind: "tone-end", event, durationMs };
  }
}

/** Whether timestamp `a` is later than `b`, across the wrap. */
function isAfter(a: number, b: number): boolean {
  return ((a - b) | 0) > 0;
}

/** Whether a segment begins where the present one ended, being as long as one can be. */
function continues(now: Sounding, timestamp: number): boolean {
  const gap = (timestamp - now.segmentAt) >>> 0;
  // The last packet of the full segment may have been lost, so the length told is not asked.
  return gap === 0xffff || (gap >= 0xff00 && gap === now.unitsOfSegment);
}
