/** What a piece of a pair's sound is mixed with. Volts are those of the pair, steps the chip's. */
export interface MixSettings {
  /** From steps to the volts that the telephone hears of the chip. */
  readonly downGain: number;
  /** What the telephone hears of itself, and what the chip gets of it, in steps a volt. */
  readonly ownGain: number;
  readonly upGain: number;
  /** Noise that is even between plus and minus 32768 of these. */
  readonly noiseVolts: number;
  readonly noiseSteps: number;
  /** What of the chip's sending comes back to it. */
  readonly firstDelay: number;
  readonly firstGain: number;
  readonly secondDelay: number;
  readonly secondGain: number;
  readonly thirdDelay: number;
  readonly thirdGain: number;
}

/**
 * Mixes the two ways of a pair in 32-bit floats, a piece of `MIX_LIMIT_SAMPLES` at most at a time,
 * and has an ear listen to it in 64-bit floats. What is in its arrays is gone when anything else is
 * mixed.
 */
export interface Mixer {
  /** In: what the telephone sends, volts. */
  readonly own: Float64Array;
  /** In: echo besides that of the settings, steps. */
  readonly lateEcho: Float32Array;
  /** In: what the chip sends, `MIX_HISTORY_SAMPLES` before the piece and then that. */
  readonly sent: Int16Array;
  /** Out: what the telephone hears, volts. */
  readonly heard: Float64Array;
  /** Out: what the chip gets. */
  readonly captured: Int16Array;
  /** Views of the first `PIECE_SAMPLES` of what the telephone sends and hears. */
  readonly ownPiece: Float64Array;
  readonly heardPiece: Float64Array;
  /** Out, of `listen`: what the ear gets of a piece, and its `PIECE_SUMS`. */
  readonly piece: Float64Array;
  readonly sums: Float64Array;
  /** Mixes the first `count` samples; equal seeds one apart are one sample of noise apart. */
  mix(count: number, seed: number, settings: MixSettings): void;
  /** Takes a share of what the telephone sends out of what it hears, a piece; measures the rest. */
  listen(share: number): void;
}

/** A piece of sound that is measured as a whole, 10 ms, and its halves. */
export const PIECE_SAMPLES = 80;

/** Where in what is measured of a piece what stands; there are four numbers. */
export const PIECE_SUMS = {
  /** The sum of the squares of its first half and of its second one. */
  firstHalf: 0,
  secondHalf: 1,
  /** Of all of it, and of the products of neighbours. */
  squares: 2,
  neighbours: 3,
} as const;

/** More sines than any call-progress tone holds (the howler has 4). */
export const PEAKS_MAX = 6;

/** Powers of the frequencies in a piece of sound, in 64-bit floats. */
export interface PowerSpectrum {
  /** In: as many samples as are transformed, and the window that weighs them. */
  readonly samples: Float64Array;
  readonly window: Float64Array;
  /** Out: half as many as the size. */
  readonly power: Float64Array;
  /** Out, of `findPeaks`: bins, the strongest first. */
  readonly peaks: Int32Array;
  /** Fills the power from the first `count` samples, an even number; returns the sum of all. */
  transform(count: number): number;
  /**
   * Finds the bins from `first` on that are higher than their neighbours, and more than the
   * `range`-th part of the highest of those: the strongest, `PEAKS_MAX` at most, none within `lobe`
   * bins of a stronger one. Returns how many there are.
   */
  findPeaks(first: number, range: number, lobe: number): number;
  /** The power within `lobe` bins of the first `count` of these, where they overlap once. */
  powerInLobes(count: number, lobe: number): number;
}

/** The longest piece that is mixed at a time. */
export const MIX_LIMIT_SAMPLES = 480;
/** What of the chip's sending before a piece can come back in it. */
export const MIX_HISTORY_SAMPLES = 256;
