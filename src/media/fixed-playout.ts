import { peakFromDbm0, SAMPLES_PER_MS } from "../base/audio.ts";
import type { Codec } from "./codec/codec.ts";
import { PACKET_LIMIT_SAMPLES } from "./playout.ts";
import type { PutVerdict } from "./rtp/jitter-buffer.ts";
import type { BufferedPacket } from "./rtp/jitter-slot.ts";

/** What is held, at most: the delay and as much again. */
const RING_SAMPLES = 8192;

/** How far a modem's audio is behind the packet that brought it, unless told otherwise. */
const FIXED_DELAY_MS = 120;

/** A jump of the timestamps past this begins anew. */
const JUMP_SAMPLES = RING_SAMPLES / 2;

/** Over so long the fastest packet is looked for: others are as late as the network has them. */
const WINDOW_SAMPLES = 1000 * SAMPLES_PER_MS;

/** So far off its place the fastest packet is moved back to it in the next pause of the modem. */
const SLACK_SAMPLES = 20 * SAMPLES_PER_MS;

/** So much longer than it should be the delay is cut wherever it is: the ring is nearly full. */
const EXCESS_SAMPLES = 400 * SAMPLES_PER_MS;

/** So many packets that missed their time, over so long, without one in time: the way is longer. */
const MISSED_PACKETS = 5;
const MISSED_SAMPLES = 100 * SAMPLES_PER_MS;

/** No sample of a pause is larger: -50 dBm0. */
const QUIET_PEAK = peakFromDbm0(-50);

/** Where packets are decoded. One serves all: what came is in its ring at once. */
const DECODED = new Int16Array(PACKET_LIMIT_SAMPLES);

/**
 * Playout for modems and fax machines: every sample sounds a fixed time after the fastest packets
 * bring theirs, and none is ever stretched or made up, since a modem hears each slip as an error.
 * What does not come is silence. Packets are decoded as they come, in any order: for codecs without
 * memory.
 *
 *          read                      timestamps ──▶
 *    ───────┤◀──── delay, fixed ────▶├ newest
 *           ring of samples, those that came marked
 *
 * Two clocks drift apart, and a way through the network may become a longer one. Where the fastest
 * packets are no longer as far ahead as they should be, the delay is put right in a pause of the
 * modem, which loses nothing; only where it runs out, or what comes has missed its time, at once.
 */
export class FixedPlayout {
  readonly #unitsPerSample: number;
  readonly #decoderOf: (payloadType: number) => Codec | undefined;
  readonly #delay: number;
  readonly #ring = new Int16Array(RING_SAMPLES);
  readonly #came = new Uint8Array(RING_SAMPLES);
  #newest: { timestamp: number; at: number } | undefined;
  #read = 0;
  /** Where the stream began. */
  #first = 0;
  #late = 0;
  #framesMissing = 0;
  /** How far ahead the fastest packet was: of this window so far, and of the one before. */
  #fastest: number | undefined;
  #lead: number | undefined;
  #windowSamples = 0;
  /** Silence that is still to be played before anything else. */
  #hold = 0;
  /** Packets in a row that missed their time, and where the first did. */
  #missed = { packets: 0, since: 0 };

  constructor(
    unitsPerSample: number,
    decoderOf: (payloadType: number) => Codec | undefined,
    delayMs = FIXED_DELAY_MS,
  ) {
    this.#unitsPerSample = unitsPerSample;
    this.#decoderOf = decoderOf;
    this.#delay = delayMs * SAMPLES_PER_MS;
  }

  get delaySamples(): number {
    return this.#delay;
  }

  get latePackets(): number {
    return this.#late;
  }

  /** Frames in which anything was missing. */
  get framesConcealed(): number {
    return this.#framesMissing;
  }

  /** Forgets the stream. */
  restart(): void {
    this.#newest = undefined;
    this.#came.fill(0);
    this.#missed = { packets: 0, since: 0 };
  }

  put(packet: BufferedPacket): PutVerdict {
    const decoder = this.#decoderOf(packet.payloadType);
    if (decoder === undefined || packet.noise === true) return "dropped";
    const samples = decoder.decode(packet.payload, DECODED);
    if (samples === 0) return "dropped";
    let at = this.#place(packet.timestamp);
    let lead = at - this.#read;
    if (lead + samples <= 0 || lead + samples > RING_SAMPLES) {
      if (!this.#missesGoOn()) {
        this.#late++;
        return "late";
      }
      this.restart();
      at = this.#place(packet.timestamp);
      lead = at - this.#read;
    }
    this.#missed.packets = 0;
    this.#fastest = Math.max(this.#fastest ?? lead, lead);
    for (let n = Math.max(0, -lead); n < samples; n++) {
      const place = (at + n) % RING_SAMPLES;
      this.#ring[place] = DECODED[n] ?? 0;
      this.#came[place] = 1;
    }
    return "stored";
  }

  /** Fills the next frame. */
  pull(out: Int16Array): void {
    if (this.#newest === undefined) {
      out.fill(0);
      return;
    }
    this.#endWindow(out.length);
    this.#putRight(out.length);
    const held = Math.min(this.#hold, out.length);
    out.fill(0, 0, held);
    this.#hold -= held;
    let missing = false;
    for (let n = held; n < out.length; n++) {
      const place = this.#read % RING_SAMPLES;
      const isHere = this.#came[place] === 1;
      out[n] = isHere ? (this.#ring[place] ?? 0) : 0;
      this.#came[place] = 0;
      missing ||= !isHere && this.#read >= this.#first;
      this.#read++;
    }
    if (missing) this.#framesMissing++;
  }

  /**
   * A packet missed its time, or is far too early. Where nothing else comes the way is another one,
   * or the far end's clock stood still for a while: all is to begin anew.
   */
  #missesGoOn(): boolean {
    const missed = this.#missed;
    if (missed.packets === 0) missed.since = this.#read;
    missed.packets++;
    return missed.packets >= MISSED_PACKETS && this.#read - missed.since >= MISSED_SAMPLES;
  }

  #endWindow(samples: number): void {
    this.#windowSamples += samples;
    if (this.#windowSamples < WINDOW_SAMPLES) return;
    this.#lead = this.#fastest;
    this.#fastest = undefined;
    this.#windowSamples = 0;
  }

  /** Moves the delay back to what it should be: in a pause, or where it cannot wait for one. */
  #putRight(samples: number): void {
    if (this.#lead === undefined) return;
    const excess = this.#lead - this.#delay;
    if (this.#lead < this.#delay / 3 || excess > EXCESS_SAMPLES) this.#move(excess);
    else if (excess < -SLACK_SAMPLES) {
      if (this.#quietSamples(samples) === samples) this.#move(excess);
    } else if (excess > SLACK_SAMPLES) {
      const quiet = this.#quietSamples(excess);
      if (quiet >= samples) this.#move(quiet);
    }
  }

  /** How many samples from here on are those of a pause, `most` at the most. */
  #quietSamples(most: number): number {
    let quiet = 0;
    while (quiet < most) {
      const place = (this.#read + quiet) % RING_SAMPLES;
      const isHere = this.#came[place] === 1;
      if (isHere && Math.abs(this.#ring[place] ?? 0) > QUIET_PEAK) break;
      quiet++;
    }
    return quiet;
  }

  /** Leaves samples out; or, where negative, waits for as many. */
  #move(samples: number): void {
    if (samples < 0) this.#hold = -samples;
    for (let n = 0; n < Math.min(samples, RING_SAMPLES); n++) {
      this.#came[(this.#read + n) % RING_SAMPLES] = 0;
    }
    this.#read += Math.max(0, samples);
    this.#measureAnew();
  }

  #measureAnew(): void {
    this.#fastest = undefined;
    this.#lead = undefined;
    this.#windowSamples = 0;
  }

  /** The place of a timestamp in samples; never negative. */
  #place(timestamp: number): number {
    const newest = this.#newest;
    const ahead =
      newest === undefined
        ? undefined
        : Math.round(((timestamp - newest.timestamp) | 0) / this.#unitsPerSample);
    if (newest === undefined || ahead === undefined || Math.abs(ahead) > JUMP_SAMPLES) {
      const at = this.#read + this.#delay;
      this.#newest = { timestamp, at };
      this.#first = at;
      this.#hold = 0;
      this.#measureAnew();
      return at;
    }
    const at = newest.at + ahead;
    if (ahead > 0) this.#newest = { timestamp, at };
    return Math.max(0, at);
  }
}
