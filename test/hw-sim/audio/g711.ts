/**
 * G.711 for the simulated far end, straight from the formula of the two laws and independent of
 * the product's codec: a code is sign, segment (3 bits) and step (4 bits).
 *
 *      7   6 5 4   3 2 1 0
 *     +---+-------+---------+
 *     | s |segment|  step   |     µ-law: all bits inverted; A-law: every second bit inverted
 *     +---+-------+---------+
 *
 * @see ITU-T G.711 tables 1 and 2
 */

/** The two laws, by their SDP encoding names. */
export type G711Law = "PCMU" | "PCMA";

/** µ-law adds this to a 14-bit magnitude, so that each segment is twice the one before. */
const MU_BIAS = 33;
/** The largest biased magnitude: 13 bits. */
const MU_LARGEST = 0x1fff;

function decodeMu(code: number): number {
  const bits = ~code & 0xff;
  const segment = (bits >> 4) & 7;
  const magnitude = (((bits & 15) * 2 + MU_BIAS) << segment) - MU_BIAS;
  return (bits & 0x80 ? -magnitude : magnitude) * 4;
}

function decodeA(code: number): number {
  const bits = code ^ 0x55;
  const segment = (bits >> 4) & 7;
  const step = (bits & 15) * 2 + 1;
  const magnitude = segment === 0 ? step : (step + 32) << (segment - 1);
  return (bits & 0x80 ? magnitude : -magnitude) * 8;
}

/** A negative sample's magnitude is one less, as one's complement has it. */
const magnitudeOf = (sample: number): number => (sample < 0 ? -sample - 1 : sample);

/** Position of the highest one bit. */
const topBit = (value: number): number => 31 - Math.clz32(value);

function encodeMu(sample: number): number {
  const biased = Math.min(MU_LARGEST, (magnitudeOf(sample) >> 2) + MU_BIAS);
  const segment = topBit(biased) - 5;
  const step = (biased >> (segment + 1)) & 15;
  return ~((sample < 0 ? 0x80 : 0) | (segment << 4) | step) & 0xff;
}

function encodeA(sample: number): number {
  const magnitude = magnitudeOf(sample) >> 4;
  const segment = Math.max(0, topBit(magnitude | 1) - 3);
  const step = (segment === 0 ? magnitude : magnitude >> (segment - 1)) & 15;
  return ((sample < 0 ? 0 : 0x80) | (segment << 4) | step) ^ 0x55;
}

const LAWS = {
  PCMU: { decode: decodeMu, encode: encodeMu },
  PCMA: { decode: decodeA, encode: encodeA },
} as const satisfies Record<
  G711Law,
  { readonly decode: (code: number) => number; readonly encode: (sample: number) => number }
>;

/** Codes to 16-bit linear. */
export function decodeG711(law: G711Law, codes: Uint8Array): Int16Array {
  return Int16Array.from(codes, LAWS[law].decode);
}

/** 16-bit linear to codes, by the standard's decision values; what is too loud is clipped. */
export function encodeG711(law: G711Law, samples: Int16Array): Uint8Array {
  return Uint8Array.from(samples, LAWS[law].encode);
}
