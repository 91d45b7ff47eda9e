import { type ToneEvent, ToneIdentifier } from "../audio/tone-identifier.ts";
import type { ToneTable } from "../audio/tone-tables.ts";
import type { Observation } from "./observation.ts";
import { type Recording, SoundRecorder } from "./sound-recorder.ts";

/** An anti-sidetone circuit brings the own voice down by about this. Typical, not of one make. */
const DEFAULT_SIDETONE_LOSS_DB = 12;
/** The longest piece that a loop renders at once: 125 ms. */
const PIECE_LIMIT_SAMPLES = 1000;

const tenths = (values: readonly number[]): readonly number[] =>
  values.map((value) => Math.round(value * 10) / 10);

/**
 * The receiver of the handset and the ear at it: hears the pair less most of the own voice, knows
 * tones, and is recorded if wanted.
 */
export class Receiver {
  readonly #observe: (observation: Observation) => void;
  readonly #identifier: ToneIdentifier;
  /** The share of the own sending that is taken away. */
  readonly #balance: number;
  readonly #sent = new Float64Array(PIECE_LIMIT_SAMPLES);
  /** As long as the last piece: nearly all of them are of one length. */
  #piece = new Float64Array(0);
  #sentFirst = 0;
  #sentLength = 0;
  #recorder: SoundRecorder | undefined;
  /** Off-normal contacts of a dial in motion short the handset. */
  muted = false;
  /** The ear is cut off while the display takes data. */
  earMuted = false;
  readonly #onPiece: ((piece: Float64Array, firstSample: number) => void) | undefined;

  constructor(options: {
    readonly tones: ToneTable;
    readonly sidetoneLossDb?: number | undefined;
    readonly observe: (observation: Observation) => void;
    /** Told what is on the pair less most of the own sending, muted ear or not. Borrowed. */
    readonly onPiece?: ((piece: Float64Array, firstSample: number) => void) | undefined;
  }) {
    this.#onPiece = options.onPiece;
    this.#observe = options.observe;
    const lossDb = options.sidetoneLossDb ?? DEFAULT_SIDETONE_LOSS_DB;
    this.#balance = 1 - 10 ** (-lossDb / 20);
    this.#identifier = new ToneIdentifier({
      table: options.tones,
      onTone: (event) => this.#onTone(event),
    });
  }

  /** Name of the tone that is heard. */
  get hears(): string | undefined {
    return this.#identifier.heard;
  }

  /** The handset goes to the ear. */
  start(sample: number): void {
    this.#identifier.reset(sample);
  }

  /** The handset goes down: a tone ends for the ear. */
  stop(sample: number): void {
    this.#identifier.reset(sample);
    this.muted = false;
  }

  /** What the own transmitter put on the line in the samples that are heard next. */
  sent(volts: Float64Array, firstSample: number): void {
    const isShort = volts.length <= PIECE_LIMIT_SAMPLES;
    const kept = isShort ? volts : volts.subarray(0, PIECE_LIMIT_SAMPLES);
    this.#sent.set(kept);
    this.#sentFirst = firstSample;
    this.#sentLength = kept.length;
  }

  /** Hears the pair. */
  hear(volts: Float64Array, firstSample: number): void {
    if (volts.length <= PIECE_LIMIT_SAMPLES) {
      this.#hearPiece(volts, firstSample);
      return;
    }
    for (let from = 0; from < volts.length; from += PIECE_LIMIT_SAMPLES) {
      const to = Math.min(volts.length, from + PIECE_LIMIT_SAMPLES);
      this.#hearPiece(volts.subarray(from, to), firstSample + from);
    }
  }

  #hearPiece(volts: Float64Array, firstSample: number): void {
    if (this.#piece.length !== volts.length) this.#piece = new Float64Array(volts.length);
    const piece = this.#piece;
    if (this.muted) piece.fill(0);
    else if (this.#sentFirst === firstSample && this.#sentLength === volts.length) {
      takeAway(piece, volts, this.#sent, this.#balance);
    } else piece.set(volts);
    this.#onPiece?.(piece, firstSample);
    if (this.earMuted) piece.fill(0);
    this.#recorder?.take(piece, firstSample);
    this.#identifier.process(piece, firstSample);
  }

  /** Records from a sample on, which passes at `atMs`. */
  startRecording(sample: number, atMs: number): void {
    this.#recorder = new SoundRecorder(sample, atMs);
  }

  stopRecording(sample: number): Recording | undefined {
    const recording = this.#recorder?.finish(sample);
    this.#recorder = undefined;
    return recording;
  }

  #onTone(event: ToneEvent): void {
    if (event.kind === "tone-ended") this.#observe(event);
    else {
      const frequenciesHz = tenths(event.frequenciesHz);
      this.#observe({ ...event, frequenciesHz, levelsDbm: tenths(event.levelsDbm) });
    }
  }
}

/** Most of the own sending out of what is heard; four at a time, as minding the loop takes long. */
function takeAway(
  piece: Float64Array,
  volts: Float64Array,
  sent: Float64Array,
  balance: number,
): void {
  const { length } = piece;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    piece[at] = (volts[at] ?? 0) - balance * (sent[at] ?? 0);
    piece[at + 1] = (volts[at + 1] ?? 0) - balance * (sent[at + 1] ?? 0);
    piece[at + 2] = (volts[at + 2] ?? 0) - balance * (sent[at + 2] ?? 0);
    piece[at + 3] = (volts[at + 3] ?? 0) - balance * (sent[at + 3] ?? 0);
  }
  for (; at < length; at++) piece[at] = (volts[at] ?? 0) - balance * (sent[at] ?? 0);
}
