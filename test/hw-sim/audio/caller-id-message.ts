import { latin1FromBytes } from "../../../src/base/bytes.ts";
import { err, ok, type Result } from "../../../src/base/result.ts";

/**
 * A caller-ID message as a display unit reads it.
 *
 *     single   +------+--------+---------------------+----------+
 *     (SDMF)   | type | length | MMDDHHMM number     | checksum |
 *              +------+--------+---------------------+----------+
 *     multiple +------+--------+------+--------+------+ … +----------+
 *     (MDMF)   | type | length | type | length | data |   | checksum |
 *              +------+--------+------+--------+------+ … +----------+
 *
 * All bytes with the checksum add up to 0 modulo 256.
 * @see Telcordia GR-30; ETSI EN 300 659-3
 */

/** What a display shows. Absent fields were not sent. */
export interface CallerIdMessage {
  readonly format: "sdmf" | "mdmf" | "dtmf" | "ntt";
  readonly number?: string;
  readonly name?: string;
  readonly numberAbsence?: "private" | "unavailable";
  readonly nameAbsence?: "private" | "unavailable";
  readonly time?: CallerIdTime;
  /** The lamp is to be lit or put out. */
  readonly messageWaiting?: boolean;
  /** 1 voice call, 2 ring back when free, 0x81 message waiting. @see ETSI EN 300 659-3 */
  readonly callType?: number;
}

/** Local time by the exchange's clock. A type, not an interface, so that a trace can take it. */
export type CallerIdTime = {
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
};

/** Why a message is not shown. */
export type CallerIdFault =
  | "bad-checksum"
  | "truncated"
  | "unknown-type"
  | "bad-parameter"
  /** The marks are another modem's. */
  | "wrong-modem";

/** Message types. @see ETSI EN 300 659-3; Telcordia GR-30 */
const TYPES = {
  4: "sdmf",
  6: "sdmf",
  128: "mdmf",
  130: "mdmf",
  134: "mdmf",
} as const satisfies Record<number, "sdmf" | "mdmf">;

const SDMF_MESSAGE_WAITING = 0x06;
const VISUAL_INDICATOR_ON = 0xff;
/** In SDMF the indicator is three bytes of this, or of 0x6f for off, as senders in use do it. */
const SDMF_INDICATOR_ON = 0x42;

/** Whether a first byte can begin a message: what a receiver hunts for. */
export function isMessageType(type: number): type is keyof typeof TYPES {
  return Object.hasOwn(TYPES, type);
}

interface Draft {
  number?: string;
  name?: string;
  numberAbsence?: "private" | "unavailable";
  nameAbsence?: "private" | "unavailable";
  time?: CallerIdTime;
  messageWaiting?: boolean;
  callType?: number;
}

function parseTime(text: string): CallerIdTime | undefined {
  const parts = /^(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text);
  if (parts === null) return undefined;
  const [month = 0, day = 0, hour = 0, minute = 0] = parts.slice(1).map(Number);
  const isDate = month >= 1 && month <= 12 && day >= 1 && day <= 31;
  return isDate && hour < 24 && minute < 60 ? { month, day, hour, minute } : undefined;
}

const parseAbsence = (text: string): "private" | "unavailable" =>
  text === "P" ? "private" : "unavailable";

/** One parameter; false where its content cannot be. */
function takeParameter(draft: Draft, type: number, data: Uint8Array): boolean {
  const text = latin1FromBytes(data);
  switch (type) {
    case 0x01: {
      const time = parseTime(text);
      if (time !== undefined) draft.time = time;
      return time !== undefined;
    }
    case 0x02:
      draft.number = text;
      return true;
    case 0x04:
      draft.numberAbsence = parseAbsence(text);
      return data.length === 1;
    case 0x07:
      draft.name = text;
      return true;
    case 0x08:
      draft.nameAbsence = parseAbsence(text);
      return data.length === 1;
    case 0x0b:
      draft.messageWaiting = data[0] === VISUAL_INDICATOR_ON;
      return data.length === 1;
    case 0x11:
      draft.callType = data[0] ?? 0;
      return data.length === 1;
    default:
      return true;
  }
}

function parseSingle(type: number, body: Uint8Array): Result<Draft, CallerIdFault> {
  if (type === SDMF_MESSAGE_WAITING) {
    return ok({ messageWaiting: body.every((byte) => byte === SDMF_INDICATOR_ON) });
  }
  const time = parseTime(latin1FromBytes(body, 0, Math.min(8, body.length)));
  if (time === undefined) return err("bad-parameter");
  const number = latin1FromBytes(body, 8);
  if (number === "P" || number === "O") return ok({ time, numberAbsence: parseAbsence(number) });
  return ok(number === "" ? { time } : { time, number });
}

function parseMultiple(body: Uint8Array): Result<Draft, CallerIdFault> {
  const draft: Draft = {};
  let at = 0;
  while (at < body.length) {
    const length = body[at + 1];
    if (length === undefined || at + 2 + length > body.length) return err("bad-parameter");
    const data = body.subarray(at + 2, at + 2 + length);
    if (!takeParameter(draft, body[at] ?? 0, data)) return err("bad-parameter");
    at += 2 + length;
  }
  return ok(draft);
}

/** How many bytes a message has, checksum included; undefined before its length is known. */
export function messageBytes(bytes: ArrayLike<number>): number | undefined {
  const length = bytes[1];
  return length === undefined ? undefined : length + 3;
}

/** Reads a message from its type byte to its checksum; bytes after that are not looked at. */
export function parseCallerIdMessage(bytes: Uint8Array): Result<CallerIdMessage, CallerIdFault> {
  const [type] = bytes;
  const length = messageBytes(bytes);
  if (type === undefined || length === undefined || bytes.length < length) return err("truncated");
  if (!isMessageType(type)) return err("unknown-type");
  const message = bytes.subarray(0, length);
  if (message.reduce((sum, byte) => (sum + byte) & 0xff, 0) !== 0) return err("bad-checksum");
  const body = message.subarray(2, length - 1);
  const format = TYPES[type];
  const parsed = format === "sdmf" ? parseSingle(type, body) : parseMultiple(body);
  return parsed.ok ? ok({ format, ...parsed.value }) : parsed;
}
