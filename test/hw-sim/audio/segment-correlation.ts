import { alignedBothWays, type BothWays, type FftStore } from "./correlation.ts";

/** How speech lies in what was heard, piece by piece. */
export interface SegmentCorrelation {
  /** The middle one of the pieces' delays, samples. */
  readonly delaySamples: number;
  /**
   * Mean over the pieces, each at its own best alignment, louder ones weighing more; the wires are
   * swapped for all of them or for none.
   */
  readonly correlation: number;
  /** The smallest and the largest delay of a piece that was found. */
  readonly delayRange: readonly [number, number];
}

const SEGMENT_SAMPLES = 2000;
/** Heard samples looked at past the place where a piece would be without delay. */
const SEARCH_SAMPLES = 4000;
/** A vowel is nearly a tone: half a period late it fits swapped wires almost as well. */
const TURNED_MARGIN = 0.1;
/** A piece this badly found has no delay worth counting. */
const FOUND_MIN = 0.5;

/**
 * Aligns quarter-second pieces each for itself: an adaptive jitter buffer shifts the wave in the
 * middle of a sentence, which is no distortion to an ear but is one to a single alignment.
 * `heard[0]` is the moment at which `reference[0]` was said.
 */
export function segmentCorrelation(
  reference: Float64Array,
  heard: Float64Array,
): SegmentCorrelation {
  const steps = segmentSteps(reference, heard);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** The same, a piece a step: some ms each, between which a real call can go on. */
export function* segmentSteps(
  reference: Float64Array,
  heard: Float64Array,
): Generator<undefined, SegmentCorrelation> {
  const store: FftStore = new Map();
  const pieces: (BothWays & { readonly weight: number })[] = [];
  for (let at = 0; at + SEGMENT_SAMPLES <= reference.length; at += SEGMENT_SAMPLES) {
    const piece = reference.subarray(at, at + SEGMENT_SAMPLES);
    const weight = energy(piece);
    if (weight === 0) continue;
    const within = heard.subarray(at, at + SEGMENT_SAMPLES + SEARCH_SAMPLES);
    pieces.push({ ...alignedBothWays(piece, within, store), weight });
    yield;
  }
  const [same, turned] = [meanOf(pieces, "same"), meanOf(pieces, "turned")];
  const way = -turned > same + TURNED_MARGIN ? "turned" : "same";
  const delays = pieces
    .map((piece) => piece[way])
    .filter(({ correlation }) => Math.abs(correlation) >= FOUND_MIN)
    .map(({ delaySamples }) => delaySamples)
    .sort((a, b) => a - b);
  return {
    delaySamples: delays[Math.floor(delays.length / 2)] ?? 0,
    correlation: way === "same" ? same : turned,
    delayRange: [delays[0] ?? 0, delays.at(-1) ?? 0],
  };
}

function meanOf(
  pieces: readonly (BothWays & { readonly weight: number })[],
  way: keyof BothWays,
): number {
  const weights = pieces.reduce((sum, { weight }) => sum + weight, 0);
  const weighed = pieces.reduce((sum, piece) => sum + piece.weight * piece[way].correlation, 0);
  return weights === 0 ? 0 : weighed / weights;
}

function energy(samples: Float64Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return sum;
}
