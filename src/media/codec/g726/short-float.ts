/**
 * The short floating point in which G.726 multiplies: a sign, four bits of exponent, six of
 * mantissa. Negative ones are two's complement above the ten bits of their magnitude.
 *
 *      … sign │ exponent (4) │ 1 mantissa (6, its highest bit always set) │
 *
 * @see ITU-T G.726 §4.2.6 (FLOATA, FLOATB, FMULT)
 */

const MANTISSA_BITS = 6;
const SIGN = 0x400;

/** Nothing, as this format has it: the smallest exponent. */
export const ZERO = 0x20;

/** The float of a magnitude of up to 15 bits and a sign. */
export function shortFloat(magnitude: number, negative: boolean): number {
  const exponent = 32 - Math.clz32(magnitude);
  const mantissa = magnitude === 0 ? ZERO : (magnitude << MANTISSA_BITS) >> exponent;
  const float = (exponent << MANTISSA_BITS) + mantissa;
  return negative ? float - SIGN : float;
}

/**
 * A coefficient of 16 bits, 14 behind the point, times a float. Without branches but one: signs are
 * as good as random, and this runs eight times a sample.
 */
export function multiply(coefficient: number, float: number): number {
  const value = coefficient >> 2;
  const sign = value >> 31;
  const magnitude = ((value ^ sign) - sign) & 0x1fff;
  const exponent = 32 - Math.clz32(magnitude);
  const mantissa = magnitude === 0 ? ZERO : (magnitude << MANTISSA_BITS) >> exponent;
  const shift = exponent + ((float >> MANTISSA_BITS) & 0x0f) - 19;
  const product = (Math.imul(mantissa, float & 0x3f) + 48) >> 4;
  // From 19 to the right to 9 to the left, in one.
  const result = ((product << 10) >> (10 - shift)) & 0x7fff;
  const resultSign = (value ^ float) >> 31;
  return (result ^ resultSign) - resultSign;
}
