/**
 * HMAC-SHA-1 under one key. Both pads are hashed once at birth, so that a short packet costs no
 * more than its own blocks and one: cheaper than a call into a crypto library a packet.
 * @see FIPS 180-4 §6.1, RFC 2104
 */
export class HmacSha1 {
  readonly #inner: Uint32Array;
  readonly #outer: Uint32Array;
  readonly #state = new Uint32Array(STATE_WORDS);
  readonly #tail = new Uint8Array(BLOCK_BYTES);
  readonly #digest = new Uint8Array(SHA1_BYTES);
  #hashedBytes = 0;
  #tailBytes = 0;

  /** @param key up to 64 bytes: no key of SRTP is longer */
  constructor(key: Uint8Array) {
    this.#inner = padState(key, 0x36);
    this.#outer = padState(key, 0x5c);
  }

  /** Begins a message. */
  begin(): void {
    this.#begin(this.#inner);
  }

  update(bytes: Uint8Array): void {
    let at = 0;
    if (this.#tailBytes > 0) {
      at = Math.min(BLOCK_BYTES - this.#tailBytes, bytes.length);
      this.#tail.set(bytes.subarray(0, at), this.#tailBytes);
      this.#tailBytes += at;
      if (this.#tailBytes < BLOCK_BYTES) return;
      this.#block(this.#tail, 0);
      this.#tailBytes = 0;
    }
    for (; at + BLOCK_BYTES <= bytes.length; at += BLOCK_BYTES) this.#block(bytes, at);
    this.#tail.set(bytes.subarray(at));
    this.#tailBytes = bytes.length - at;
  }

  /** The tag of the message, 20 bytes; borrowed until the next one begins. */
  finish(): Uint8Array {
    this.#close();
    this.#begin(this.#outer);
    this.update(this.#digest);
    this.#close();
    return this.#digest;
  }

  #begin(padded: Uint32Array): void {
    this.#state.set(padded);
    this.#hashedBytes = BLOCK_BYTES;
    this.#tailBytes = 0;
  }

  #block(bytes: Uint8Array, at: number): void {
    compress(this.#state, bytes, at);
    this.#hashedBytes += BLOCK_BYTES;
  }

  /** Pads with a one bit, zeros and the length in bits. @see FIPS 180-4 §5.1.1 */
  #close(): void {
    const bits = (this.#hashedBytes + this.#tailBytes) * 8;
    this.#tail[this.#tailBytes] = 0x80;
    this.#tail.fill(0, this.#tailBytes + 1);
    if (this.#tailBytes >= BLOCK_BYTES - 8) {
      compress(this.#state, this.#tail, 0);
      this.#tail.fill(0);
    }
    for (let n = 0; n < 4; n++) this.#tail[BLOCK_BYTES - 1 - n] = bits >>> (8 * n);
    compress(this.#state, this.#tail, 0);
    for (let n = 0; n < SHA1_BYTES; n++) {
      this.#digest[n] = (this.#state[n >> 2] ?? 0) >>> (24 - 8 * (n & 3));
    }
  }
}

/** Bytes of a tag in full. */
const SHA1_BYTES = 20;

const BLOCK_BYTES = 64;
const STATE_WORDS = 5;
const INITIAL = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];

function padState(key: Uint8Array, pad: number): Uint32Array {
  const block = new Uint8Array(BLOCK_BYTES).fill(pad);
  for (let at = 0; at < key.length; at++) block[at] = pad ^ (key[at] ?? 0);
  const state = Uint32Array.from(INITIAL);
  compress(state, block, 0);
  return state;
}

/** Its content lives inside one call. */
const words = new Int32Array(80);

function compress(state: Uint32Array, bytes: Uint8Array, from: number): void {
  for (let n = 0; n < 16; n++) {
    const at = from + 4 * n;
    words[n] =
      ((bytes[at] ?? 0) << 24) |
      ((bytes[at + 1] ?? 0) << 16) |
      ((bytes[at + 2] ?? 0) << 8) |
      (bytes[at + 3] ?? 0);
  }
  for (let n = 16; n < 80; n++) {
    const word =
      (words[n - 3] ?? 0) ^ (words[n - 8] ?? 0) ^ (words[n - 14] ?? 0) ^ (words[n - 16] ?? 0);
    words[n] = (word << 1) | (word >>> 31);
  }
  let a = (state[0] ?? 0) | 0;
  let b = (state[1] ?? 0) | 0;
  let c = (state[2] ?? 0) | 0;
  let d = (state[3] ?? 0) | 0;
  let e = (state[4] ?? 0) | 0;
  for (let n = 0; n < 80; n++) {
    const mixed =
      n < 20
        ? ((b & c) | (~b & d)) + 0x5a827999
        : n < 40
          ? (b ^ c ^ d) + 0x6ed9eba1
          : n < 60
            ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
            : (b ^ c ^ d) + 0xca62c1d6;
    const next = (((a << 5) | (a >>> 27)) + mixed + e + (words[n] ?? 0)) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  state[0] = (state[0] ?? 0) + a;
  state[1] = (state[1] ?? 0) + b;
  state[2] = (state[2] ?? 0) + c;
  state[3] = (state[3] ?? 0) + d;
  state[4] = (state[4] ?? 0) + e;
}
