import type { CallerId, WallMinute } from "../../base/line-messages.ts";
import type { CallerIdParameter, DataMessage } from "./scheme.ts";
import { type ShownCaller, shownCaller } from "./shown-caller.ts";

/**
 * Message types.
 * @see Telcordia GR-30-CORE; ETSI EN 300 659-3 §5.2 (0x80 call set-up, 0x82 message waiting)
 */
const MESSAGE = { sdmfCall: 0x04, sdmfWaiting: 0x06, mdmfCall: 0x80, mdmfWaiting: 0x82 } as const;

/** Parameter types of a multiple data message. @see ETSI EN 300 659-3 §5.3 */
const PARAMETER = {
  time: 0x01,
  number: 0x02,
  numberAbsence: 0x04,
  name: 0x07,
  nameAbsence: 0x08,
  visualIndicator: 0x0b,
  callType: 0x11,
  messageCount: 0x13,
  redirecting: 0x1a,
} as const;

/** @see ETSI EN 300 659-3 §5.3 (call type) */
const CALL_TYPES = { voice: 0x01, "ring-back": 0x02, "message-waiting": 0x81 } as const;

/** The visual indicator. @see Telcordia GR-1401 (SDMF: three bytes, as senders in use have it) */
const LAMP = { on: 0xff, off: 0x00, sdmfOn: 0x42, sdmfOff: 0x6f } as const;

/** Longest message body, bytes: the length is one byte. */
const BODY_LIMIT_BYTES = 255;

/** Why a number or name is not shown: what displays know is P and O. */
const ABSENCE = { private: "P", unavailable: "O", payphone: "O", conflict: "O" } as const;

/** What is sent of a message format: all of `DataMessage` but which kind it is told by. */
type DataFormat = Pick<
  DataMessage,
  "kind" | "parameters" | "numberLimit" | "nameLimit" | "otherLetters"
>;

/**
 * The bytes of a caller-ID message, from type to checksum.
 *
 *     SDMF  04 | length | MMDDHHMM | number, or "P", or "O"                        | checksum
 *     MDMF  80 | length | 11 01 type | 01 08 MMDDHHMM | 02 n number, or 04 01 "P"|"O"
 *                       | 07 n name, or 08 01 "P" where withheld | 1a n redirecting | checksum
 *
 * MDMF: the parameters that the format names, in its order. The checksum makes the sum of all bytes
 * 0 modulo 256.
 * @see Telcordia GR-30-CORE, GR-31-CORE, GR-1188-CORE; ETSI EN 300 659-3
 */
export function encodeCallerId(callerId: CallerId, format: DataFormat): readonly number[] {
  const shown = shownCaller(callerId, format);
  if (format.kind === "sdmf") {
    const text = timeDigits(callerId.time) + (shown.number ?? ABSENCE[shown.absence]);
    return withFrame(MESSAGE.sdmfCall, ascii(text));
  }
  const body = format.parameters.flatMap((one) => parameterOf(one, callerId, shown));
  return withFrame(MESSAGE.mdmfCall, body);
}

function parameterOf(name: CallerIdParameter, callerId: CallerId, shown: ShownCaller): number[] {
  const absence = ABSENCE[shown.absence];
  switch (name) {
    case "call-type":
      return [PARAMETER.callType, 1, CALL_TYPES[callerId.callType ?? "voice"]];
    case "time":
      return parameter(PARAMETER.time, timeDigits(callerId.time));
    case "number":
      return shown.number === undefined
        ? parameter(PARAMETER.numberAbsence, absence)
        : parameter(PARAMETER.number, shown.number);
    case "name":
      if (shown.name !== undefined) return parameter(PARAMETER.name, shown.name);
      return shown.absence === "private" ? parameter(PARAMETER.nameAbsence, absence) : [];
    case "redirecting":
      return shown.redirectedFrom === undefined
        ? []
        : parameter(PARAMETER.redirecting, shown.redirectedFrom);
  }
}

/** Most messages that are told of. */
const COUNT_LIMIT = 255;

/**
 * The bytes that light a message lamp or put it out.
 *
 *     SDMF  06 | 03 | 42 42 42 on, 6f 6f 6f off                       | checksum
 *     MDMF  82 | length | 0b 01 ff on, 00 off | 13 01 number of messages | checksum
 */
export function encodeMessageWaiting(
  lamp: { readonly waiting: boolean; readonly count?: number; readonly time: WallMinute },
  format: { readonly kind: "sdmf" | "mdmf"; readonly tellsCount: boolean },
): readonly number[] {
  if (format.kind === "sdmf") {
    const byte = lamp.waiting ? LAMP.sdmfOn : LAMP.sdmfOff;
    return withFrame(MESSAGE.sdmfWaiting, [byte, byte, byte]);
  }
  const body = [PARAMETER.visualIndicator, 1, lamp.waiting ? LAMP.on : LAMP.off];
  if (format.tellsCount) {
    body.unshift(...parameter(PARAMETER.time, timeDigits(lamp.time)));
    const count = Math.min(COUNT_LIMIT, Math.max(0, Math.trunc(lamp.count ?? 0) || 0));
    if (lamp.count !== undefined) body.push(PARAMETER.messageCount, 1, count);
  }
  return withFrame(MESSAGE.mdmfWaiting, body);
}

function timeDigits(time: WallMinute): string {
  const inRange = (value: number, min: number, max: number) =>
    Math.min(max, Math.max(min, Math.trunc(value) || min));
  return [
    inRange(time.month, 1, 12),
    inRange(time.day, 1, 31),
    inRange(time.hour, 0, 23),
    inRange(time.minute, 0, 59),
  ]
    .map((part) => String(part).padStart(2, "0"))
    .join("");
}

function ascii(text: string): number[] {
  return [...text].map((letter) => letter.charCodeAt(0) & 0x7f);
}

function parameter(type: number, text: string): number[] {
  return [type, text.length, ...ascii(text)];
}

function withFrame(type: number, body: readonly number[]): readonly number[] {
  const kept = body.slice(0, BODY_LIMIT_BYTES);
  const bytes = [type, kept.length, ...kept];
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  return [...bytes, (256 - (sum % 256)) % 256];
}
