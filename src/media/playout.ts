import { SAMPLES_PER_MS } from "../base/audio.ts";
import { copyNumbers } from "../base/copy-numbers.ts";
import { invariant } from "../base/invariant.ts";
import type { JitterSettings } from "../base/media-messages.ts";
import type { SoundArithmetic } from "../base/sound-arithmetic.ts";
import type { Codec } from "./codec/codec.ts";
import { ComfortNoise } from "./dsp/comfort-noise.ts";
import { Concealment } from "./dsp/concealment.ts";
import {
  findLikeness,
  LAG_MAX_SAMPLES,
  lengthen,
  OVERLAP_SAMPLES,
  shorten,
} from "./dsp/time-scale.ts";
import { parseComfortNoise } from "./rtp/comfort-noise-payload.ts";
import { JitterBuffer, type PutVerdict } from "./rtp/jitter-buffer.ts";
import { type BufferedPacket, PAYLOAD_LIMIT_BYTES } from "./rtp/jitter-slot.ts";

/** The longest frame that is played, 60 ms. */
const FRAME_LIMIT_SAMPLES = 60 * SAMPLES_PER_MS;

/** The most samples that a packet is taken to hold, 187 ms; what more it decodes to is left out. */
export const PACKET_LIMIT_SAMPLES = PAYLOAD_LIMIT_BYTES;

/** Wanted for a cut besides the frame that is played. */
const CUT_SAMPLES = LAG_MAX_SAMPLES + OVERLAP_SAMPLES;

/** Held at most: a frame and what a cut wants, less one sample, and the longest packet on top. */
const HELD_LIMIT_SAMPLES = FRAME_LIMIT_SAMPLES + CUT_SAMPLES + PACKET_LIMIT_SAMPLES;

/**
 * Where packets are decoded, and what is played of them. One of each serves all: what is left of a
 * frame is put away.
 */
const DECODED = new Int16Array(PACKET_LIMIT_SAMPLES);
const HELD = new Int16Array(HELD_LIMIT_SAMPLES);
/** Where the first packet of a frame is decoded: it stands where it is played from. */
const DECODED_FIRST = HELD.subarray(0, PACKET_LIMIT_SAMPLES);
/** Views of them, in the lengths that were wanted last. */
let decodedBeginning: Int16Array = DECODED;
let heldBeginning: Int16Array = HELD;
let heldBehind: Int16Array = HELD;

/** Between two changes of speed in a voice, so that it changes by a third at most: 50 ms. */
const REST_SAMPLES = 50 * SAMPLES_PER_MS;

/**
 * From packets to frames: jitter buffer, decoder, concealment, and a short queue of decoded
 * samples between packet and frame lengths, in which playout is slowed down or sped up by whole
 * periods of the waveform. Telephone events are not in it: their tones are made where they are
 * played, and never stretched.
 */
export class Playout {
  readonly #jitter: JitterBuffer;
  readonly #frameSamples: number;
  #heldSamples = 0;
  /** Made up since the last packet: they count once the stream goes on. Its end is no loss. */
  #framesPending = 0;
  #framesConcealed = 0;
  /** The far end pauses: what does not come is noise, not lost. */
  #pausing = false;
  /** Until the speed may change again. */
  #restSamples = 0;
  readonly #decoderOf: (payloadType: number) => Codec | undefined;
  readonly #concealment = new Concealment();
  /** The one that decoded last, and what: it may know best what was lost. */
  #decoder: Codec | undefined;
  #decodes: number | undefined;
  /** What was left of the last frame, in its beginning. */
  #left = new Int16Array(0);
  readonly #noise: ComfortNoise;

  constructor(
    frameSamples: number,
    unitsPerSample: number,
    decoderOf: (payloadType: number) => Codec | undefined,
    settings?: JitterSettings,
    arithmetic?: SoundArithmetic,
  ) {
    this.#noise = new ComfortNoise(undefined, arithmetic);
    invariant(frameSamples <= FRAME_LIMIT_SAMPLES, "a frame is 60 ms at most");
    this.#frameSamples = frameSamples;
    this.#jitter = new JitterBuffer(frameSamples, unitsPerSample, settings);
    this.#decoderOf = decoderOf;
  }

  /** `lateness` says when between two frames it came, 0 to 1. */
  put(packet: BufferedPacket, lateness = 0): PutVerdict {
    return this.#jitter.put(packet, lateness);
  }

  /** A packet of the stream that is no sound: where it stands, nothing is lost. */
  passOver(sequence: number): void {
    this.#jitter.passOver(sequence);
  }

  /** Forgets the stream; what was decoded already is still played. */
  restart(): void {
    this.#pausing = false;
    this.#jitter.restart();
  }

  get framesConcealed(): number {
    return this.#framesConcealed;
  }

  get latePackets(): number {
    return this.#jitter.latePackets;
  }

  /** Packets that came and are not decoded yet. */
  get packetsWaiting(): number {
    return this.#jitter.length;
  }

  /** What playout waits beyond the fastest packets of late. */
  get delaySamples(): number {
    return this.#jitter.delaySamples;
  }

  /** Fills the next frame. */
  pull(out: Int16Array): void {
    invariant(out.length === this.#frameSamples, "a frame is as long as it was said to be");
    const advice = this.#jitter.beginFrame(this.#heldSamples);
    this.#takeUp();
    let concealed = false;
    while (this.#heldSamples < this.#frameSamples) concealed = this.#refill() || concealed;
    if (concealed) this.#framesPending++;
    this.#restSamples = Math.max(0, this.#restSamples - this.#frameSamples);
    if (this.#restSamples === 0 && advice === "grow") this.#slowDown();
    else if (this.#restSamples === 0 && advice !== "keep") this.#speedUp(advice === "cut-now");
    copyNumbers(out, beginningOfHeld(this.#frameSamples));
    this.#leave(this.#frameSamples);
  }

  /** Gets some more samples; returns whether lost ones were made up. */
  #refill(): boolean {
    if (this.#recover()) return false;
    const step = this.#jitter.next(this.#frameSamples - this.#heldSamples);
    switch (step.kind) {
      case "packet":
        this.#framesConcealed += this.#lostFrames(step.pauseSamples);
        this.#framesPending = 0;
        this.#pausing = step.noise;
        if (step.noise) this.#describeNoise(step.payload, step.samples - step.skip);
        else this.#decode(step.payload, step.payloadType, step.skip);
        return false;
      case "conceal":
        this.#makeUp(step.samples);
        return !this.#pausing;
      case "silence":
        this.#framesPending = 0;
        this.#makeUp(step.samples);
        return false;
    }
  }

  /** Of the frames that were made up, those that were not a pause of the far end. */
  #lostFrames(pauseSamples: number): number {
    if (this.#framesPending === 0) return 0;
    return Math.max(0, this.#framesPending - Math.ceil(pauseSamples / this.#frameSamples));
  }

  /** Takes what is lost from the copy that the packet behind it may carry. */
  #recover(): boolean {
    const hole = this.#pausing ? undefined : this.#jitter.behindHole;
    const decoder = hole === undefined ? undefined : this.#decoderOf(hole.payloadType);
    if (hole === undefined || decoder?.recover === undefined) return false;
    const end = this.#heldSamples + hole.samples;
    // The beginning of what is lost may have been made up before its copy came.
    const copied = Math.max(hole.samples, decoder.copySamples?.(hole.payload) ?? 0);
    if (end > HELD_LIMIT_SAMPLES || copied > DECODED.length) return false;
    const copy = DECODED.subarray(0, copied);
    if (!decoder.recover(hole.payload, copy)) return false;
    const audio = copy.subarray(copied - hole.samples);
    this.#jitter.next(hole.samples);
    this.#concealment.good(audio);
    HELD.set(audio, this.#heldSamples);
    this.#heldSamples = end;
    return true;
  }

  #decode(payload: Uint8Array, payloadType: number, skip: number): void {
    const isSame = payloadType === this.#decodes;
    const decoder = isSame ? this.#decoder : this.#decoderOf(payloadType);
    if (decoder === undefined) return;
    this.#decoder = decoder;
    this.#decodes = payloadType;
    if (skip === 0 && this.#heldSamples === 0) {
      this.#heldSamples = decoder.decode(payload, DECODED_FIRST);
      this.#concealment.good(beginningOfHeld(this.#heldSamples));
      return;
    }
    const samples = decoder.decode(payload, DECODED);
    const room = HELD_LIMIT_SAMPLES - this.#heldSamples;
    const from = Math.min(skip, samples);
    const audio = decoded(from, Math.min(samples, from + room));
    this.#concealment.good(audio);
    copyNumbers(HELD, audio, this.#heldSamples);
    this.#heldSamples += audio.length;
  }

  #describeNoise(payload: Uint8Array, samples: number): void {
    const model = parseComfortNoise(payload);
    if (model.ok) this.#noise.describe(model.value);
    this.#makeUp(samples);
  }

  /** The far end's noise in its pauses; else what was lost, which after its fade is silence. */
  #makeUp(samples: number): void {
    const end = Math.min(this.#heldSamples + samples, HELD_LIMIT_SAMPLES);
    const out = HELD.subarray(this.#heldSamples, end);
    if (this.#pausing) {
      this.#noise.render(out);
      this.#concealment.good(out);
    } else if (this.#decoder?.conceal?.(out) === true) this.#concealment.good(out);
    else this.#concealment.conceal(out);
    this.#heldSamples = end;
  }

  /** Puts a period in, where that is not heard; in the far end's pauses, noise. */
  #slowDown(): void {
    if (this.#pausing) {
      this.#makeUp(this.#frameSamples);
      return;
    }
    const held = HELD.subarray(0, this.#heldSamples);
    const likeness = findLikeness(held);
    if (likeness?.unheard !== true) return;
    if (this.#heldSamples + likeness.lag > HELD_LIMIT_SAMPLES) return;
    this.#heldSamples = lengthen(HELD, this.#heldSamples, likeness.lag);
    this.#restSamples = likeness.quiet ? 0 : REST_SAMPLES;
  }

  /** Takes a period out, where that is not heard, or where it must be; where it is quiet, more. */
  #speedUp(force: boolean): void {
    let spare = this.#jitter.spareSamples;
    let cut = 0;
    do {
      cut = this.#cut(spare, force);
      spare -= cut;
    } while (cut > 0 && this.#restSamples === 0 && spare >= this.#frameSamples);
  }

  /** One period, of `most` samples at the most; returns how many were taken out. */
  #cut(most: number, force: boolean): number {
    const wanted = this.#frameSamples + CUT_SAMPLES;
    while (this.#heldSamples < wanted && this.#jitter.ready) this.#refill();
    if (this.#heldSamples < wanted) return 0;
    const likeness = findLikeness(HELD.subarray(0, this.#heldSamples), most);
    if (likeness === undefined || !(likeness.unheard || force)) return 0;
    this.#heldSamples = shorten(HELD, this.#heldSamples, likeness.lag);
    this.#restSamples = likeness.quiet ? 0 : REST_SAMPLES;
    this.#jitter.cut();
    return likeness.lag;
  }

  /** What was put away is in its place again. */
  #takeUp(): void {
    const count = this.#heldSamples;
    if (count === 0) return;
    if (count === this.#left.length) copyNumbers(HELD, this.#left);
    else for (let at = 0; at < count; at++) HELD[at] = this.#left[at] ?? 0;
  }

  /** Puts away what lies behind the frame that was played: mostly the other one of a packet. */
  #leave(played: number): void {
    const left = this.#heldSamples - played;
    this.#heldSamples = left;
    if (left === 0) return;
    if (left > this.#left.length) this.#left = new Int16Array(left);
    const isFrame = left === played && left === this.#left.length;
    if (isFrame) copyNumbers(this.#left, frameBehind(played));
    else for (let at = 0; at < left; at++) this.#left[at] = HELD[played + at] ?? 0;
  }
}

/** Of what was decoded; most packets are as long as others, and wanted whole. */
function decoded(from: number, to: number): Int16Array {
  if (from > 0) return DECODED.subarray(from, to);
  if (decodedBeginning.length !== to) decodedBeginning = DECODED.subarray(0, to);
  return decodedBeginning;
}

function beginningOfHeld(samples: number): Int16Array {
  if (heldBeginning.length !== samples) heldBeginning = HELD.subarray(0, samples);
  return heldBeginning;
}

/** The frame behind the first one. */
function frameBehind(samples: number): Int16Array {
  if (heldBehind.length !== samples) heldBehind = HELD.subarray(samples, 2 * samples);
  return heldBehind;
}
