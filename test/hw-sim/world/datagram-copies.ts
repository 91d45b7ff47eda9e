import { copyNumbers } from "../../../src/base/copy-numbers.ts";

/** More than any datagram has. */
const SLAB_BYTES = 65_536;
/** Lengths that are remembered. */
const VIEWS_MAX = 256;

/** Copies of small pieces, many to one buffer: a buffer of its own for each costs far more. */
export class Copies {
  #slab = new Uint8Array(SLAB_BYTES);
  #used = 0;

  /** A copy that is the caller's. */
  copy(bytes: Uint8Array): Uint8Array {
    const { length } = bytes;
    if (length > SLAB_BYTES / 8) return bytes.slice();
    if (this.#used + length > SLAB_BYTES) {
      this.#slab = new Uint8Array(SLAB_BYTES);
      this.#used = 0;
    }
    const copy = this.#slab.subarray(this.#used, this.#used + length);
    copyNumbers(copy, bytes);
    this.#used += length;
    return copy;
  }
}

/** Lends a copy until the next one is lent: no two deliveries run at a time. */
export class LentBytes {
  readonly #bytes = new Uint8Array(SLAB_BYTES);
  /** Its beginning, by length: most datagrams have one of few. */
  readonly #views = new Map<number, Uint8Array>();

  /** A copy that is the caller's until the next one is asked for. */
  copy(bytes: Uint8Array): Uint8Array {
    const { length } = bytes;
    let view = this.#views.get(length);
    if (view === undefined) {
      view = this.#bytes.subarray(0, length);
      if (this.#views.size < VIEWS_MAX) this.#views.set(length, view);
    }
    copyNumbers(view, bytes);
    return view;
  }
}
