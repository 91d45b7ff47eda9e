/** One pending callback; `position` is its place in the heap, -1 once it is out. */
interface Entry {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
  readonly isFrame: boolean;
  position: number;
}

/** A callback taken out of the queue. */
export interface QueuedTimer {
  readonly atMs: number;
  /** Rises with each `add`: of two timers due at one instant the smaller runs first. */
  readonly order: number;
  readonly run: () => void;
  /** See `Clock.at`. */
  readonly isFrame: boolean;
}

/**
 * Callbacks ordered by (time, order of asking): a binary heap in which every entry knows its place,
 * so that cancelling gives the memory back at once however far away the deadline was.
 */
export class TimerQueue {
  readonly #heap: Entry[] = [];
  #nextOrder = 0;

  /** The order that the next `add` will get: tells timers added from now on from earlier ones. */
  get nextOrder(): number {
    return this.#nextOrder;
  }

  /** How many callbacks wait. */
  get length(): number {
    return this.#heap.length;
  }

  /** Adds a callback; the result removes it again and does nothing once it is out. */
  add(atMs: number, run: () => void, isFrame = false): () => void {
    const order = this.#nextOrder++;
    const entry: Entry = { atMs, order, run, isFrame, position: this.#heap.length };
    this.#heap.push(entry);
    this.#rise(entry);
    return () => this.#remove(entry);
  }

  /** The earliest callback, left in its place. */
  peek(): QueuedTimer | undefined {
    return this.#heap[0];
  }

  /** Takes the earliest callback out. */
  shift(): QueuedTimer | undefined {
    const first = this.#heap[0];
    if (first !== undefined) this.#remove(first);
    return first;
  }

  #remove(entry: Entry): void {
    const hole = entry.position;
    if (hole < 0) return;
    entry.position = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === entry) return;
    this.#put(last, hole);
    this.#rise(last);
    this.#sink(last);
  }

  #put(entry: Entry, position: number): void {
    this.#heap[position] = entry;
    entry.position = position;
  }

  #rise(entry: Entry): void {
    while (entry.position > 0) {
      const parent = this.#heap[(entry.position - 1) >> 1];
      if (parent === undefined || !isBefore(entry, parent)) return;
      const up = parent.position;
      this.#put(parent, entry.position);
      this.#put(entry, up);
    }
  }

  #sink(entry: Entry): void {
    for (;;) {
      const left = this.#heap[2 * entry.position + 1];
      const right = this.#heap[2 * entry.position + 2];
      const child =
        right !== undefined && left !== undefined && isBefore(right, left) ? right : left;
      if (child === undefined || !isBefore(child, entry)) return;
      const down = child.position;
      this.#put(child, entry.position);
      this.#put(entry, down);
    }
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
