/** So many of the latest numbers are remembered. */
export const SEEN_NUMBERS = 128;

const WORD_BITS = 32;

/**
 * Which of the latest numbers of a row came, a bit each: all of it lies in one place of memory, and
 * is looked at for each packet.
 *
 *    #a: highest … −31 │ #b: −32 … −63 │ #c: −64 … −95 │ #d: −96 … −127
 */
export class SeenNumbers {
  #a = 0;
  #b = 0;
  #c = 0;
  #d = 0;

  clear(): void {
    this.#a = 0;
    this.#b = 0;
    this.#c = 0;
    this.#d = 0;
  }

  /** The highest number is now so much higher, by 1 at the least. */
  advance(by: number): void {
    let left = Math.min(by, SEEN_NUMBERS);
    for (; left >= WORD_BITS; left -= WORD_BITS) {
      this.#d = this.#c;
      this.#c = this.#b;
      this.#b = this.#a;
      this.#a = 0;
    }
    if (left === 0) return;
    const over = WORD_BITS - left;
    this.#d = (this.#d << left) | (this.#c >>> over);
    this.#c = (this.#c << left) | (this.#b >>> over);
    this.#b = (this.#b << left) | (this.#a >>> over);
    this.#a <<= left;
  }

  /** The number that is so far behind the highest came. */
  add(behind: number): void {
    const bit = 1 << (behind % WORD_BITS);
    if (behind < WORD_BITS) this.#a |= bit;
    else if (behind < 2 * WORD_BITS) this.#b |= bit;
    else if (behind < 3 * WORD_BITS) this.#c |= bit;
    else if (behind < SEEN_NUMBERS) this.#d |= bit;
  }

  /** Whether it came; what is too far behind did not. */
  has(behind: number): boolean {
    if (behind >= SEEN_NUMBERS) return false;
    const upper = behind < 3 * WORD_BITS ? this.#c : this.#d;
    const lower = behind < WORD_BITS ? this.#a : this.#b;
    return (((behind < 2 * WORD_BITS ? lower : upper) >>> (behind % WORD_BITS)) & 1) === 1;
  }
}
