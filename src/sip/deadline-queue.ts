/** One pending deadline. */
interface Entry<Key> {
  readonly key: Key;
  readonly atMs: number;
  readonly sequence: number;
}

/**
 * Deadlines by key, earliest first; equal times in the order in which they were set, so that the
 * same inputs give the same outputs. `set` and `next` cost O(log n).
 */
export class DeadlineQueue<Key> {
  /** A binary heap. An entry that `#current` no longer names is stale and skipped. */
  #heap: Entry<Key>[] = [];
  readonly #current = new Map<Key, Entry<Key>>();
  #sequence = 0;

  /** How many keys have a deadline. */
  get size(): number {
    return this.#current.size;
  }

  /** Sets, moves or (with `undefined`) drops the deadline of a key. */
  set(key: Key, atMs: number | undefined): void {
    const known = this.#current.get(key);
    if (known?.atMs === atMs) return;
    if (atMs === undefined) {
      this.#current.delete(key);
    } else {
      const entry = { key, atMs, sequence: this.#sequence++ };
      this.#current.set(key, entry);
      this.#rise(entry);
    }
    if (this.#heap.length > 64 && this.#heap.length > 4 * this.#current.size) this.#rebuild();
  }

  /** The earliest deadline, or `undefined` where there is none. */
  earliestMs(): number | undefined {
    return this.#top()?.atMs;
  }

  /** Takes one key whose deadline is at or before `nowMs`; its deadline is gone then. */
  takeDue(nowMs: number): Key | undefined {
    const top = this.#top();
    if (top === undefined || top.atMs > nowMs) return undefined;
    this.#current.delete(top.key);
    this.#dropTop();
    return top.key;
  }

  #top(): Entry<Key> | undefined {
    // To read behind the end of an array makes what reads it slow for good.
    while (this.#heap.length > 0) {
      const top = this.#heap[0];
      if (top === undefined || this.#current.get(top.key) === top) return top;
      this.#dropTop();
    }
    return undefined;
  }

  #rebuild(): void {
    const live = [...this.#current.values()];
    this.#heap = [];
    for (const entry of live) this.#rise(entry);
  }

  #rise(entry: Entry<Key>): void {
    let at = this.#heap.length;
    this.#heap.push(entry);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || before(parent, entry)) break;
      this.#heap[at] = parent;
      at = above;
    }
    this.#heap[at] = entry;
  }

  #dropTop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    const { length } = this.#heap;
    let at = 0;
    for (let below = 1; below < length; below = 2 * at + 1) {
      let child = this.#heap[below];
      const right = below + 1 < length ? this.#heap[below + 1] : undefined;
      if (child !== undefined && right !== undefined && before(right, child)) {
        below++;
        child = right;
      }
      if (child === undefined || before(last, child)) break;
      this.#heap[at] = child;
      at = below;
    }
    this.#heap[at] = last;
  }
}

function before<Key>(a: Entry<Key>, b: Entry<Key>): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence);
}
