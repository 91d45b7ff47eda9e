import { forgetAtMs } from "./timers.ts";

/** What is kept of a finished transaction until late copies can come no more. */
export interface Lingering {
  readonly key: string;
  /** When it may be forgotten. */
  readonly endAtMs: number;
}

/** What a store of finished transactions is told at birth. */
export interface LingerLimits<Item> {
  /** What they may take together, bytes. */
  readonly bytesMax: number;
  /** What one takes: the same each time it is asked. */
  readonly bytesOf: (item: Item) => number;
  /** One is kept no more. */
  readonly onForget?: (item: Item) => void;
}

/**
 * Finished transactions, half a minute of them. They are many: at a hundred calls a second six
 * thousand. So they are bounded by what they take and not by their number, and where there is no
 * room any more, those that would be forgotten next are forgotten at once: a new request never
 * waits for them.
 */
export class LingeringStore<Item extends Lingering> {
  readonly #limits: LingerLimits<Item>;
  readonly #byKey = new Map<string, Item>();
  /** By the time at which they are forgotten together, of which there are some thirty. */
  readonly #byEnd = new Map<number, Set<Item>>();
  #earliestMs: number | undefined;
  #bytes = 0;

  constructor(limits: LingerLimits<Item>) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** What they take together. */
  get bytes(): number {
    return this.#bytes;
  }

  find(key: string): Item | undefined {
    return this.#byKey.get(key);
  }

  values(): Iterable<Item> {
    return this.#byKey.values();
  }

  /** Keeps one that is not there yet. */
  add(item: Item): void {
    const endMs = forgetAtMs(item.endAtMs);
    const together = this.#byEnd.get(endMs);
    if (together === undefined) this.#byEnd.set(endMs, new Set([item]));
    else together.add(item);
    this.#earliestMs = Math.min(endMs, this.#earliestMs ?? endMs);
    this.#byKey.set(item.key, item);
    this.#bytes += this.#limits.bytesOf(item);
    while (this.#bytes > this.#limits.bytesMax && this.#earliestMs !== undefined) {
      const [first] = this.#byEnd.get(this.#earliestMs) ?? [];
      if (first !== undefined) this.remove(first);
    }
  }

  /** Forgets one before its time. */
  remove(item: Item): void {
    const endMs = forgetAtMs(item.endAtMs);
    const together = this.#byEnd.get(endMs);
    if (together?.delete(item) !== true) return;
    this.#forget(item);
    if (together.size > 0) return;
    this.#byEnd.delete(endMs);
    if (endMs === this.#earliestMs) this.#findEarliest();
  }

  deadlineMs(): number | undefined {
    return this.#earliestMs;
  }

  /** Forgets those that are due at the earliest time of all; false where that is still to come. */
  timeout(nowMs: number): boolean {
    const endMs = this.#earliestMs;
    if (endMs === undefined || endMs > nowMs) return false;
    for (const item of this.#byEnd.get(endMs) ?? []) this.#forget(item);
    this.#byEnd.delete(endMs);
    this.#findEarliest();
    return true;
  }

  #findEarliest(): void {
    this.#earliestMs = undefined;
    for (const endMs of this.#byEnd.keys()) {
      this.#earliestMs = Math.min(endMs, this.#earliestMs ?? endMs);
    }
  }

  #forget(item: Item): void {
    this.#byKey.delete(item.key);
    this.#bytes -= this.#limits.bytesOf(item);
    this.#limits.onForget?.(item);
  }
}
