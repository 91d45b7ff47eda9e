import { Fft } from "./fft.ts";
import { binTurnsOf, createPlainMixer, createPlainSpectrum, stageTurnsOf } from "./plain-sound.ts";
import { SOUND_KERNEL_CODE } from "./sound-kernel-code.ts";
import {
  MIX_HISTORY_SAMPLES,
  MIX_LIMIT_SAMPLES,
  type Mixer,
  type PowerSpectrum,
} from "./sound-math.ts";

/** Bytes below this are left to the module. */
const FIRST_FREE_BYTE = 1024;
const PAGE_BYTES = 65_536;

/** What `kernels/sim-sound.ts` exports. */
interface SoundExports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  layOutMixer(base: number, limitSamples: number, historySamples: number): number;
  ownAt(): number;
  heardAt(): number;
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
  layOutSpectrum(base: number, size: number, stageDoubles: number): number;
  samplesAt(): number;
  windowAt(): number;
  powerAt(): number;
  stageTurnsAt(): number;
  binTurnsAt(): number;
  placesAt(): number;
  maximaAt(): number;
  transform(count: number): number;
  findMaxima(first: number, range: number): number;
}

/** Of WebAssembly, which every engine has, what is used here. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
  validate(bytes: Uint8Array): boolean;
}
declare const WebAssembly: WebAssemblyApi;

const CODE = bytesFromHex(SOUND_KERNEL_CODE.join(""));
/** Undefined where the processor has no vector unit that WebAssembly knows (ARMv6). */
const MODULE = WebAssembly.validate(CODE) ? new WebAssembly.Module(CODE) : undefined;

/** A mixer with vector arithmetic where there is any; both kinds give the same, bit for bit. */
export function createMixer(): Mixer {
  return createVectorMixer() ?? createPlainMixer();
}

/** A spectrum of so many samples, a power of two from 16 on; likewise. */
export function createSpectrum(size: number): PowerSpectrum {
  return createVectorSpectrum(size) ?? createPlainSpectrum(size);
}

/** The mixer for the vector unit of this processor; undefined where it has none. */
export function createVectorMixer(): Mixer | undefined {
  if (MODULE === undefined) return undefined;
  const kernel = instanceOf(MODULE, (exports) =>
    exports.layOutMixer(FIRST_FREE_BYTE, MIX_LIMIT_SAMPLES, MIX_HISTORY_SAMPLES),
  );
  const { buffer } = kernel.memory;
  return {
    own: new Float64Array(buffer, kernel.ownAt(), MIX_LIMIT_SAMPLES),
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
  };
}

/** The spectrum for the vector unit of this processor; undefined where it has none. */
export function createVectorSpectrum(size: number): PowerSpectrum | undefined {
  if (MODULE === undefined) return undefined;
  const half = size / 2;
  const stageTurns = stageTurnsOf(half);
  const kernel = instanceOf(MODULE, (exports) =>
    exports.layOutSpectrum(FIRST_FREE_BYTE, size, stageTurns.length),
  );
  const { buffer } = kernel.memory;
  new Float64Array(buffer, kernel.stageTurnsAt(), stageTurns.length).set(stageTurns);
  new Float64Array(buffer, kernel.binTurnsAt(), half).set(binTurnsOf(size));
  new Int32Array(buffer, kernel.placesAt(), half).set(new Fft(half).order);
  return {
    samples: new Float64Array(buffer, kernel.samplesAt(), size),
    window: new Float64Array(buffer, kernel.windowAt(), size),
    power: new Float64Array(buffer, kernel.powerAt(), half),
    maxima: new Int32Array(buffer, kernel.maximaAt(), half),
    transform: (count) => kernel.transform(count),
    findMaxima: (first, range) => kernel.findMaxima(first, range),
  };
}

/** An instance with a memory of its own, as large as `layOut` says. */
function instanceOf(module: object, layOut: (exports: SoundExports) => number): SoundExports {
  // The module is what kernels/sim-sound.ts gives: a test compiles it anew.
  const exports = new WebAssembly.Instance(module).exports as SoundExports;
  const missing = layOut(exports) - exports.memory.buffer.byteLength;
  if (missing > 0) exports.memory.grow(Math.ceil(missing / PAGE_BYTES));
  return exports;
}

function bytesFromHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) =>
    Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16),
  );
}
