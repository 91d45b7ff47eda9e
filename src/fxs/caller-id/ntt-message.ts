import type { CallerId } from "../../base/line-messages.ts";
import type { NttMessage } from "./scheme.ts";
import { shownCaller } from "./shown-caller.ts";

/** Control characters. @see ITU-T T.50 */
const CONTROL = { soh: 0x01, stx: 0x02, etx: 0x03, dle: 0x10 } as const;
/** What stands in the header, and the message type: a call. */
const HEADER = 0x07;
const CALL = 0x40;

/** Parameter types: spandsp's `adsi.h`; the name as in Lantiq's TAPI driver. */
const PARAMETER = { number: 0x02, name: 0x03, absence: 0x04 } as const;

/** Why there is no number. */
const ABSENCE = { private: "P", unavailable: "O", payphone: "C", conflict: "S" } as const;

/**
 * The bytes of NTT's message.
 *
 *     10 SOH | 07 | 10 STX | 40 | length | type n text … | 10 ETX | CRC low | CRC high
 *
 * All up to ETX are seven bits with even parity on top; a 10 (DLE) between STX and ETX is sent
 * twice. The CRC (x¹⁶ + x¹² + x⁵ + 1, low bit first, from 0) runs over the bytes with their parity
 * from the header to ETX. The length counts the parameters as they are sent, doubled DLEs included.
 * @see spandsp adsi.c and Lantiq's TAPI driver, which agree; no text of NTT's was at hand
 */
export function encodeNttCallerId(callerId: CallerId, format: NttMessage): readonly number[] {
  const shown = shownCaller(callerId, { ...format, otherLetters: "drop" });
  const content =
    shown.number === undefined
      ? parameter(PARAMETER.absence, ABSENCE[shown.absence])
      : parameter(PARAMETER.number, shown.number);
  if (shown.name !== undefined && format.nameLimit > 0) {
    content.push(...parameter(PARAMETER.name, shown.name));
  }
  const { soh, stx, etx, dle } = CONTROL;
  const sent = [
    dle,
    soh,
    HEADER,
    dle,
    stx,
    CALL,
    ...escaped([content.length]),
    ...content,
    dle,
    etx,
  ].map(withParity);
  const crc = crcOf(sent.slice(2));
  return [...sent, crc & 0xff, crc >> 8];
}

function parameter(type: number, text: string): number[] {
  const bytes = [...text].map((letter) => letter.charCodeAt(0) & 0x7f);
  return escaped([type, bytes.length, ...bytes]);
}

function escaped(bytes: readonly number[]): number[] {
  return bytes.flatMap((byte) => (byte === CONTROL.dle ? [byte, byte] : [byte]));
}

function withParity(byte: number): number {
  let ones = 0;
  for (let bit = 0; bit < 7; bit++) ones += (byte >> bit) & 1;
  return ones % 2 === 0 ? byte : byte | 0x80;
}

/** x¹⁶ + x¹² + x⁵ + 1, mirrored. */
const POLYNOMIAL = 0x8408;

function crcOf(bytes: readonly number[]): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >> 1) ^ POLYNOMIAL : crc >> 1;
  }
  return crc;
}
