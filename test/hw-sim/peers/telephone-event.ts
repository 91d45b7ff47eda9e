import { DIGITS, type Digit } from "../../../src/base/audio.ts";
import { err, ok, type Result } from "../../../src/base/result.ts";

/**
 * A telephone-event payload.
 *
 *      0                   1                   2                   3
 *     +---------------+-+-+-----------+-------------------------------+
 *     |     event     |E|R|  volume   |           duration            |
 *     +---------------+-+-+-----------+-------------------------------+
 *
 * @see RFC 4733 §2.3
 */
export interface TelephoneEvent {
  readonly event: number;
  readonly end: boolean;
  /** Below 0 dBm0, in dB. */
  readonly volume: number;
  /** Since the packet's timestamp, in samples. */
  readonly duration: number;
}

const EVENT_BYTES = 4;

/** Reads the first event of a payload. */
export function readTelephoneEvent(payload: Uint8Array): Result<TelephoneEvent, "too-short"> {
  if (payload.length < EVENT_BYTES) return err("too-short");
  const [event = 0, flags = 0, high = 0, low = 0] = payload;
  return ok({
    event,
    end: (flags & 0x80) !== 0,
    volume: flags & 0x3f,
    duration: (high << 8) | low,
  });
}

/** Writes an event. */
export function printTelephoneEvent(event: TelephoneEvent): Uint8Array {
  const { duration, volume, end } = event;
  return Uint8Array.of(event.event, (end ? 0x80 : 0) | volume, duration >> 8, duration & 0xff);
}

/** The digit of an event code, 0–15. */
export function digitOfEvent(event: number): Digit | undefined {
  return DIGITS[event];
}

/** The event code of a digit. */
export function eventOfDigit(digit: Digit): number {
  return DIGITS.indexOf(digit);
}
