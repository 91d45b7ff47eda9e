import { FSK_BAUD, FSK_MODES, type FskMode } from "./fsk-modes.ts";
import { peakVoltsFromDbm, SAMPLE_RATE_HZ } from "./levels.ts";

/** How a burst is sent; the defaults are those of an exchange at the first silent interval. */
export interface FskSignalOptions {
  readonly mode: FskMode;
  /** Alternating bits before the marks, starting with space. @see Telcordia GR-30: 300 */
  readonly seizureBits?: number;
  /** Mark bits before the first byte. @see Telcordia GR-30: 180 */
  readonly markBits?: number;
  /** Mark bits after the last byte. */
  readonly tailBits?: number;
  readonly markDbm?: number;
  readonly spaceDbm?: number;
  /** Of the bit clock: 1 is 1200 bit/s. */
  readonly speed?: number;
}

/** Customary at the exchange; not verified against Telcordia GR-30 */
const DEFAULT_LEVEL_DBM = -13.5;

function* burstBits(bytes: Uint8Array, options: FskSignalOptions): Generator<0 | 1> {
  for (let bit = 0; bit < (options.seizureBits ?? 300); bit++) yield bit % 2 === 0 ? 0 : 1;
  for (let bit = 0; bit < (options.markBits ?? 180); bit++) yield 1;
  for (const byte of bytes) {
    yield 0;
    for (let bit = 0; bit < 8; bit++) yield (byte >> bit) & 1 ? 1 : 0;
    yield 1;
  }
  for (let bit = 0; bit < (options.tailBits ?? 10); bit++) yield 1;
}

/**
 * Volts of a phase-continuous FSK burst: an exchange's caller-ID sender, for what is outside the
 * product (tests of the telephone, a scripted exchange line).
 */
export function fskSignal(bytes: Uint8Array, options: FskSignalOptions): Float64Array {
  const { markHz, spaceHz } = FSK_MODES[options.mode];
  const markPeak = peakVoltsFromDbm(options.markDbm ?? DEFAULT_LEVEL_DBM);
  const spacePeak = peakVoltsFromDbm(options.spaceDbm ?? DEFAULT_LEVEL_DBM);
  const bits = [...burstBits(bytes, options)];
  const samplesPerBit = SAMPLE_RATE_HZ / (FSK_BAUD * (options.speed ?? 1));
  const volts = new Float64Array(Math.floor(bits.length * samplesPerBit));
  let cycles = 0;
  for (let at = 0; at < volts.length; at++) {
    const isMark = bits[Math.floor(at / samplesPerBit)] === 1;
    volts[at] = (isMark ? markPeak : spacePeak) * Math.sin(2 * Math.PI * cycles);
    cycles += (isMark ? markHz : spaceHz) / SAMPLE_RATE_HZ;
  }
  return volts;
}
