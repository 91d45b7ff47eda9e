/** The longest run without a zero that one code byte stands for. */
const RUN_MAX_BYTES = 254;

/**
 * Takes the zeros out of bytes: blocks of a code byte *c* and *c* − 1 bytes that are not zero;
 * after a block with *c* below 255, but for the last, a zero was left out.
 */
export function encodeCobs(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length + Math.ceil((bytes.length + 1) / RUN_MAX_BYTES));
  let codeAt = 0;
  let length = 1;
  for (const byte of bytes) {
    if (length - codeAt > RUN_MAX_BYTES) {
      out[codeAt] = length - codeAt;
      codeAt = length++;
    }
    if (byte === 0) {
      out[codeAt] = length - codeAt;
      codeAt = length++;
    } else {
      out[length++] = byte;
    }
  }
  out[codeAt] = length - codeAt;
  return out.subarray(0, length);
}

/**
 * Puts the zeros back. Undefined where the bytes are not COBS: a zero in them, a block that goes on
 * past their end, or nothing at all.
 */
export function decodeCobs(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length === 0) return undefined;
  const out = new Uint8Array(bytes.length);
  let length = 0;
  let at = 0;
  while (at < bytes.length) {
    const code = bytes[at] ?? 0;
    const end = at + code;
    if (code === 0 || end > bytes.length) return undefined;
    for (at++; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === 0) return undefined;
      out[length++] = byte;
    }
    if (code <= RUN_MAX_BYTES && at < bytes.length) out[length++] = 0;
  }
  return out.subarray(0, length);
}
