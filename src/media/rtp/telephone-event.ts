import { err, ok, type Result } from "../../base/result.ts";

/**
 * The payload of a telephone event.
 *
 *     0                   1                   2                   3
 *     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *    +---------------+-+-+-----------+-------------------------------+
 *    |     event     |E|R|   volume  |           duration            |
 *    +---------------+-+-+-----------+-------------------------------+
 *
 * @see RFC 4733 §2.3
 */
export interface TelephoneEvent {
  /** 0–15 are the DTMF digits. @see RFC 4733 §3.2, table 3 */
  readonly event: number;
  /** E: the event is over, `duration` is final. */
  readonly end: boolean;
  /** Power without its sign: 10 is −10 dBm0. 0–63. */
  readonly volume: number;
  /** Timestamp units since the packet's timestamp, 0–65535. */
  readonly duration: number;
}

/** The hook flash. @see RFC 2833 §3.10, which RFC 4733 §7.1 keeps reserved for it */
export const FLASH_EVENT = 16;

/** Bytes of one event. */
export const TELEPHONE_EVENT_BYTES = 4;

/** The longest that one segment can tell. @see RFC 4733 §2.5.1.3 */
export const SEGMENT_MAX_UNITS = 0xffff;

/** Why bytes are no telephone event. */
export type TelephoneEventError = "too-short";

/**
 * Reads the first event of a payload. More may follow one after the other; nobody sends them and
 * the first alone is looked at.
 */
export function parseTelephoneEvent(
  payload: Uint8Array,
): Result<TelephoneEvent, TelephoneEventError> {
  if (payload.length < TELEPHONE_EVENT_BYTES) return err("too-short");
  const flags = payload[1] ?? 0;
  return ok({
    event: payload[0] ?? 0,
    end: (flags & 0x80) !== 0,
    volume: flags & 0x3f,
    duration: ((payload[2] ?? 0) << 8) | (payload[3] ?? 0),
  });
}

/** Writes four bytes at `at`. */
export function writeTelephoneEvent(out: Uint8Array, at: number, event: TelephoneEvent): void {
  out[at] = event.event;
  out[at + 1] = (event.end ? 0x80 : 0) | (event.volume & 0x3f);
  out[at + 2] = event.duration >>> 8;
  out[at + 3] = event.duration;
}
