import { latin1FromBytes } from "../../base/bytes.ts";

/** How far a Call-ID is looked for: senders have it among the first lines. */
const LOOKED_AT_BYTES = 4096;

/** What a Call-ID may be long, to be of use here. */
const CALL_ID_BYTES = 256;

const LF = 0x0a;
const COLON = 0x3a;

/** Whether a datagram begins as responses do. */
export function looksLikeResponse(bytes: Uint8Array): boolean {
  return (
    ((bytes[0] ?? 0) | 0x20) === 0x73 &&
    ((bytes[1] ?? 0) | 0x20) === 0x69 &&
    ((bytes[2] ?? 0) | 0x20) === 0x70 &&
    bytes[3] === 0x2f
  );
}

/**
 * The Call-ID of a datagram, without reading anything else of it; undefined where there is none
 * within its first 4 KB, or one that is folded.
 */
export function peekCallId(bytes: Uint8Array): string | undefined {
  const end = Math.min(bytes.length, LOOKED_AT_BYTES);
  for (let at = 0; at < end; at++) {
    if (bytes[at] !== LF) continue;
    const colon = nameEnd(bytes, at + 1);
    if (colon !== -1) return valueAt(bytes, colon + 1, end);
  }
  return undefined;
}

/** Where the colon stands behind `Call-ID` or `i` at the beginning of a line; -1 for others. */
function nameEnd(bytes: Uint8Array, lineAt: number): number {
  const first = (bytes[lineAt] ?? 0) | 0x20;
  let at = lineAt + 1;
  if (first === 0x63) {
    // all-id
    const isIt =
      ((bytes[at] ?? 0) | 0x20) === 0x61 &&
      ((bytes[at + 1] ?? 0) | 0x20) === 0x6c &&
      ((bytes[at + 2] ?? 0) | 0x20) === 0x6c &&
      bytes[at + 3] === 0x2d &&
      ((bytes[at + 4] ?? 0) | 0x20) === 0x69 &&
      ((bytes[at + 5] ?? 0) | 0x20) === 0x64;
    if (!isIt) return -1;
    at += 6;
  } else if (first !== 0x69) return -1;
  while (isSpace(bytes[at])) at++;
  return bytes[at] === COLON ? at : -1;
}

function valueAt(bytes: Uint8Array, start: number, stop: number): string | undefined {
  let from = start;
  while (from < stop && isSpace(bytes[from])) from++;
  let end = from;
  while (end < stop && (bytes[end] ?? 0) > 0x20) end++;
  return end === from || end - from > CALL_ID_BYTES ? undefined : latin1FromBytes(bytes, from, end);
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09;
}
