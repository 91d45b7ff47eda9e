/** A quantile of the last so many values. A push moves what lies between the oldest and it. */
export class SlidingQuantile {
  readonly #ring: Float64Array;
  readonly #sorted: Float64Array;
  #count = 0;
  #next = 0;

  constructor(window: number) {
    this.#ring = new Float64Array(window);
    this.#sorted = new Float64Array(window);
  }

  get count(): number {
    return this.#count;
  }

  /** Whether any quantile may be another now: not where the oldest was the same. */
  push(value: number): boolean {
    const isFull = this.#count === this.#ring.length;
    const oldest = this.#ring[this.#next] ?? 0;
    this.#ring[this.#next] = value;
    this.#next = this.#next + 1 === this.#ring.length ? 0 : this.#next + 1;
    if (isFull && oldest === value) return false;
    if (isFull) this.#replace(oldest, value);
    else this.#insert(value);
    return true;
  }

  /** The least value that a share of `q` (0–1] does not exceed; `undefined` while empty. */
  quantile(q: number): number | undefined {
    if (this.#count === 0) return undefined;
    const rank = Math.ceil(q * this.#count);
    return this.#sorted[Math.min(this.#count - 1, Math.max(0, rank - 1))];
  }

  clear(): void {
    this.#count = 0;
    this.#next = 0;
  }

  #insert(value: number): void {
    const sorted = this.#sorted;
    let at = this.#count++;
    for (; at > 0 && (sorted[at - 1] ?? 0) > value; at--) sorted[at] = sorted[at - 1] ?? 0;
    sorted[at] = value;
  }

  /** Those between the old value and the new one move by one place. */
  #replace(old: number, value: number): void {
    const sorted = this.#sorted;
    let at = this.#position(old);
    if (value > old) {
      const last = this.#count - 1;
      for (; at < last && (sorted[at + 1] ?? 0) < value; at++) sorted[at] = sorted[at + 1] ?? 0;
    } else {
      for (; at > 0 && (sorted[at - 1] ?? 0) > value; at--) sorted[at] = sorted[at - 1] ?? 0;
    }
    sorted[at] = value;
  }

  /** Index of the first value that is not less. */
  #position(value: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
