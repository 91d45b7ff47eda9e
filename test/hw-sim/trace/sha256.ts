import { hexFromBytes } from "../../../src/base/bytes.ts";

const BLOCK_BYTES = 64;
const LENGTH_AT = 56;

/**
 * SHA-256 over bytes that come in pieces. The simulator has one of its own, so that a trace can be
 * hashed where the host offers no cryptography.
 * @see FIPS 180-4 §6.2
 */
export class Sha256 {
  readonly #state = Int32Array.from(fractionWords(8, (prime) => Math.sqrt(prime)));
  readonly #block = new Uint8Array(BLOCK_BYTES);
  readonly #schedule = new Int32Array(64);
  #blockBytes = 0;
  #totalBytes = 0;

  update(bytes: Uint8Array): this {
    this.#totalBytes += bytes.length;
    for (const byte of bytes) this.#put(byte);
    return this;
  }

  /** Hashes a text of code units 0–127 without a detour over bytes. */
  updateAscii(text: string): this {
    this.#totalBytes += text.length;
    for (let at = 0; at < text.length; at++) this.#put(text.charCodeAt(at));
    return this;
  }

  /** The hash of what came so far, lower-case hexadecimal; more may follow. */
  hex(): string {
    const end = new Sha256();
    end.#state.set(this.#state);
    end.#block.set(this.#block);
    end.#blockBytes = this.#blockBytes;
    end.#put(0x80);
    while (end.#blockBytes !== LENGTH_AT) end.#put(0);
    const length = new DataView(new ArrayBuffer(8));
    length.setUint32(0, Math.floor(this.#totalBytes / 2 ** 29));
    length.setUint32(4, (this.#totalBytes * 8) % 2 ** 32);
    for (let at = 0; at < 8; at++) end.#put(length.getUint8(at));
    const words = new DataView(new ArrayBuffer(32));
    end.#state.forEach((word, at) => {
      words.setInt32(at * 4, word);
    });
    return hexFromBytes(new Uint8Array(words.buffer));
  }

  #put(byte: number): void {
    this.#block[this.#blockBytes++] = byte;
    if (this.#blockBytes < BLOCK_BYTES) return;
    this.#blockBytes = 0;
    this.#compress();
  }

  #compress(): void {
    const schedule = this.#schedule;
    const block = this.#block;
    for (let at = 0; at < 16; at++) {
      const from = at * 4;
      schedule[at] =
        (num(block, from) << 24) |
        (num(block, from + 1) << 16) |
        (num(block, from + 2) << 8) |
        num(block, from + 3);
    }
    for (let at = 16; at < 64; at++) {
      const older = num(schedule, at - 15);
      const newer = num(schedule, at - 2);
      const sigma0 = rotate(older, 7) ^ rotate(older, 18) ^ (older >>> 3);
      const sigma1 = rotate(newer, 17) ^ rotate(newer, 19) ^ (newer >>> 10);
      schedule[at] = (num(schedule, at - 16) + sigma0 + num(schedule, at - 7) + sigma1) | 0;
    }
    const state = this.#state;
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
    for (let at = 0; at < 64; at++) {
      const sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const t1 = (h + sum1 + ((e & f) ^ (~e & g)) + num(ROUND_WORDS, at) + num(schedule, at)) | 0;
      const sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      const t2 = (sum0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((word, at) => {
      state[at] = num(state, at) + word;
    });
  }
}

/** Rotates a 32-bit word right. */
function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function num(array: Uint8Array | Int32Array, at: number): number {
  return array[at] ?? 0;
}

/** The first 32 fraction bits of a root of each of the first primes. @see FIPS 180-4 §4.2.2 */
function fractionWords(count: number, root: (prime: number) => number): number[] {
  const words: number[] = [];
  for (let candidate = 2; words.length < count; candidate++) {
    let prime = true;
    for (let by = 2; by * by <= candidate; by++) prime &&= candidate % by !== 0;
    if (prime) words.push(Math.floor((root(candidate) % 1) * 2 ** 32) | 0);
  }
  return words;
}

const ROUND_WORDS = Int32Array.from(fractionWords(64, (prime) => Math.cbrt(prime)));
