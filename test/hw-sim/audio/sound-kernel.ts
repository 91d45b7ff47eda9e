import { compileKernel, type KernelExports } from "../../../src/hal/drivers/vector-code.ts";
import { Fft } from "./fft.ts";
import { PAIR_KERNEL_CODE } from "./pair-kernel-code.ts";
import { binTurnsOf, createPlainMixer, createPlainSpectrum, stageTurnsOf } from "./plain-sound.ts";
import {
  MIX_HISTORY_SAMPLES,
  MIX_LIMIT_SAMPLES,
  type Mixer,
  PEAKS_MAX,
  PIECE_SAMPLES,
  PIECE_SUMS,
  type PowerSpectrum,
} from "./sound-math.ts";
import { SPECTRUM_KERNEL_CODE } from "./spectrum-kernel-code.ts";

/** What `kernels/sim-pair.ts` exports. */
interface PairExports extends KernelExports {
  layOutMixer(base: number, limitSamples: number, historySamples: number): number;
  ownAt(): number;
  heardAt(): number;
  pieceAt(): number;
  sumsAt(): number;
  lateAt(): number;
  sentAt(): number;
  capturedAt(): number;
  mix(
    count: number,
    seed: number,
    downGain: number,
    ownGain: number,
    upGain: number,
    noiseVolts: number,
    noiseSteps: number,
    firstDelay: number,
    firstGain: number,
    secondDelay: number,
    secondGain: number,
    thirdDelay: number,
    thirdGain: number,
  ): void;
  listen(share: number): void;
}

/** What `kernels/sim-spectrum.ts` exports. */
interface SpectrumExports extends KernelExports {
  layOutSpectrum(base: number, size: number, stageDoubles: number): number;
  samplesAt(): number;
  windowAt(): number;
  powerAt(): number;
  stageTurnsAt(): number;
  binTurnsAt(): number;
  placesAt(): number;
  peaksAt(): number;
  transform(count: number): number;
  findPeaks(first: number, range: number, lobe: number): number;
  powerInLobes(count: number, lobe: number): number;
}

/** Undefined where the processor has no vector unit that WebAssembly knows (ARMv6). */
const instantiatePair = compileKernel(PAIR_KERNEL_CODE);
const instantiateSpectrum = compileKernel(SPECTRUM_KERNEL_CODE);

/** A mixer with vector arithmetic where there is any; both kinds give the same, bit for bit. */
export function createMixer(): Mixer {
  return createVectorMixer() ?? createPlainMixer();
}

/** One for all pairs and ears: what it is to mix is put into it, and is used up at once. */
export const PAIR_MIXER = createMixer();

/** A spectrum of so many samples, a power of two from 16 on; likewise. */
export function createSpectrum(size: number): PowerSpectrum {
  return createVectorSpectrum(size) ?? createPlainSpectrum(size);
}

/** The mixer for the vector unit of this processor; undefined where it has none. */
export function createVectorMixer(): Mixer | undefined {
  const kernel = instantiatePair?.<PairExports>((made, base) =>
    made.layOutMixer(base, MIX_LIMIT_SAMPLES, MIX_HISTORY_SAMPLES),
  );
  if (kernel === undefined) return undefined;
  const { buffer } = kernel.memory;
  return {
    own: new Float64Array(buffer, kernel.ownAt(), MIX_LIMIT_SAMPLES),
    ownPiece: new Float64Array(buffer, kernel.ownAt(), PIECE_SAMPLES),
    heardPiece: new Float64Array(buffer, kernel.heardAt(), PIECE_SAMPLES),
    piece: new Float64Array(buffer, kernel.pieceAt(), PIECE_SAMPLES),
    sums: new Float64Array(buffer, kernel.sumsAt(), Object.keys(PIECE_SUMS).length),
    lateEcho: new Float32Array(buffer, kernel.lateAt(), MIX_LIMIT_SAMPLES),
    sent: new Int16Array(buffer, kernel.sentAt(), MIX_HISTORY_SAMPLES + MIX_LIMIT_SAMPLES),
    heard: new Float64Array(buffer, kernel.heardAt(), MIX_LIMIT_SAMPLES),
    captured: new Int16Array(buffer, kernel.capturedAt(), MIX_LIMIT_SAMPLES),
    mix: (count, seed, settings) =>
      kernel.mix(
        count,
        seed,
        settings.downGain,
        settings.ownGain,
        settings.upGain,
        settings.noiseVolts,
        settings.noiseSteps,
        settings.firstDelay,
        settings.firstGain,
        settings.secondDelay,
        settings.secondGain,
        settings.thirdDelay,
        settings.thirdGain,
      ),
    listen: (share) => kernel.listen(share),
  };
}

/** The spectrum for the vector unit of this processor; undefined where it has none. */
export function createVectorSpectrum(size: number): PowerSpectrum | undefined {
  const half = size / 2;
  const stageTurns = stageTurnsOf(half);
  const kernel = instantiateSpectrum?.<SpectrumExports>((made, base) =>
    made.layOutSpectrum(base, size, stageTurns.length),
  );
  if (kernel === undefined) return undefined;
  const { buffer } = kernel.memory;
  new Float64Array(buffer, kernel.stageTurnsAt(), stageTurns.length).set(stageTurns);
  new Float64Array(buffer, kernel.binTurnsAt(), half).set(binTurnsOf(size));
  new Int32Array(buffer, kernel.placesAt(), half).set(new Fft(half).order);
  return {
    samples: new Float64Array(buffer, kernel.samplesAt(), size),
    window: new Float64Array(buffer, kernel.windowAt(), size),
    power: new Float64Array(buffer, kernel.powerAt(), half),
    peaks: new Int32Array(buffer, kernel.peaksAt(), PEAKS_MAX),
    transform: (count) => kernel.transform(count),
    findPeaks: (first, range, lobe) => kernel.findPeaks(first, range, lobe),
    powerInLobes: (count, lobe) => kernel.powerInLobes(count, lobe),
  };
}
