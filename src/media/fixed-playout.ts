import { SAMPLES_PER_MS } from "../base/audio.ts";
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

/** Where packets are decoded. One serves all: what came is in its ring at once. */
const DECODED = new Int16Array(PACKET_LIMIT_SAMPLES);

/**
 * Playout for modems and fax machines: every sample sounds a fixed time after the first one's, and
 * none is ever stretched, cut or made up, since a modem hears each slip as an error. What does not
 * come is silence. Packets are decoded as they come, in any order: for codecs without memory.
 *
 *          read                      timestamps ──▶
 *    ───────┤◀──── delay, fixed ────▶├ newest
 *           ring of samples, those that came marked
 */
export class FixedPlayout {
  readonly #unitsPerSample: number;
  readonly #decoderOf: (payloadType: number) => Codec | undefined;
  readonly #delay: number;
  readonly #ring = new Int16Array(RING_SAMPLES);
  readonly #came = new Uint8Array(RING_SAMPLES);
  #newest: { timestamp: number; at: number } | undefined;
  #read = 0;
  #late = 0;
  #framesMissing = 0;

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
  }

  put(packet: BufferedPacket): PutVerdict {
    const decoder = this.#decoderOf(packet.payloadType);
    if (decoder === undefined || packet.noise === true) return "dropped";
    const samples = decoder.decode(packet.payload, DECODED);
    if (samples === 0) return "dropped";
    const at = this.#place(packet.timestamp);
    if (at + samples <= this.#read || at + samples > this.#read + RING_SAMPLES) {
      this.#late++;
      return "late";
    }
    for (let n = Math.max(0, this.#read - at); n < samples; n++) {
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
    let missing = false;
    for (let n = 0; n < out.length; n++) {
      const place = (this.#read + n) % RING_SAMPLES;
      const isHere = this.#came[place] === 1;
      out[n] = isHere ? (this.#ring[place] ?? 0) : 0;
      this.#came[place] = 0;
      missing ||= !isHere && this.#read + n >= this.#first;
    }
    this.#read += out.length;
    if (missing) this.#framesMissing++;
  }

  /** Where the stream began. */
  #first = 0;

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
      return at;
    }
    const at = newest.at + ahead;
    if (ahead > 0) this.#newest = { timestamp, at };
    return Math.max(0, at);
  }
}
