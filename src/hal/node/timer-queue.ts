/** A callback that waits, or has waited. */
export interface QueuedTimer {
  readonly atMs: number;
  /** Rises with each `add`: of two timers due at one instant the smaller runs first. */
  readonly order: number;
  readonly run: () => void;
  /** See `Clock.at`. */
  readonly isFrame: boolean;
}

/** The same for the queue; `position` is its place in the heap, -1 once it is out. */
interface Entry extends QueuedTimer {
  position: number;
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

  /** Adds a callback; the result is what `remove` takes. */
  add(atMs: number, run: () => void, isFrame = false): QueuedTimer {
    const order = this.#nextOrder++;
    const entry: Entry = { atMs, order, run, isFrame, position: this.#heap.length };
    this.#heap.push(entry);
    this.#rise(entry);
    return entry;
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

  /** Takes a callback out that `add` put in; does nothing once it is out. */
  remove(timer: QueuedTimer): void {
    // Nobody else makes them.
    this.#remove(timer as Entry);
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
