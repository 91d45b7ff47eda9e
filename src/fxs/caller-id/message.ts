import type { CallerId } from "../../base/line-messages.ts";
import type { CallerIdScheme } from "./scheme.ts";
import { toAscii, toDialable } from "./transliterate.ts";

/** Message types. @see Telcordia GR-30-CORE; ETSI EN 300 659-3 §5.2 (0x80, call set-up) */
const SDMF_CALL = 0x04;
const MDMF_CALL = 0x80;

/** Parameter types of a multiple data message. @see ETSI EN 300 659-3 §5.3 */
const PARAMETER = {
  dateTime: 0x01,
  number: 0x02,
  numberAbsence: 0x04,
  name: 0x07,
  nameAbsence: 0x08,
} as const;

/** Longest message body, bytes: the length is one byte. */
const BODY_LIMIT_BYTES = 255;

/**
 * Longest text looked at before it is spelled in ASCII, characters: names come from the network.
 */
const TEXT_LIMIT = 256;

/** Why a number or name is not shown. */
const ABSENCE = { private: "P", unavailable: "O" } as const;

/**
 * The bytes of a caller-ID message, from type to checksum.
 *
 *     SDMF  04 | length | MMDDHHMM | number, or "P", or "O"                        | checksum
 *     MDMF  80 | length | 01 08 MMDDHHMM | 02 n number, or 04 01 "P"|"O"
 *                       | 07 n name, or 08 01 "P" where withheld                   | checksum
 *
 * The checksum makes the sum of all bytes 0 modulo 256. A number that holds letters is shown as
 * the name where there is none; a name with nothing to show in ASCII is left out.
 * @see Telcordia GR-30-CORE, GR-31-CORE, GR-1188-CORE; ETSI EN 300 659-3
 */
export function encodeCallerId(
  callerId: CallerId,
  scheme: Pick<CallerIdScheme, "format" | "numberLimit" | "nameLimit">,
): readonly number[] {
  const shown = shownOf(callerId, scheme);
  const time = timeDigits(callerId.time);
  if (scheme.format === "sdmf") {
    return withFrame(SDMF_CALL, [...ascii(time), ...ascii(shown.number ?? shown.absence)]);
  }
  const body = parameter(PARAMETER.dateTime, time);
  body.push(
    ...(shown.number === undefined
      ? parameter(PARAMETER.numberAbsence, shown.absence)
      : parameter(PARAMETER.number, shown.number)),
  );
  if (shown.name !== undefined) body.push(...parameter(PARAMETER.name, shown.name));
  else if (shown.absence === ABSENCE.private && shown.number === undefined) {
    body.push(...parameter(PARAMETER.nameAbsence, ABSENCE.private));
  }
  return withFrame(MDMF_CALL, body);
}

interface Shown {
  readonly number: string | undefined;
  readonly name: string | undefined;
  readonly absence: "P" | "O";
}

function shownOf(
  callerId: CallerId,
  limits: { readonly numberLimit: number; readonly nameLimit: number },
): Shown {
  if (callerId.absence === "private") {
    return { number: undefined, name: undefined, absence: ABSENCE.private };
  }
  const numberText = (callerId.number ?? "").slice(0, TEXT_LIMIT);
  const isName = /\p{L}/u.test(numberText);
  const number = isName ? "" : toDialable(numberText).slice(0, limits.numberLimit);
  const nameText = callerId.name?.slice(0, TEXT_LIMIT) ?? (isName ? numberText : "");
  const name = toAscii(nameText).slice(0, limits.nameLimit).trim();
  return {
    number: number === "" ? undefined : number,
    name: name === "" ? undefined : name,
    absence: ABSENCE.unavailable,
  };
}

function timeDigits(time: CallerId["time"]): string {
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
