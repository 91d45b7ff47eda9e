/**
 * How codes of 2 to 5 bits lie in octets. The names differ by it: `G726-32` fills an octet from its
 * lowest bit, `AAL2-G726-32` from its highest. Here two codes a and b of 3 bits and a part of c:
 *
 *       7 6 5 4 3 2 1 0            7 6 5 4 3 2 1 0
 *      ├c c│b b b│a a a┤          ├a a a│b b b│c c┤
 *          G726-24                   AAL2-G726-24
 *
 * Payloads hold whole octets; where the last one has bits left over they are 0, and ignored.
 * @see RFC 3551 §4.5.4, ITU-T I.366.2 Annex E
 */
export type Packing = "rfc3551" | "aal2";

/** Writes codes into octets from the first one on. */
export class CodeWriter {
  readonly #bits: number;
  readonly #fromLowest: boolean;
  #out: Uint8Array;
  #at = 0;
  #held = 0;
  #heldBits = 0;

  constructor(bits: number, packing: Packing) {
    this.#bits = bits;
    this.#fromLowest = packing === "rfc3551";
    this.#out = new Uint8Array(0);
  }

  /** Begins with the first octet of `out`, which must be large enough. */
  begin(out: Uint8Array): void {
    this.#out = out;
    this.#at = 0;
    this.#held = 0;
    this.#heldBits = 0;
  }

  write(code: number): void {
    this.#held = this.#fromLowest
      ? this.#held | (code << this.#heldBits)
      : (this.#held << this.#bits) | code;
    this.#heldBits += this.#bits;
    if (this.#heldBits < 8) return;
    this.#heldBits -= 8;
    if (this.#fromLowest) {
      this.#out[this.#at++] = this.#held & 0xff;
      this.#held >>= 8;
    } else {
      this.#out[this.#at++] = this.#held >> this.#heldBits;
      this.#held &= (1 << this.#heldBits) - 1;
    }
  }

  /** Writes an octet that is begun, and returns how many there are. */
  end(): number {
    if (this.#heldBits > 0) {
      this.#out[this.#at++] = this.#fromLowest ? this.#held : this.#held << (8 - this.#heldBits);
    }
    return this.#at;
  }
}

/** Reads codes from octets. */
export class CodeReader {
  readonly #bits: number;
  readonly #fromLowest: boolean;
  #payload: Uint8Array;
  #at = 0;
  #held = 0;
  #heldBits = 0;

  constructor(bits: number, packing: Packing) {
    this.#bits = bits;
    this.#fromLowest = packing === "rfc3551";
    this.#payload = new Uint8Array(0);
  }

  begin(payload: Uint8Array): void {
    this.#payload = payload;
    this.#at = 0;
    this.#held = 0;
    this.#heldBits = 0;
  }

  /** The next code; zeros behind the end. */
  read(): number {
    const bits = this.#bits;
    if (this.#heldBits < bits) {
      const octet = this.#payload[this.#at++] ?? 0;
      this.#held = this.#fromLowest
        ? this.#held | (octet << this.#heldBits)
        : (this.#held << 8) | octet;
      this.#heldBits += 8;
    }
    this.#heldBits -= bits;
    if (this.#fromLowest) {
      const code = this.#held & ((1 << bits) - 1);
      this.#held >>= bits;
      return code;
    }
    const code = this.#held >> this.#heldBits;
    this.#held &= (1 << this.#heldBits) - 1;
    return code;
  }
}
