import {
  durationMs,
  fitsCadence,
  isContinuous,
  isInCadence,
  longestPartMs,
  slowestBeatHz,
  soundsLike,
} from "./cadence-match.ts";
import { type SoundSegment, SoundSegmenter } from "./sound-segmenter.ts";
import type { TonePattern, ToneTable } from "./tone-tables.ts";

/** What the ear makes of it. Times are milliseconds of the sample stream (sample 0 at 0). */
export type ToneEvent =
  | {
      readonly kind: "tone";
      readonly atMs: number;
      readonly name: string;
      /** As measured, lowest first. */
      readonly frequenciesHz: readonly number[];
      /** Of each frequency, in the same order. */
      readonly levelsDbm: readonly number[];
    }
  | { readonly kind: "tone-ended"; readonly atMs: number; readonly name: string };

/** The longest cadence (in parts) and its repetitions that have to be remembered. */
const HISTORY_SEGMENTS = 24;
const SAMPLES_PER_MS = 8;
/** An open segment may in truth have ended this long ago: its end is noticed late. */
const NOTICE_MS = 60;

/**
 * Names the tones of a table in what is heard, by frequencies and cadence together, and says when
 * a named one has ended.
 *
 *     unnamed --(continuous long enough, or whole cadence heard)--> named
 *     named   --(other frequencies, a sound or a pause too long)--> unnamed
 */
export class ToneIdentifier {
  readonly #table: ToneTable;
  readonly #onTone: (event: ToneEvent) => void;
  readonly #thresholdDbm: number | undefined;
  readonly #beatHz: number;
  #segmenter: SoundSegmenter;
  #segments: SoundSegment[] = [];
  #named: TonePattern | undefined;
  /**
   * Whether the last sound that ended, and the one that lasts, has the frequencies of a pattern:
   * without one that has, there is neither a rhythm nor a tone that does not stop.
   */
  #lastIsLikeOne = false;
  #openTones: SoundSegment["tones"];
  #isOpenLikeOne = false;
  readonly #onFrame = (): void => this.#consider();

  constructor(options: {
    readonly table: ToneTable;
    readonly onTone: (event: ToneEvent) => void;
    readonly thresholdDbm?: number;
  }) {
    this.#table = options.table;
    this.#onTone = options.onTone;
    this.#thresholdDbm = options.thresholdDbm;
    this.#beatHz = slowestBeatHz(options.table);
    this.#segmenter = this.#createSegmenter(0);
  }

  /** The name of the tone that sounds now. */
  get heard(): string | undefined {
    return this.#named?.name;
  }

  /** Whether that is the sample which comes next; at another one it starts afresh. */
  isAt(firstSample: number): boolean {
    return firstSample === this.#segmenter.position;
  }

  /**
   * Hears volts at 8 kHz from sample `firstSample` on; a gap makes it start afresh. Who has
   * measured them, a piece, saves time by telling its `PIECE_SUMS`.
   */
  process(volts: Float64Array, firstSample: number, measured?: Float64Array): void {
    if (!this.isAt(firstSample)) this.reset(firstSample);
    this.#segmenter.process(volts, this.#onFrame, measured);
  }

  /** Forgets all; a named tone ends. */
  reset(firstSample: number): void {
    this.#end(this.#segmenter.position);
    this.#segments = [];
    this.#lastIsLikeOne = false;
    this.#segmenter = this.#createSegmenter(firstSample);
  }

  #createSegmenter(firstSample: number): SoundSegmenter {
    return new SoundSegmenter({
      firstSample,
      beatHz: this.#beatHz,
      ...(this.#thresholdDbm === undefined ? {} : { thresholdDbm: this.#thresholdDbm }),
      onClosed: (segment) => this.#remember(segment),
    });
  }

  #remember(segment: SoundSegment): void {
    this.#segments.push(segment);
    if (segment.kind === "sound") this.#lastIsLikeOne = this.#isLikeOne(segment.tones);
    if (this.#segments.length > HISTORY_SEGMENTS) this.#segments.shift();
    if (this.#named === undefined) return;
    if (this.#named.cadence.length === 0) this.#end(segment.end);
    else if (!fitsCadence(segment, this.#named)) this.#end(segment.start);
  }

  #consider(): void {
    // Most of what a telephone hears is speech, which sounds like none of them.
    const isLikeOne = this.#lastIsLikeOne || this.#openIsLikeOne();
    if (this.#named === undefined && !isLikeOne) return;
    const open = this.#segmenter.open;
    if (this.#named !== undefined) this.#checkNamed(this.#named, open);
    if (!isLikeOne) return;
    const found = this.#table.find((pattern) =>
      pattern.cadence.length === 0
        ? isContinuous(open, pattern, this.#table, this.#segmenter.lateMs)
        : isInCadence(this.#segments, open, pattern, this.#table),
    );
    if (found !== undefined && found.name !== this.#named?.name) this.#name(found, open);
  }

  #openIsLikeOne(): boolean {
    const { tones } = this.#segmenter;
    if (tones !== this.#openTones) {
      this.#openTones = tones;
      this.#isOpenLikeOne = this.#isLikeOne(tones);
    }
    return this.#isOpenLikeOne;
  }

  #isLikeOne(tones: SoundSegment["tones"]): boolean {
    return tones !== undefined && this.#table.some((pattern) => soundsLike({ tones }, pattern));
  }

  /** Ends a named rhythm that has gone over its time or turned into something else. */
  #checkNamed(named: TonePattern, open: SoundSegment): void {
    if (named.cadence.length === 0) return;
    const limitMs = longestPartMs(named, open.kind) + NOTICE_MS + this.#segmenter.lateMs;
    const isOther = open.kind === "sound" && open.tones !== undefined && !soundsLike(open, named);
    if (durationMs(open) > limitMs || isOther) this.#end(open.start);
  }

  #name(pattern: TonePattern, open: SoundSegment): void {
    this.#end(open.start);
    this.#named = pattern;
    const sounding = open.kind === "sound" && open.tones !== undefined ? open : undefined;
    const source = sounding ?? this.#segments.findLast((segment) => segment.kind === "sound");
    const tones = source?.tones ?? [];
    this.#onTone({
      kind: "tone",
      atMs: open.end / SAMPLES_PER_MS,
      name: pattern.name,
      frequenciesHz: tones.map((tone) => tone.frequencyHz),
      levelsDbm: tones.map((tone) => tone.levelDbm),
    });
  }

  #end(atSample: number): void {
    if (this.#named === undefined) return;
    const { name } = this.#named;
    this.#named = undefined;
    this.#onTone({ kind: "tone-ended", atMs: atSample / SAMPLES_PER_MS, name });
  }
}

/** Names the tones in a finished recording, volts at 8 kHz; the last one ends with it. */
export function identifyTones(volts: Float64Array, table: ToneTable): readonly ToneEvent[] {
  const events: ToneEvent[] = [];
  const identifier = new ToneIdentifier({ table, onTone: (event) => events.push(event) });
  identifier.process(volts, 0);
  identifier.reset(volts.length);
  return events;
}
