import type { Timer } from "../../../src/hal/ports/clock.ts";

/** A callback whose time has come. */
interface Due {
  readonly atMs: number;
  readonly run: () => void;
}

/** A callback that waits, and the handle that its owner has on it. */
class Entry implements Timer {
  atMs: number;
  sequence: number;
  run: () => void;
  /** What was taken is off the queue; what was cancelled may lie there yet. */
  state: "pending" | "taken" | "cancelled" = "pending";
  readonly #onCancel: () => void;

  constructor(atMs: number, sequence: number, run: () => void, onCancel: () => void) {
    this.atMs = atMs;
    this.sequence = sequence;
    this.run = run;
    this.#onCancel = onCancel;
  }

  /** Whether it was taken off the queue that is told so of what is cancelled. */
  isTakenOff(onCancel: () => void): boolean {
    return this.state === "taken" && this.#onCancel === onCancel;
  }

  cancel(): void {
    if (this.state !== "pending") return;
    this.state = "cancelled";
    // What it would have run need not live until it is swept out.
    this.run = nothing;
    this.#onCancel();
  }
}

const nothing = (): void => {};

/** Under so many entries cancelled ones are not worth a sweep. */
const SWEEP_MIN = 256;

/**
 * Callbacks ordered by time, and among equal times by the order in which they were asked for. What
 * was taken leaves its place at the top empty until something needs it: mostly that is the next
 * callback, which then moves down from there and nothing moves twice.
 */
export class EventQueue {
  #heap: Entry[] = [];
  /** The top was taken. */
  #isTopEmpty = false;
  #sequence = 0;
  #cancelled = 0;
  readonly #onCancel = (): void => this.#noteCancelled();

  /** How many callbacks are pending. */
  get length(): number {
    return this.#heap.length - this.#cancelled - (this.#isTopEmpty ? 1 : 0);
  }

  add(atMs: number, run: () => void): Timer {
    return this.#put(new Entry(atMs, this.#sequence++, run, this.#onCancel));
  }

  /**
   * As `add`, for what comes back for ever: the handle on a callback that was taken serves the next
   * one, and nothing is made anew. Any other handle is left as it is.
   */
  addAgain(timer: Timer | undefined, atMs: number, run: () => void): Timer {
    if (!(timer instanceof Entry && timer.isTakenOff(this.#onCancel))) return this.add(atMs, run);
    timer.atMs = atMs;
    timer.sequence = this.#sequence++;
    timer.run = run;
    timer.state = "pending";
    return this.#put(timer);
  }

  #put(entry: Entry): Entry {
    if (this.#isTopEmpty) {
      this.#isTopEmpty = false;
      this.#heap[0] = entry;
      this.#down();
      return entry;
    }
    this.#heap.push(entry);
    this.#up(this.#heap.length - 1);
    return entry;
  }

  /** When the next callback is due. */
  nextMs(): number | undefined {
    return this.#top()?.atMs;
  }

  /** Takes the next callback off; a later `cancel` of it does nothing. */
  take(): Due | undefined {
    return this.takeBy(Number.POSITIVE_INFINITY);
  }

  /** As `take`, where it is due by then. */
  takeBy(limitAtMs: number): Due | undefined {
    const top = this.#top();
    if (top === undefined || top.atMs > limitAtMs) return undefined;
    top.state = "taken";
    this.#isTopEmpty = true;
    return top;
  }

  /** The first that is pending. */
  #top(): Entry | undefined {
    for (;;) {
      if (this.#isTopEmpty) this.#removeTop();
      const top = this.#heap[0];
      if (top === undefined || top.state === "pending") return top;
      this.#cancelled--;
      this.#removeTop();
    }
  }

  #noteCancelled(): void {
    this.#cancelled++;
    if (this.#cancelled > SWEEP_MIN && this.#cancelled * 2 > this.#heap.length) this.#sweep();
  }

  /** Throws the cancelled entries out: a timer that is always re-armed must not fill the heap. */
  #sweep(): void {
    this.#isTopEmpty = false;
    this.#heap = this.#heap.filter(({ state }) => state === "pending").sort(order);
    this.#cancelled = 0;
  }

  #removeTop(): void {
    this.#isTopEmpty = false;
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#down();
    }
  }

  #up(from: number): void {
    const entry = this.#heap[from];
    if (entry === undefined) return;
    let at = from;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = this.#heap[parentAt];
      if (parent === undefined || order(parent, entry) <= 0) break;
      this.#heap[at] = parent;
      at = parentAt;
    }
    this.#heap[at] = entry;
  }

  #down(): void {
    const entry = this.#heap[0];
    if (entry === undefined) return;
    let at = 0;
    for (;;) {
      let childAt = at * 2 + 1;
      let child = this.#heap[childAt];
      if (child === undefined) break;
      const other = this.#heap[childAt + 1];
      if (other !== undefined && order(other, child) < 0) {
        child = other;
        childAt++;
      }
      if (order(entry, child) <= 0) break;
      this.#heap[at] = child;
      at = childAt;
    }
    this.#heap[at] = entry;
  }
}

function order(a: Entry, b: Entry): number {
  return a.atMs - b.atMs || a.sequence - b.sequence;
}
