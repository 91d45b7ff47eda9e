/** The line's sample rate, as the sound port gives it. */
export const RATE_HZ = 8000;

/** Peak of the largest sine that 16 bits hold: 0 dB of all levels here. */
const FULL_SCALE_PEAK = 32_768;

/** What is told in place of silence, dB under a full-scale sine. */
const FLOOR_DBFS = -120;

/** Row and column frequencies of a keypad. @see ITU-T Q.23 */
const ROWS_HZ = [697, 770, 852, 941] as const;
const COLUMNS_HZ = [1209, 1336, 1477, 1633] as const;
const KEYS = ["123A", "456B", "789C", "*0#D"] as const;

/** A key is looked for in pieces of this length: 40 ms. */
const KEY_WINDOW = (RATE_HZ * 40) / 1000;

/** So much of a piece's power is in its two tones, or it is no key. */
const KEY_PURITY = 0.9;

/** A key quieter than this is not told from noise. */
const KEY_MIN_DBFS = -60;

/** Two tones of one key lie no farther apart, dB. */
const KEY_TWIST_MAX_DB = 10;

/** A pressed key, and how loud it was. */
export interface HeardKey {
  readonly key: string;
  /** Power of both tones together, dB under a full-scale sine. */
  readonly levelDbfs: number;
  /** How much louder the column's tone was. */
  readonly twistDb: number;
}

/** Mean power of what was recorded, dB under a full-scale sine, its mean value left out. */
export function powerDbfs(samples: Int16Array): number {
  const mean = samples.reduce((sum, sample) => sum + sample, 0) / Math.max(1, samples.length);
  let sum = 0;
  for (const sample of samples) sum += (sample - mean) ** 2;
  return fromPower(sum / Math.max(1, samples.length));
}

/** Level of one frequency in what was recorded, dB under a full-scale sine. */
export function toneDbfs(samples: Int16Array, frequencyHz: number): number {
  return fromPower(tonePower(samples, frequencyHz));
}

/** How much of what was recorded is at the largest value that there is, 0–1. */
export function clippedPart(samples: Int16Array): number {
  let clipped = 0;
  for (const sample of samples) if (Math.abs(sample) >= FULL_SCALE_PEAK - 1) clipped++;
  return clipped / Math.max(1, samples.length);
}

/** The key that is pressed throughout a piece of 40 ms; undefined where none is. */
export function findKey(piece: Int16Array): HeardKey | undefined {
  if (piece.length < KEY_WINDOW) return undefined;
  const window = piece.subarray(0, KEY_WINDOW);
  const row = loudest(window, ROWS_HZ);
  const column = loudest(window, COLUMNS_HZ);
  let sum = 0;
  for (const sample of window) sum += sample ** 2;
  const whole = sum / window.length;
  const both = row.power + column.power;
  const levelDbfs = fromPower(both);
  const twistDb = fromPower(column.power) - fromPower(row.power);
  if (whole === 0 || both / whole < KEY_PURITY || levelDbfs < KEY_MIN_DBFS) return undefined;
  if (Math.abs(twistDb) > KEY_TWIST_MAX_DB) return undefined;
  return { key: KEYS[row.index]?.[column.index] ?? "", levelDbfs, twistDb };
}

/** A sine at a level under full scale, from its first sample on. */
export function sineAt(frequencyHz: number, levelDbfs: number): (sample: number) => number {
  const peak = FULL_SCALE_PEAK * 10 ** (levelDbfs / 20);
  return (sample) => Math.round(peak * Math.sin((2 * Math.PI * frequencyHz * sample) / RATE_HZ));
}

function loudest(
  samples: Int16Array,
  frequenciesHz: readonly number[],
): { readonly index: number; readonly power: number } {
  return frequenciesHz.reduce(
    (best, frequencyHz, index) => {
      const power = tonePower(samples, frequencyHz);
      return power > best.power ? { index, power } : best;
    },
    { index: 0, power: 0 },
  );
}

/** Mean power of one frequency: the projection on a sine and a cosine, under a Hann window. */
function tonePower(samples: Int16Array, frequencyHz: number): number {
  let real = 0;
  let imaginary = 0;
  const step = (2 * Math.PI * frequencyHz) / RATE_HZ;
  const turn = (2 * Math.PI) / Math.max(1, samples.length);
  samples.forEach((sample, n) => {
    const weighted = sample * (1 - Math.cos(turn * n));
    real += weighted * Math.cos(step * n);
    imaginary += weighted * Math.sin(step * n);
  });
  const peak = (2 * Math.hypot(real, imaginary)) / Math.max(1, samples.length);
  return peak ** 2 / 2;
}

/** A mean power of samples as decibels under that of a full-scale sine. */
function fromPower(power: number): number {
  const ratio = power / (FULL_SCALE_PEAK ** 2 / 2);
  return ratio <= 0 ? FLOOR_DBFS : Math.max(FLOOR_DBFS, 10 * Math.log10(ratio));
}
