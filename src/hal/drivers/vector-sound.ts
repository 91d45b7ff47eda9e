import { copyNumbers } from "../../base/copy-numbers.ts";
import {
  BLOCK_SUMS,
  type CreateSoundArithmetic,
  LAG_MAX,
  NOISE_FILTER_NUMBERS,
  NOISE_MEMORY_NUMBERS,
  SINE,
  SOUND_SAMPLES_MAX,
  type SoundArithmetic,
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
  codeBytes(): number;
  encodeMulaw(count: number): void;
  encodeAlaw(count: number): void;
  decodeMulaw(count: number): void;
  decodeAlaw(count: number): void;
  measure(): void;
  squares(count: number): number;
  weigh(count: number): void;
  correlate(count: number, lags: number): void;
  compare(table: number): void;
  removeConstant(count: number): void;
  makeNoise(count: number, most: number): void;
  clearSines(count: number): void;
  addSine(count: number, peak: number, x: number, y: number): void;
  roundSines(count: number): void;
}

/** Samples in a vector. */
const VECTOR = 8;
/** What is longer than the kernel's memory is worked on in pieces of it. */
const PIECE = SOUND_SAMPLES_MAX;

/**
 * The arithmetic of lines' sound for the vector unit of this processor; undefined where it has none
 * that WebAssembly knows, and the plain reference is to be used.
 */
export function createVectorSoundArithmetic(): CreateSoundArithmetic | undefined {
  const instantiate = compileKernel(SOUND_CODE);
  if (instantiate === undefined) return undefined;
  return ([one, other]) => {
    const exports = instantiate<SoundExports>((made, base) => made.layOut(base));
    const waves = new Int16Array(exports.memory.buffer, exports.waves(), one.length + other.length);
    waves.set(one);
    waves.set(other, one.length);
    const views = viewsOf(exports);
    return { ...measuring(exports, views), ...making(exports, views), ...coding(exports, views) };
  };
}

type Views = ReturnType<typeof viewsOf>;

/** What the kernel's memory holds. */
function viewsOf(exports: SoundExports) {
  const { buffer } = exports.memory;
  const floats = (at: number, count: number) => new Float64Array(buffer, at, count);
  const samples = new Int16Array(buffer, exports.samples(), SOUND_SAMPLES_MAX);
  return {
    samples,
    sums: floats(exports.sumList(), BLOCK_SUMS.products + TABLE_WAVES),
    correlations: floats(exports.correlationList(), LAG_MAX + 1),
    window: new Int16Array(buffer, exports.windowWords(), SOUND_SAMPLES_MAX),
    filter: floats(exports.noiseFilter(), NOISE_FILTER_NUMBERS),
    noise: floats(exports.noiseMemory(), NOISE_MEMORY_NUMBERS),
    constant: floats(exports.constantMemory(), 2),
    sine: floats(exports.constantMemory(), Object.keys(SINE).length),
    first: beginningsOf((count) => samples.subarray(0, count)),
    firstCodes: beginningsOf((count) => new Uint8Array(buffer, exports.codeBytes(), count)),
  };
}

/** Views of the first of something, of the lengths that were asked for. */
function beginningsOf<View>(make: (count: number) => View): (count: number) => View {
  // An array, though most lengths are never asked for: a map takes longer to look in.
  const known = new Array<View | undefined>(PIECE + 1).fill(undefined);
  return (count) => {
    const view = known[count] ?? make(count);
    known[count] = view;
    return view;
  };
}

/** What is told of samples. */
function measuring(
  exports: SoundExports,
  { samples, sums, correlations, window }: Views,
): Pick<SoundArithmetic, "sums" | "measure" | "compare" | "squares" | "correlate"> {
  /** Writes samples, and zeros up to a whole vector; how many that makes. */
  const write = (sound: Int16Array): number => {
    copyNumbers(samples, sound);
    const whole = VECTOR * Math.ceil(sound.length / VECTOR);
    for (let at = sound.length; at < whole; at++) samples[at] = 0;
    return whole;
  };
  /** Leaves the correlations of a piece where they are, and the piece, weighed, in `samples`. */
  const correlatePiece = (piece: Int16Array, weights: Int16Array | undefined, lags: number) => {
    const count = write(piece);
    if (weights !== undefined) {
      copyNumbers(
        window,
        weights.length > piece.length ? weights.subarray(0, piece.length) : weights,
      );
      exports.weigh(count);
    }
    exports.correlate(count, lags);
  };
  return {
    sums,
    measure(block) {
      copyNumbers(samples, block);
      exports.measure();
    },
    compare: (table) => exports.compare(table),
    squares(sound) {
      if (sound.length <= PIECE) return exports.squares(write(sound));
      let sum = 0;
      for (const piece of piecesOf(sound)) sum += exports.squares(write(piece));
      return sum;
    },
    correlate(sound, into, weights) {
      if (sound.length <= PIECE) {
        correlatePiece(sound, weights, into.length);
        for (let lag = 0; lag < into.length; lag++) into[lag] = correlations[lag] ?? 0;
        return;
      }
      // Whole numbers are summed: in pieces they come to the same.
      into.fill(0);
      const before = new Int16Array(into.length - 1);
      for (const [at, piece] of piecesOf(sound).entries()) {
        correlatePiece(piece, weights?.subarray(at * PIECE), into.length);
        for (let lag = 0; lag < into.length; lag++) {
          const across = acrossEdge(before, samples, Math.min(lag, piece.length), lag);
          into[lag] = (into[lag] ?? 0) + (correlations[lag] ?? 0) + across;
        }
        before.set(samples.subarray(PIECE - before.length, PIECE));
      }
    },
  };
}

/** Products of the first samples of a piece with those `lag` before, in the piece before it. */
function acrossEdge(before: Int16Array, piece: Int16Array, count: number, lag: number): number {
  let sum = 0;
  for (let at = 0; at < count; at++) {
    sum += (piece[at] ?? 0) * (before[before.length + at - lag] ?? 0);
  }
  return sum;
}

/** Sound in pieces that the kernel has room for. */
function piecesOf(sound: Int16Array): readonly Int16Array[] {
  return Array.from({ length: Math.ceil(sound.length / PIECE) }, (_, at) =>
    sound.subarray(at * PIECE, (at + 1) * PIECE),
  );
}

/** What makes samples, or others of them. */
function making(
  exports: SoundExports,
  { samples, constant, sine, filter, noise, first }: Views,
): Pick<SoundArithmetic, "removeConstant" | "makeSines" | "makeNoise"> {
  const made: Pick<SoundArithmetic, "removeConstant" | "makeSines" | "makeNoise"> = {
    removeConstant(sound, memory, frame) {
      if (sound.length > PIECE) {
        for (let at = 0; at < sound.length; at += PIECE) {
          const end = at + PIECE;
          made.removeConstant(sound.subarray(at, end), memory, frame.subarray(at, end));
        }
        return;
      }
      copyNumbers(samples, sound);
      constant[0] = memory[0] ?? 0;
      constant[1] = memory[1] ?? 0;
      exports.removeConstant(sound.length);
      memory[0] = constant[0] ?? 0;
      memory[1] = constant[1] ?? 0;
      copyNumbers(frame, first(sound.length));
    },
    makeSines(sines, peak, out) {
      if (out.length > PIECE) {
        for (const piece of piecesOf(out)) made.makeSines(sines, peak, piece);
        return;
      }
      exports.clearSines(out.length);
      for (const one of sines) {
        copyNumbers(sine, one);
        exports.addSine(out.length, peak, one[SINE.x] ?? 0, one[SINE.y] ?? 0);
        one[SINE.x] = sine[SINE.x] ?? 0;
        one[SINE.y] = sine[SINE.y] ?? 0;
      }
      exports.roundSines(out.length);
      copyNumbers(out, first(out.length));
    },
    makeNoise(parts, memory, most, out) {
      if (out.length > PIECE) {
        for (const piece of piecesOf(out)) made.makeNoise(parts, memory, most, piece);
        return;
      }
      copyNumbers(filter, parts);
      copyNumbers(noise, memory);
      exports.makeNoise(out.length, most);
      copyNumbers(memory, noise);
      copyNumbers(out, first(out.length));
    },
  };
  return made;
}

/** G.711. */
function coding(
  exports: SoundExports,
  { samples, first, firstCodes }: Views,
): Pick<SoundArithmetic, "encodeLaw" | "decodeLaw"> {
  const bytes = firstCodes(PIECE);
  const made: Pick<SoundArithmetic, "encodeLaw" | "decodeLaw"> = {
    encodeLaw(law, sound, codes) {
      if (sound.length > PIECE) {
        for (let at = 0; at < sound.length; at += PIECE) {
          made.encodeLaw(law, sound.subarray(at, at + PIECE), codes.subarray(at));
        }
        return;
      }
      copyNumbers(samples, sound);
      if (law === "mulaw") exports.encodeMulaw(sound.length);
      else exports.encodeAlaw(sound.length);
      copyNumbers(codes, firstCodes(sound.length));
    },
    decodeLaw(law, codes, sound) {
      const count = Math.min(codes.length, sound.length);
      if (count > PIECE) {
        for (let at = 0; at < count; at += PIECE) {
          const piece = sound.subarray(at, Math.min(count, at + PIECE));
          made.decodeLaw(law, codes.subarray(at, count), piece);
        }
        return;
      }
      copyNumbers(bytes, codes.length > count ? codes.subarray(0, count) : codes);
      if (law === "mulaw") exports.decodeMulaw(count);
      else exports.decodeAlaw(count);
      copyNumbers(sound, first(count));
    },
  };
  return made;
}
