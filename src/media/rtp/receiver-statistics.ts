import { middleNtp, type NtpTime } from "./ntp-time.ts";
import type { ReportBlock } from "./rtcp-packet.ts";
import { SequenceTracker, type SequenceVerdict } from "./sequence-tracker.ts";

/** The cumulative loss of a report block is a signed 24-bit number that saturates. */
const LOST_MAX = 0x7fffff;

/** Weight of a new value in the jitter estimate. @see RFC 3550 App. A.8 */
const JITTER_GAIN = 1 / 16;

/** What a receiver knows of one source. @see RFC 3550 App. A.1, A.3, A.8 */
export class ReceiverStatistics {
  readonly ssrc: number;
  readonly #sequence = new SequenceTracker();
  readonly #clockRateHz: number;
  #jitter = 0;
  #transit: number | undefined;
  #expectedBefore = 0;
  #receivedBefore = 0;
  #lastSr = 0;
  #lastSrAtMs = 0;
  /** Losses and packets of streams that ended by a restart, for the totals. */
  #lostEarlier = 0;

  constructor(ssrc: number, clockRateHz: number) {
    this.ssrc = ssrc;
    this.#clockRateHz = clockRateHz;
  }

  /** Counts a packet and judges its sequence number. */
  onSequence(sequence: number): SequenceVerdict {
    const lost = this.#sequence.expected - this.#sequence.received;
    const verdict = this.#sequence.accept(sequence);
    if (verdict === "restart") {
      this.#lostEarlier += Math.max(0, lost);
      this.#expectedBefore = 0;
      this.#receivedBefore = 0;
      this.#transit = undefined;
    }
    return verdict;
  }

  /**
   * Measures interarrival jitter. Only for packets whose timestamp is that of their sending (not
   * for telephone events, which repeat one).
   */
  onTimestamp(timestamp: number, cameMs: number): void {
    const arrival = Math.round((cameMs * this.#clockRateHz) / 1000);
    const transit = (arrival - timestamp) | 0;
    if (this.#transit !== undefined) {
      const change = Math.abs((transit - this.#transit) | 0);
      this.#jitter += (change - this.#jitter) * JITTER_GAIN;
    }
    this.#transit = transit;
  }

  /** Remembers a sender report of this source, to be quoted in ours. */
  onSenderReport(ntp: NtpTime, cameMs: number): void {
    this.#lastSr = middleNtp(ntp);
    this.#lastSrAtMs = cameMs;
  }

  /** The extended sequence number of the packet counted last. */
  get extendedSequence(): number {
    return this.#sequence.extended;
  }

  get lost(): number {
    const { expected, received } = this.#sequence;
    return this.#lostEarlier + Math.max(0, expected - received);
  }

  get jitterMs(): number {
    return (this.#jitter * 1000) / this.#clockRateHz;
  }

  /** The report block since the one before. @see RFC 3550 App. A.3 */
  report(nowMs: number): ReportBlock {
    const expected = this.#sequence.expected;
    const received = this.#sequence.received + this.#sequence.duplicates;
    const expectedNow = expected - this.#expectedBefore;
    const lostNow = expectedNow - (received - this.#receivedBefore);
    this.#expectedBefore = expected;
    this.#receivedBefore = received;
    const share = expectedNow > 0 && lostNow > 0 ? Math.floor((lostNow * 256) / expectedNow) : 0;
    const sinceSr = Math.round(((nowMs - this.#lastSrAtMs) * 0x10000) / 1000);
    return {
      ssrc: this.ssrc,
      fractionLost: Math.min(255, share),
      cumulativeLost: Math.max(-LOST_MAX - 1, Math.min(LOST_MAX, expected - received)),
      // The tracker starts one cycle up; on the wire cycles count from zero.
      highestSequence: Math.max(0, this.#sequence.highest - 0x10000) % 2 ** 32,
      jitter: Math.floor(this.#jitter),
      lastSr: this.#lastSr,
      delaySinceLastSr: this.#lastSr === 0 ? 0 : Math.max(0, sinceSr) % 2 ** 32,
    };
  }
}
