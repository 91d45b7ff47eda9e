import { copyNumbers } from "../../../src/base/copy-numbers.ts";
import { PAIR_MIXER } from "../audio/sound-kernel.ts";
import { PIECE_SAMPLES, PIECE_SUMS } from "../audio/sound-math.ts";
import { type ToneEvent, ToneIdentifier } from "../audio/tone-identifier.ts";
import type { ToneTable } from "../audio/tone-tables.ts";
import type { Observation } from "./observation.ts";
import { type Recording, SoundRecorder } from "./sound-recorder.ts";

/** An anti-sidetone circuit brings the own voice down by about this. Typical, not of one make. */
const DEFAULT_SIDETONE_LOSS_DB = 12;
/** The longest piece that a loop renders at once: 125 ms. */
const PIECE_LIMIT_SAMPLES = 1000;

/** Told of a piece that is heard. Borrowed. */
type OnPiece = (piece: Float64Array, firstSample: number, measured?: Float64Array) => void;

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
  /** As long as what was sent last. */
  #sentCopy = new Float64Array(0);
  /** That, or where the mixer has it: until what the pair made of it is heard it stays there. */
  #sent: Float64Array = this.#sentCopy;
  /** As long as the last piece: nearly all of them are of one length. */
  #piece = new Float64Array(0);
  #sentFirst = 0;
  /** Of the piece, where it is one that the ear measures. */
  readonly #sums = new Float64Array(Object.keys(PIECE_SUMS).length);
  #recorder: SoundRecorder | undefined;
  /** Off-normal contacts of a dial in motion short the handset. */
  muted = false;
  /** The ear is cut off while the display takes data. */
  earMuted = false;
  readonly #onPiece: OnPiece | undefined;
  readonly #isOverheard: () => boolean;

  constructor(options: {
    readonly tones: ToneTable;
    readonly sidetoneLossDb?: number | undefined;
    readonly observe: (observation: Observation) => void;
    /** Told what is on the pair less most of the own sending, muted ear or not. */
    readonly onPiece?: OnPiece | undefined;
    /** Whether who is told may act on it at once, and have other pairs rendered meanwhile. */
    readonly isOverheard?: (() => boolean) | undefined;
  }) {
    this.#onPiece = options.onPiece;
    this.#isOverheard = options.isOverheard ?? (() => options.onPiece !== undefined);
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
    this.#sentFirst = firstSample;
    if (kept === PAIR_MIXER.ownPiece) {
      this.#sent = kept;
      return;
    }
    if (this.#sentCopy.length !== kept.length) this.#sentCopy = new Float64Array(kept.length);
    this.#sent = this.#sentCopy;
    copyNumbers(this.#sent, kept);
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
    if (this.#isMeasurable(volts, firstSample)) this.#hearMeasured(volts, firstSample);
    else this.#hearRendered(volts, firstSample);
  }

  /** Whether it is a piece whose own sending is known. */
  #isMeasurable(volts: Float64Array, firstSample: number): boolean {
    const isSent = this.#sentFirst === firstSample && this.#sent.length === volts.length;
    return isSent && !this.muted && volts.length === PIECE_SAMPLES;
  }

  /** Hears a piece in the mixer, and where nobody may mix meanwhile leaves it there. */
  #hearMeasured(volts: Float64Array, firstSample: number): void {
    const { ownPiece, heardPiece, piece, sums } = PAIR_MIXER;
    if (volts !== heardPiece) copyNumbers(heardPiece, volts);
    if (this.#sent !== ownPiece) copyNumbers(ownPiece, this.#sent);
    PAIR_MIXER.listen(this.#balance);
    if (this.#identifier.isAt(firstSample) && !this.#isOverheard()) {
      this.#take(piece, firstSample, sums);
      return;
    }
    copyNumbers(this.#pieceOf(PIECE_SAMPLES), piece);
    copyNumbers(this.#sums, sums);
    this.#take(this.#piece, firstSample, this.#sums);
  }

  #hearRendered(volts: Float64Array, firstSample: number): void {
    const piece = this.#pieceOf(volts.length);
    this.#render(piece, volts, firstSample);
    this.#take(piece, firstSample, undefined);
  }

  #pieceOf(samples: number): Float64Array {
    if (this.#piece.length !== samples) this.#piece = new Float64Array(samples);
    return this.#piece;
  }

  #take(piece: Float64Array, firstSample: number, measured: Float64Array | undefined): void {
    this.#onPiece?.(piece, firstSample, measured);
    // What is measured is read before anybody is told. Silence has no measure: it is read while
    // tones are told, and whoever hears of one may have another pair mixed.
    const heard = this.earMuted ? this.#pieceOf(piece.length).fill(0) : piece;
    this.#recorder?.take(heard, firstSample);
    this.#identifier.process(heard, firstSample, this.earMuted ? undefined : measured);
  }

  /** Fills a piece with what the ear gets. */
  #render(piece: Float64Array, volts: Float64Array, firstSample: number): void {
    const sent = this.#sent;
    if (this.muted) piece.fill(0);
    else if (this.#sentFirst !== firstSample || sent.length !== volts.length) piece.set(volts);
    else takeAway(piece, volts, sent, this.#balance);
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

/** Most of the own sending out of what is heard. */
function takeAway(
  piece: Float64Array,
  volts: Float64Array,
  sent: Float64Array,
  balance: number,
): void {
  for (let at = 0; at < piece.length; at++) {
    piece[at] = (volts[at] ?? 0) - balance * (sent[at] ?? 0);
  }
}
