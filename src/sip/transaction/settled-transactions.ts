import type { SipAddress } from "../user-agent-types.ts";
import { forgetAtMs } from "./timers.ts";

/** What finished transactions may take together, bytes, as {@link SettledTransactions} counts. */
export const SETTLED_BYTES_MAX = 8 * 2 ** 20;

/** What one takes besides its texts and its answer. */
export const SETTLED_BYTES_EACH = 400;

/**
 * A server transaction that nobody above has anything to do with any more: it was answered, and its
 * INVITE's answer acknowledged. It knows what a late copy is to be told, and nothing else.
 */
export interface SettledTransaction {
  readonly key: string;
  readonly mergeKey: string | undefined;
  readonly cseq: string;
  /** An INVITE's number and the To tag of its answers, which a CANCEL that comes late asks for. */
  readonly invite: { readonly id: number; readonly localTag: string | undefined } | undefined;
  /** What a copy of the request is sent; undefined where it is passed over in silence. */
  readonly answer: Uint8Array | undefined;
  readonly answerTo: SipAddress;
  /** Whether an ACK with its branch belongs to the dialog. */
  readonly passesAck: boolean;
  /** When it may be forgotten. */
  readonly endAtMs: number;
}

/**
 * Finished server transactions, half a minute of them. They are many: at a hundred calls a second
 * six thousand. So they are bounded by what they take and not by their number, and where there is
 * no room any more, those that would be forgotten next are forgotten at once: a new request never
 * waits for them. A copy that comes later still is a new request then.
 */
export class SettledTransactions {
  readonly #byKey = new Map<string, SettledTransaction>();
  readonly #mergeKeys = new Set<string>();
  /** By the time at which they are forgotten together, of which there are some thirty. */
  readonly #byEnd = new Map<number, SettledTransaction[]>();
  #earliestMs: number | undefined;
  #bytes = 0;

  get size(): number {
    return this.#byKey.size;
  }

  /** What they take together. */
  get bytes(): number {
    return this.#bytes;
  }

  find(key: string): SettledTransaction | undefined {
    return this.#byKey.get(key);
  }

  hasMergeKey(key: string): boolean {
    return this.#mergeKeys.has(key);
  }

  values(): Iterable<SettledTransaction> {
    return this.#byKey.values();
  }

  /** Keeps one that is not there yet. */
  add(settled: SettledTransaction): void {
    const endMs = forgetAtMs(settled.endAtMs);
    const together = this.#byEnd.get(endMs);
    if (together === undefined) this.#byEnd.set(endMs, [settled]);
    else together.push(settled);
    this.#earliestMs = Math.min(endMs, this.#earliestMs ?? endMs);
    this.#byKey.set(settled.key, settled);
    if (settled.mergeKey !== undefined) this.#mergeKeys.add(settled.mergeKey);
    this.#bytes += bytesOf(settled);
    while (this.#bytes > SETTLED_BYTES_MAX && this.#earliestMs !== undefined) {
      const first = this.#byEnd.get(this.#earliestMs) ?? [];
      const next = first.pop();
      if (next !== undefined) this.#forget(next);
      if (first.length === 0) this.#dropEarliest();
    }
  }

  deadlineMs(): number | undefined {
    return this.#earliestMs;
  }

  /** Forgets those that are due at the earliest time of all; false where that is still to come. */
  timeout(nowMs: number): boolean {
    const endMs = this.#earliestMs;
    if (endMs === undefined || endMs > nowMs) return false;
    for (const settled of this.#byEnd.get(endMs) ?? []) this.#forget(settled);
    this.#dropEarliest();
    return true;
  }

  #dropEarliest(): void {
    if (this.#earliestMs !== undefined) this.#byEnd.delete(this.#earliestMs);
    this.#earliestMs = undefined;
    for (const endMs of this.#byEnd.keys()) {
      this.#earliestMs = Math.min(endMs, this.#earliestMs ?? endMs);
    }
  }

  #forget(settled: SettledTransaction): void {
    this.#byKey.delete(settled.key);
    if (settled.mergeKey !== undefined) this.#mergeKeys.delete(settled.mergeKey);
    this.#bytes -= bytesOf(settled);
  }
}

function bytesOf({ key, mergeKey, cseq, answer }: SettledTransaction): number {
  const texts = key.length + (mergeKey?.length ?? 0) + cseq.length;
  return SETTLED_BYTES_EACH + texts + (answer?.length ?? 0);
}
