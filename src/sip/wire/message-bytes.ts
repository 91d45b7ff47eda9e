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

class Slab {
  #memory = new ArrayBuffer(SLAB_BYTES);
  #used = 0;

  write(text: string): Uint8Array {
    const { length } = text;
    if (length > SHARED_MAX) return bytesFromLatin1(text);
    if (this.#used + length > SLAB_BYTES) {
      this.#memory = new ArrayBuffer(SLAB_BYTES);
      this.#used = 0;
    }
    const bytes = new Uint8Array(this.#memory, this.#used, length);
    this.#used += length;
    writeUnits(text, bytes);
    return bytes;
  }
}

const passing = new Slab();
const kept = new Slab();

/** A message as it goes out. Nobody may change what it gives. @throws as {@link printMessage} */
export function messageBytes(message: SipMessage): Uint8Array {
  return passing.write(printMessage(message));
}

/** The same of one that is kept for half a minute, next to others of which that is true. */
export function keptMessageBytes(message: SipMessage): Uint8Array {
  return kept.write(printMessage(message));
}
