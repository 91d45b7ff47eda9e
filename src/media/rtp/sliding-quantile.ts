/**
 * A quantile of the last so many whole numbers of 32 bits. A push moves what lies between the
 * oldest and it.
 */
export class SlidingQuantile {
  #count = 0;
  #next = 0;
  readonly #window: number;
  /** In the order in which they came, each in its place of a ring; behind it, sorted. */
  readonly #values: Int32Array;

  constructor(window: number) {
    this.#window = window;
    this.#values = new Int32Array(2 * window);
  }

  get count(): number {
    return this.#count;
  }

  /** Whether any quantile may be another now: not where the oldest was the same. */
  push(value: number): boolean {
    const isFull = this.#count === this.#window;
    const oldest = this.#values[this.#next] ?? 0;
    this.#values[this.#next] = value;
    this.#next = this.#next + 1 === this.#window ? 0 : this.#next + 1;
    if (isFull && oldest === value) return false;
    if (isFull) this.#replace(oldest, value);
    else this.#insert(value);
    return true;
  }

  /** The least value that a share of `q` (0–1] does not exceed; `undefined` while empty. */
  quantile(q: number): number | undefined {
    if (this.#count === 0) return undefined;
    const rank = Math.ceil(q * this.#count);
    return this.#values[this.#window + Math.min(this.#count - 1, Math.max(0, rank - 1))];
  }

  clear(): void {
    this.#count = 0;
    this.#next = 0;
  }

  #insert(value: number): void {
    const values = this.#values;
    const first = this.#window;
    let at = first + this.#count++;
    for (; at > first && (values[at - 1] ?? 0) > value; at--) values[at] = values[at - 1] ?? 0;
    values[at] = value;
  }

  /** Those between the old value and the new one move by one place. */
  #replace(old: number, value: number): void {
    const values = this.#values;
    const first = this.#window;
    let at = this.#position(old);
    if (value > old) {
      const last = first + this.#count - 1;
      for (; at < last && (values[at + 1] ?? 0) < value; at++) values[at] = values[at + 1] ?? 0;
    } else {
      for (; at > first && (values[at - 1] ?? 0) > value; at--) values[at] = values[at - 1] ?? 0;
    }
    values[at] = value;
  }

  /** Place of the first sorted value that is not less. */
  #position(value: number): number {
    let low = this.#window;
    let high = low + this.#count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#values[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
