import { Fft } from "./fft.ts";

/** How a reference lies in what was heard. */
export interface AlignedCorrelation {
  /** `reference[0]` is at `heard[delaySamples]`; negative where its start was not heard. */
  readonly delaySamples: number;
  /** Normalised, -1 to 1; negative where the wires are swapped somewhere on the way. */
  readonly correlation: number;
}

/** At least this share of the shorter signal must overlap, so that a chance match is no match. */
const MIN_OVERLAP_SHARE = 0.5;

function centred(samples: ArrayLike<number>): Float64Array {
  let sum = 0;
  for (let at = 0; at < samples.length; at++) sum += samples[at] ?? 0;
  const mean = samples.length === 0 ? 0 : sum / samples.length;
  return Float64Array.from(samples, (sample) => sample - mean);
}

/** `sums[n]` is the energy of the first n samples. */
function energySums(samples: Float64Array): Float64Array {
  const sums = new Float64Array(samples.length + 1);
  for (let at = 0; at < samples.length; at++) {
    sums[at + 1] = (sums[at] ?? 0) + (samples[at] ?? 0) ** 2;
  }
  return sums;
}

/** Transforms by size: their tables cost as much as a transform, so that many pieces share one. */
export type FftStore = Map<number, Fft>;

/**
 * Circular cross-correlation: entry d (mod the size) is the sum of reference[n]·heard[n + d]. Both
 * are real, so one transform of reference + j·heard holds both spectra.
 */
function crossCorrelate(
  reference: Float64Array,
  heard: Float64Array,
  store: FftStore,
): Float64Array {
  const size = 2 ** Math.ceil(Math.log2(Math.max(2, reference.length + heard.length)));
  const fft = store.get(size) ?? new Fft(size);
  store.set(size, fft);
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  re.set(reference);
  im.set(heard);
  fft.forward(re, im);
  for (let bin = 0; bin <= size / 2; bin++) {
    const mirror = (size - bin) % size;
    const sumRe = (re[bin] ?? 0) + (re[mirror] ?? 0);
    const sumIm = (im[bin] ?? 0) + (im[mirror] ?? 0);
    const differenceRe = (re[bin] ?? 0) - (re[mirror] ?? 0);
    const differenceIm = (im[bin] ?? 0) - (im[mirror] ?? 0);
    // The reference has the spectrum (sumRe + j·differenceIm) / 2, what was heard
    // (sumIm - j·differenceRe) / 2.
    re[bin] = (sumRe * sumIm - differenceIm * differenceRe) / 4;
    im[bin] = -(sumRe * differenceRe + differenceIm * sumIm) / 4;
    re[mirror] = re[bin] ?? 0;
    im[mirror] = -(im[bin] ?? 0);
  }
  fft.inverse(re, im);
  return re;
}

/**
 * Finds the shift at which a reference and what was heard agree best, over all shifts that leave
 * {@link MIN_OVERLAP_SHARE} of the shorter one overlapping. Any scale will do on either side.
 * Silence on either side gives correlation 0.
 */
export function alignedCorrelation(
  reference: ArrayLike<number>,
  heard: ArrayLike<number>,
  store: FftStore = new Map(),
): AlignedCorrelation {
  const { same, turned } = alignedBothWays(reference, heard, store);
  return -turned.correlation > same.correlation ? turned : same;
}

/** The best shift with the wires as they are, and the best one with them swapped. */
export interface BothWays {
  readonly same: AlignedCorrelation;
  readonly turned: AlignedCorrelation;
}

/** As {@link alignedCorrelation}, for each way that the wires may be: 0 where there is none. */
export function alignedBothWays(
  reference: ArrayLike<number>,
  heard: ArrayLike<number>,
  store: FftStore = new Map(),
): BothWays {
  const ref = centred(reference);
  const got = centred(heard);
  const products = crossCorrelate(ref, got, store);
  const refSums = energySums(ref);
  const gotSums = energySums(got);
  const shorter = Math.min(ref.length, got.length);
  const minOverlap = Math.max(1, Math.ceil(shorter * MIN_OVERLAP_SHARE));
  // Below this share of the energy there is silence, where rounding would look like agreement.
  const energyFloor = 1e-4 * (refSums[ref.length] ?? 0) * (gotSums[got.length] ?? 0);
  let same: AlignedCorrelation = { delaySamples: 0, correlation: 0 };
  let turned = same;
  for (let delay = minOverlap - ref.length; delay <= got.length - minOverlap; delay++) {
    const from = Math.max(0, -delay);
    const to = Math.min(ref.length, got.length - delay);
    const refEnergy = (refSums[to] ?? 0) - (refSums[from] ?? 0);
    const gotEnergy = (gotSums[to + delay] ?? 0) - (gotSums[from + delay] ?? 0);
    const energies = refEnergy * gotEnergy;
    if (energies <= energyFloor) continue;
    const product = products[delay < 0 ? delay + products.length : delay] ?? 0;
    const correlation = product / Math.sqrt(energies);
    if (correlation > same.correlation) same = { delaySamples: delay, correlation };
    if (correlation < turned.correlation) turned = { delaySamples: delay, correlation };
  }
  return { same, turned };
}
