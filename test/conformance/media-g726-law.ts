import { Adpcm } from "../../src/media/codec/g726/adpcm.ts";
import type { G726Rate } from "../../src/media/codec/g726/rates.ts";
import { PCMA, PCMU } from "../../src/media/index.ts";

/**
 * The log-PCM ends of G.726, which the vectors have and the product, with its linear line, has not:
 * the law in front of the encoder, and behind the decoder the synchronous coding adjustment, which
 * picks the law's code that would be coded the same again.
 * @see ITU-T G.726 §4.2.1 (EXPAND), §4.2.8 (COMPRESS, SYNC)
 */
export interface Law {
  /** Linear samples of 14 bits by code. */
  readonly linear: Int16Array;
  /** Codes from the most negative to the most positive. */
  readonly ascending: readonly number[];
  compress(sample: number): number;
}

/** How a law takes a negative sample: as one's complement, or by its magnitude. */
type Fold = "complement" | "magnitude";

function createLaw(spec: typeof PCMA, fold: Fold, ascending: readonly number[]): Law {
  const codec = spec.createCodec();
  const linear = new Int16Array(256);
  codec.decode(
    Uint8Array.from(linear, (_, code) => code),
    linear,
  );
  const code = new Uint8Array(1);
  const encode = (sample: number): number => {
    codec.encode(Int16Array.of(Math.max(-8192, Math.min(8191, sample)) << 2), code);
    return code[0] ?? 0;
  };
  return {
    linear: linear.map((value) => value >> 2),
    ascending,
    compress(sample) {
      // The magnitude of the lowest does not fit in 15 bits, which leaves a negative nothing.
      if (sample === -0x8000) return encode(0) ^ SIGN;
      return fold === "magnitude" && sample < 0 ? encode(-sample) ^ SIGN : encode(sample);
    },
  };
}

/** Set where the sample is positive, in both laws. */
const SIGN = 0x80;

const MAGNITUDES = Array.from({ length: 128 }, (_, magnitude) => magnitude);
const DESCENDING = MAGNITUDES.toReversed();

/** A-law: even bits inverted, the sign bit set where positive. */
export const A_LAW: Law = createLaw(PCMA, "complement", [
  ...DESCENDING.map((magnitude) => magnitude ^ 0x55),
  ...MAGNITUDES.map((magnitude) => (magnitude | 0x80) ^ 0x55),
]);

const MU_ZERO = 0xff;
const MU_NEGATIVE_ZERO = 0x7f;

/** µ-law: all bits inverted. It has nothing twice, as one step: the negative one from below. */
export const MU_LAW: Law = createLaw(PCMU, "magnitude", [
  ...DESCENDING.slice(0, -1).map((magnitude) => magnitude ^ 0x7f),
  ...MAGNITUDES.map((magnitude) => magnitude ^ 0xff),
]);

/** A decoder that puts out codes of a law. */
export class LawDecoder {
  readonly #law: Law;
  /** One step ahead: what a code decodes to. */
  readonly #ahead = new Adpcm();
  /** The state in which the code was made: how a sample would have been coded. */
  readonly #behind = new Adpcm();

  constructor(law: Law) {
    this.#law = law;
  }

  decode(code: number, rate: G726Rate): number {
    const sample = this.#ahead.decode(code, rate);
    const nearest = this.#law.compress(sample);
    const again = this.#behind.quantize(this.#law.linear[nearest] ?? 0, rate);
    this.#behind.decode(code, rate);
    const wanted = rank(code, rate);
    const got = rank(again, rate);
    return got === wanted ? nearest : this.#neighbour(nearest, got > wanted ? -1 : 1);
  }

  #neighbour(code: number, step: number): number {
    const { ascending } = this.#law;
    const found = ascending.indexOf(code);
    const at = found === -1 ? ascending.indexOf(code ^ SIGN) : found;
    const next = ascending[Math.max(0, Math.min(ascending.length - 1, at + step))] ?? 0;
    return next === MU_ZERO && this.#law === MU_LAW && step > 0 ? MU_NEGATIVE_ZERO : next;
  }
}

/** Codes by what they stand for: the negative ones first, each group ascending. */
function rank(code: number, rate: G726Rate): number {
  return code ^ (1 << (rate.bits - 1));
}
