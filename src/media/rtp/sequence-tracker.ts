import { SeenNumbers } from "./seen-numbers.ts";

/** A jump forward of this many or more is no loss but another stream. @see RFC 3550 App. A.1 */
const DROPOUT_MAX = 3000;

/** A packet this far behind, or less, is a late one. @see RFC 3550 App. A.1 */
const MISORDER_MAX = 100;

const SEQUENCE_MODULUS = 0x10000;

/**
 * What a sequence number is against those before it.
 *
 *               seq + 1 … + 2999              within 100 behind
 *    (first) ──▶ next ◀──────────▶ next   late (unseen) / duplicate
 *                 │ elsewhere
 *                 ▼
 *              suspect ── the very next number ──▶ restart
 *
 * A `suspect` packet is not to be used: one stray number must not move the stream; two in a row are
 * a source that began anew. @see RFC 3550 App. A.1
 */
export type SequenceVerdict = "first" | "next" | "late" | "duplicate" | "suspect" | "restart";

/** Extends 16-bit sequence numbers and counts what should have come. */
export class SequenceTracker {
  #started = false;
  #highest = 0;
  #suspectNext = -1;
  #extended = 0;
  #received = 0;
  readonly #seen = new SeenNumbers();
  #base = 0;
  #duplicates = 0;

  /** Judges one number, 0–65535. `extended` is its extended form until the next call. */
  accept(sequence: number): SequenceVerdict {
    if (!this.#started) {
      this.#started = true;
      this.#begin(sequence);
      return "first";
    }
    const ahead = (sequence - this.#highest) & 0xffff;
    if (ahead !== 0 && ahead < DROPOUT_MAX) {
      this.#suspectNext = -1;
      this.#highest += ahead;
      this.#seen.advance(ahead);
      this.#take(this.#highest);
      return "next";
    }
    const behind = -ahead & 0xffff;
    if (behind <= MISORDER_MAX && this.#highest - behind >= 0) {
      const extended = this.#highest - behind;
      if (this.#seen.has(behind)) {
        this.#duplicates++;
        return "duplicate";
      }
      this.#base = Math.min(this.#base, extended);
      this.#take(extended);
      return "late";
    }
    if (sequence === this.#suspectNext) {
      this.#begin(sequence);
      return "restart";
    }
    this.#suspectNext = (sequence + 1) & 0xffff;
    return "suspect";
  }

  /** The extended number of the packet accepted last. */
  get extended(): number {
    return this.#extended;
  }

  get highest(): number {
    return this.#highest;
  }

  /** Packets taken since the stream began, duplicates apart. */
  get received(): number {
    return this.#received;
  }

  get duplicates(): number {
    return this.#duplicates;
  }

  /** Packets sent by the source since it began, as far as its numbers show. */
  get expected(): number {
    return this.#started ? this.#highest - this.#base + 1 : 0;
  }

  #begin(sequence: number): void {
    // One cycle up, so that a packet from just before the first one has a number too.
    const extended = sequence + SEQUENCE_MODULUS;
    this.#base = extended;
    this.#highest = extended;
    this.#suspectNext = -1;
    this.#received = 0;
    this.#duplicates = 0;
    this.#seen.clear();
    this.#take(extended);
  }

  #take(extended: number): void {
    this.#extended = extended;
    this.#seen.add(this.#highest - extended);
    this.#received++;
  }
}
