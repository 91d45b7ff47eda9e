import type { SipAddress } from "../user-agent-types.ts";
import { LingeringStore } from "./lingering.ts";

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
 * Finished server transactions. A copy that comes after one had to make room is a new request.
 * @see LingeringStore
 */
export class SettledTransactions {
  readonly #mergeKeys = new Set<string>();
  readonly #store = new LingeringStore<SettledTransaction>({
    bytesMax: SETTLED_BYTES_MAX,
    bytesOf,
    onForget: ({ mergeKey }) => {
      if (mergeKey !== undefined) this.#mergeKeys.delete(mergeKey);
    },
  });

  get size(): number {
    return this.#store.size;
  }

  /** What they take together. */
  get bytes(): number {
    return this.#store.bytes;
  }

  find(key: string): SettledTransaction | undefined {
    return this.#store.find(key);
  }

  hasMergeKey(key: string): boolean {
    return this.#mergeKeys.has(key);
  }

  values(): Iterable<SettledTransaction> {
    return this.#store.values();
  }

  /** Keeps one that is not there yet. */
  add(settled: SettledTransaction): void {
    if (settled.mergeKey !== undefined) this.#mergeKeys.add(settled.mergeKey);
    this.#store.add(settled);
  }

  deadlineMs(): number | undefined {
    return this.#store.deadlineMs();
  }

  /** Forgets those that are due at the earliest time of all; false where that is still to come. */
  timeout(nowMs: number): boolean {
    return this.#store.timeout(nowMs);
  }
}

function bytesOf({ key, mergeKey, cseq, answer }: SettledTransaction): number {
  const texts = key.length + (mergeKey?.length ?? 0) + cseq.length;
  return SETTLED_BYTES_EACH + texts + (answer?.length ?? 0);
}
