import type { HeardPacket } from "./rtp-reader.ts";

/** What is wrong, or was noted, in the order of a stream's packets. Counts of packets. */
export interface ContinuityReport {
  readonly received: number;
  readonly lost: number;
  readonly duplicates: number;
  /** Came after one with a later number. */
  readonly reordered: number;
  /** The source changed. */
  readonly restarts: number;
  /** Sentences about timestamps that do not fit the numbers; at most {@link FAULT_LIMIT}. */
  readonly faults: readonly string[];
}

/** The most faults that are told. */
const FAULT_LIMIT = 20;
/** A jump further than this is a new beginning, not a loss. @see RFC 3550 appendix A.1 */
const MAX_DROPOUT = 3000;
const HALF = 0x8000;

/** Signed distance of two 16-bit numbers. */
const forward = (from: number, to: number): number => ((to - from + HALF) & 0xffff) - HALF;

/**
 * Follows sequence numbers and timestamps of one stream: each number once, the timestamp forward by
 * what the packets between carry.
 */
export class RtpContinuity {
  readonly #seen = new Set<number>();
  #ssrc: number | undefined;
  #highest = 0;
  #cycles = 0;
  #base = 0;
  #timestamp = 0;
  #nextTimestamp = 0;
  #received = 0;
  #duplicates = 0;
  #reordered = 0;
  #restarts = 0;
  #lostBefore = 0;
  readonly #faults: string[] = [];

  /**
   * Takes a packet of audio that lasts `samples`, or (undefined) one of an event, whose timestamp
   * is the event's start.
   */
  take(packet: HeardPacket, samples: number | undefined): void {
    const step = forward(this.#highest, packet.sequence);
    const isNew = this.#ssrc !== packet.ssrc || Math.abs(step) > MAX_DROPOUT;
    if (isNew) {
      this.#restart(packet, samples);
      return;
    }
    const extended = this.#cycles + this.#highest + step;
    if (this.#seen.has(extended)) {
      this.#duplicates++;
      return;
    }
    this.#seen.add(extended);
    this.#base = Math.min(this.#base, extended);
    this.#received++;
    if (step < 0) {
      this.#reordered++;
      return;
    }
    this.#checkTimestamp(packet, step, samples);
    if (packet.sequence < this.#highest) this.#cycles += 0x10000;
    this.#highest = packet.sequence;
  }

  get report(): ContinuityReport {
    return {
      received: this.#received,
      lost: this.#lostBefore + this.#lostNow(),
      duplicates: this.#duplicates,
      reordered: this.#reordered,
      restarts: this.#restarts,
      faults: this.#faults,
    };
  }

  #lostNow(): number {
    if (this.#ssrc === undefined) return 0;
    return this.#cycles + this.#highest - this.#base + 1 - this.#seen.size;
  }

  #restart(packet: HeardPacket, samples: number | undefined): void {
    if (this.#ssrc !== undefined) {
      this.#restarts++;
      this.#lostBefore += this.#lostNow();
    }
    this.#ssrc = packet.ssrc;
    this.#highest = packet.sequence;
    this.#base = packet.sequence;
    this.#cycles = 0;
    this.#seen.clear();
    this.#seen.add(packet.sequence);
    this.#received++;
    this.#timestamp = packet.timestamp;
    this.#nextTimestamp = (packet.timestamp + (samples ?? 0)) >>> 0;
  }

  #checkTimestamp(packet: HeardPacket, step: number, samples: number | undefined): void {
    const since = (packet.timestamp - this.#timestamp) | 0;
    if (since < 0) this.#fault(packet, "goes back");
    // What was lost in between is not known to have been audio: only neighbours are compared.
    if (samples !== undefined && step === 1 && !packet.marker) {
      const gap = (packet.timestamp - this.#nextTimestamp) | 0;
      if (this.#nextTimestamp !== this.#timestamp && gap !== 0) {
        this.#fault(packet, `is ${gap} off`);
      }
    }
    this.#timestamp = packet.timestamp;
    this.#nextTimestamp = (packet.timestamp + (samples ?? 0)) >>> 0;
  }

  #fault(packet: HeardPacket, what: string): void {
    if (this.#faults.length < FAULT_LIMIT) {
      this.#faults.push(`timestamp ${packet.timestamp} of packet ${packet.sequence} ${what}`);
    }
  }
}
