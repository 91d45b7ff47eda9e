import { bytesFromLatin1, writeUnits } from "../../base/bytes.ts";
import type { SipMessage } from "./message.ts";
import { printMessage } from "./print-message.ts";

/**
 * Messages are written one behind the other into a piece of memory: to ask for one of its own for
 * each takes as long as to read it, and the collector's time besides. A message that is kept keeps
 * its neighbours.
 */
const SLAB_BYTES = 16_384;

/** What is longer has its own: it would waste too much of a piece. */
const SHARED_MAX = 2_048;

let slab = new ArrayBuffer(SLAB_BYTES);
let used = 0;

/** A message as it goes out. Nobody may change what it gives. @throws as {@link printMessage} */
export function messageBytes(message: SipMessage): Uint8Array {
  const text = printMessage(message);
  const { length } = text;
  if (length > SHARED_MAX) return bytesFromLatin1(text);
  if (used + length > SLAB_BYTES) {
    slab = new ArrayBuffer(SLAB_BYTES);
    used = 0;
  }
  const bytes = new Uint8Array(slab, used, length);
  used += length;
  writeUnits(text, bytes);
  return bytes;
}
