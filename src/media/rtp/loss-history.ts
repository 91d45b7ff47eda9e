/** A gap is ended by fewer good packets than this between two losses. @see RFC 3611 §4.7.2 */
export const GAP_MIN_PACKETS = 16;

/** A packet that is so far behind the newest will not come any more. */
const SETTLED_PACKETS = 64;
/** A jump past this is no loss but a stream that began anew. */
const JUMP_PACKETS = 3000;

/** What became of a stream's packets, as RFC 3611 counts them. */
export interface LossFigures {
  /** Packets whose fate is settled. */
  readonly settled: number;
  readonly lost: number;
  /** Came, but too late to be played. */
  readonly discarded: number;
  /** 0 to 1: lost or discarded of the packets in bursts, and in the gaps between them. */
  readonly burstDensity: number;
  readonly gapDensity: number;
  /** Mean lengths in packets. */
  readonly burstPackets: number;
  readonly gapPackets: number;
  /** Mean length of losses in a row against that of random loss. @see ITU-T G.107 §7.5 */
  readonly burstRatio: number;
}

/**
 * Follows which packets of a stream were lost or discarded, and whether that came in bursts: a
 * burst is a stretch in which fewer than 16 good packets lie between two bad ones.
 *
 *         16 good or more                  fewer
 *   gap ◀──────────────────▶ (a loss) ◀──────────▶ burst
 *
 * Fates settle 64 packets late, so that what is only out of order is no loss.
 * @see RFC 3611 §4.7.2, App. A.2
 */
export class LossHistory {
  /** Of the packets that are not settled, a bit each by its number: of even 32 and of odd ones. */
  #cameEven = 0;
  #cameOdd = 0;
  #next = -1;
  #highest = -1;
  #settled = 0;
  /** Good packets since the last bad one, and bad ones in the present stretch. */
  #good = 0;
  #discardedEven = 0;
  #discardedOdd = 0;
  #bad = 0;
  #lost = 0;
  #discarded = 0;
  /** Packets between states: 1 gap, 3 burst, 4 a single loss in a gap, 2 good in a burst. */
  #inGap = 0;
  #loneLoss = 0;
  #gapEnds = 0;
  #goodInBurst = 0;
  #goodToBad = 0;
  #badInRow = 0;
  /** Rows of bad ones. */
  #runs = 0;

  /** A packet came. `sequence` is extended and never negative. */
  received(sequence: number): void {
    if (this.#next < 0 || Math.abs(sequence - this.#highest) > JUMP_PACKETS) this.#begin(sequence);
    if (sequence < this.#next) return;
    while (sequence >= this.#next + SETTLED_PACKETS) this.#settle();
    this.#highest = Math.max(this.#highest, sequence);
    const bit = 1 << (sequence & 31);
    if ((sequence & 32) === 0) this.#cameEven |= bit;
    else this.#cameOdd |= bit;
  }

  /** A packet that came was of no use. */
  discarded(sequence: number): void {
    if (sequence < this.#next || sequence > this.#highest) return;
    const bit = 1 << (sequence & 31);
    if ((sequence & 32) === 0) this.#discardedEven |= bit;
    else this.#discardedOdd |= bit;
  }

  figures(): LossFigures {
    const c13 = this.#gapEnds;
    const c22 = this.#goodInBurst;
    const c23 = this.#goodToBad;
    const c33 = this.#badInRow;
    const gap = this.#inGap + this.#loneLoss;
    const burst = c22 + 2 * c23 + c13 + c33;
    const badToGood = c23 / Math.max(1, c13 + c23 + c33);
    const goodToBad = c22 + c23 < 1 ? 1 : c23 / (c22 + c23);
    return {
      settled: this.#settled,
      lost: this.#lost,
      discarded: this.#discarded,
      burstDensity: c13 + c33 === 0 ? 0 : goodToBad / (goodToBad + badToGood),
      gapDensity: gap === 0 ? 0 : this.#loneLoss / gap,
      burstPackets: c13 === 0 ? 0 : burst / c13,
      burstRatio: this.#burstRatio(),
      gapPackets: c13 === 0 ? this.#settled : (gap + c13) / c13,
    };
  }

  #burstRatio(): number {
    const bad = this.#lost + this.#discarded;
    const good = this.#settled - bad;
    if (bad === 0 || good === 0) return 1;
    return 1 / (this.#runs / good + this.#runs / bad);
  }

  #begin(sequence: number): void {
    this.#cameEven = 0;
    this.#cameOdd = 0;
    this.#discardedEven = 0;
    this.#discardedOdd = 0;
    this.#next = sequence;
    this.#highest = sequence;
    this.#good = GAP_MIN_PACKETS;
    this.#bad = 0;
  }

  #settle(): void {
    const bit = 1 << (this.#next & 31);
    const isEven = (this.#next & 32) === 0;
    const came = ((isEven ? this.#cameEven : this.#cameOdd) & bit) !== 0;
    const discarded = ((isEven ? this.#discardedEven : this.#discardedOdd) & bit) !== 0;
    if (isEven) this.#cameEven &= ~bit;
    else this.#cameOdd &= ~bit;
    if (discarded && isEven) this.#discardedEven &= ~bit;
    else if (discarded) this.#discardedOdd &= ~bit;
    this.#next++;
    this.#settled++;
    if (came && !discarded) {
      this.#good++;
      return;
    }
    if (!came) this.#lost++;
    else this.#discarded++;
    if (this.#good > 0) this.#runs++;
    if (this.#good >= GAP_MIN_PACKETS) {
      // The stretch before was a gap: it ended a burst, or a loss that stood alone.
      if (this.#bad > 1) this.#gapEnds++;
      else if (this.#bad === 1) this.#loneLoss++;
      this.#inGap += this.#good;
      this.#bad = 1;
    } else {
      this.#bad++;
      if (this.#good === 0) this.#badInRow++;
      else {
        this.#goodToBad++;
        this.#goodInBurst += this.#good - 1;
      }
    }
    this.#good = 0;
  }
}
