import {
  BLOCK_SAMPLES,
  BLOCK_SUMS,
  type CreateSoundArithmetic,
  LAG_MAX,
  NOISE_FILTER_NUMBERS,
  NOISE_MEMORY_NUMBERS,
  SOUND_SAMPLES_MAX,
  TABLE_WAVES,
} from "../../base/sound-arithmetic.ts";
import { SOUND_CODE } from "./sound-code.ts";
import { compileKernel, type KernelExports } from "./vector-code.ts";

/** What `kernels/sound.ts` exports. */
interface SoundExports extends KernelExports {
  layOut(base: number): number;
  sumList(): number;
  noiseFilter(): number;
  noiseMemory(): number;
  constantMemory(): number;
  correlationList(): number;
  windowWords(): number;
  waves(): number;
  samples(): number;
  measure(): void;
  squares(count: number): number;
  weigh(count: number): void;
  correlate(count: number, lags: number): void;
  compare(table: number): void;
  removeConstant(count: number): void;
  makeNoise(count: number, most: number): void;
}

/** Samples in a vector. */
const VECTOR = 8;

/**
 * The arithmetic of lines' sound for the vector unit of this processor; undefined where it has none
 * that WebAssembly knows, and the plain reference is to be used.
 */
export function createVectorSoundArithmetic(): CreateSoundArithmetic | undefined {
  const instantiate = compileKernel(SOUND_CODE);
  if (instantiate === undefined) return undefined;
  return ([one, other]) => {
    const exports = instantiate<SoundExports>((made, base) => made.layOut(base));
    const { buffer } = exports.memory;
    const floats = (at: number, count: number) => new Float64Array(buffer, at, count);
    const words = (at: number, count: number) => new Int16Array(buffer, at, count);
    const waves = words(exports.waves(), 2 * TABLE_WAVES * BLOCK_SAMPLES);
    waves.set(one);
    waves.set(other, TABLE_WAVES * BLOCK_SAMPLES);
    const filter = floats(exports.noiseFilter(), NOISE_FILTER_NUMBERS);
    const noise = floats(exports.noiseMemory(), NOISE_MEMORY_NUMBERS);
    const constant = floats(exports.constantMemory(), 2);
    const samples = words(exports.samples(), SOUND_SAMPLES_MAX);
    const window = words(exports.windowWords(), SOUND_SAMPLES_MAX);
    const correlations = floats(exports.correlationList(), LAG_MAX + 1);
    /** Writes samples, and zeros up to a whole vector; how many that makes. */
    const write = (sound: Int16Array): number => {
      samples.set(sound);
      const whole = VECTOR * Math.ceil(sound.length / VECTOR);
      for (let at = sound.length; at < whole; at++) samples[at] = 0;
      return whole;
    };
    /** Views of the first samples, of the lengths that were asked for. */
    const views = new Map<number, Int16Array>();
    const first = (count: number): Int16Array => {
      const known = views.get(count) ?? samples.subarray(0, count);
      views.set(count, known);
      return known;
    };
    return {
      sums: floats(exports.sumList(), BLOCK_SUMS.products + TABLE_WAVES),
      measure(block) {
        samples.set(block);
        exports.measure();
      },
      squares: (sound) => exports.squares(write(sound)),
      correlate(sound, into, weights) {
        const count = write(sound);
        if (weights !== undefined) {
          window.set(weights);
          exports.weigh(count);
        }
        exports.correlate(count, into.length);
        for (let lag = 0; lag < into.length; lag++) into[lag] = correlations[lag] ?? 0;
      },
      compare: (table) => exports.compare(table),
      removeConstant(frame, memory) {
        samples.set(frame);
        constant[0] = memory[0] ?? 0;
        constant[1] = memory[1] ?? 0;
        exports.removeConstant(frame.length);
        memory[0] = constant[0] ?? 0;
        memory[1] = constant[1] ?? 0;
        frame.set(first(frame.length));
      },
      makeNoise(parts, memory, most, out) {
        filter.set(parts);
        noise.set(memory);
        exports.makeNoise(out.length, most);
        memory.set(noise);
        out.set(first(out.length));
      },
    };
  };
}
