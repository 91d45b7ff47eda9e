/** Packets that are remembered: 20 s at 10 ms, four times as long as between two reports. */
export const RECEIPT_LOG_PACKETS = 2048;

/** Which packets of a range came. */
export interface Receipts {
  /** The first number, extended. */
  readonly begin: number;
  /** True for a packet that came, the first number's fate first. */
  readonly came: readonly boolean[];
}

/**
 * Remembers which packets of a stream came since that was last told.
 * @see RFC 3611 §4.1
 */
export class ReceiptLog {
  /** The number that came, each in its place of a ring. */
  readonly #came = new Float64Array(RECEIPT_LOG_PACKETS).fill(-1);
  #begin = -1;
  #highest = -1;

  /** A packet came; `sequence` is extended. */
  received(sequence: number): void {
    if (this.#highest < 0 || Math.abs(sequence - this.#highest) >= RECEIPT_LOG_PACKETS) {
      this.#came.fill(-1);
      this.#begin = sequence;
      this.#highest = sequence;
    }
    this.#highest = Math.max(this.#highest, sequence);
    this.#came[sequence % RECEIPT_LOG_PACKETS] = sequence;
  }

  /** Another stream begins. */
  restart(): void {
    this.#highest = -1;
  }

  /** What became of the packets since the last time, as far as that is remembered. */
  take(): Receipts | undefined {
    const begin = Math.max(this.#begin, this.#highest - RECEIPT_LOG_PACKETS + 1);
    const end = this.#highest + 1;
    if (this.#highest < 0 || begin >= end) return undefined;
    this.#begin = end;
    const came = Array.from({ length: end - begin }, (_, at) => this.#has(begin + at));
    return { begin, came };
  }

  #has(sequence: number): boolean {
    return this.#came[sequence % RECEIPT_LOG_PACKETS] === sequence;
  }
}
