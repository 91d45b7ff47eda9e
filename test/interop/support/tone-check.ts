import { measureSpectrum } from "../../hw-sim/audio/frequency-meter.ts";
import { levelDbm, sineMix, voltsFromPcm16 } from "../../hw-sim/audio/levels.ts";

/** Sound in pieces of 100 ms: a frequency is measured to about 1 Hz in each. */
const PIECE_SAMPLES = 800;
const PIECE_MS = 100;
/** A tone is the one looked for when it is this near. */
const TOLERANCE_HZ = 4;
/** Quieter than this nothing is measured. */
const SILENCE_DBM = -45;
/** Share of the energy that a pure tone holds, with some quantising noise and echo beside. */
const TONALITY_MIN = 0.7;

/** How much of a tone there is in some sound. */
export interface HeardTone {
  /** Pieces in which it is the strongest, together. */
  readonly totalMs: number;
  /** Its level in the loudest of them. */
  readonly levelDbm: number;
  /** The strongest frequencies of the pieces that hold any sound, for a message. */
  readonly frequenciesHz: readonly number[];
}

/** A sine to be said into a telephone: volts at 8 kHz, -10 dBm. */
export function sine(toneHz: number, durationMs: number): Float64Array {
  return sineMix([toneHz], -10, durationMs);
}

/** Looks for a tone: in volts at 8 kHz, or in 16-bit linear of the same rate. */
export function findTone(sound: Float64Array | Int16Array, toneHz: number): HeardTone {
  const volts = sound instanceof Int16Array ? voltsFromPcm16(sound) : sound;
  const frequencies = new Set<number>();
  let totalMs = 0;
  let loudestDbm = Number.NEGATIVE_INFINITY;
  for (let at = 0; at + PIECE_SAMPLES <= volts.length; at += PIECE_SAMPLES) {
    const piece = volts.subarray(at, at + PIECE_SAMPLES);
    if (levelDbm(piece) < SILENCE_DBM) continue;
    const { tones, tonality } = measureSpectrum(piece);
    const [strongest] = [...tones].sort((a, b) => b.levelDbm - a.levelDbm);
    if (strongest === undefined) continue;
    frequencies.add(Math.round(strongest.frequencyHz));
    if (tonality < TONALITY_MIN) continue;
    if (Math.abs(strongest.frequencyHz - toneHz) > TOLERANCE_HZ) continue;
    totalMs += PIECE_MS;
    loudestDbm = Math.max(loudestDbm, strongest.levelDbm);
  }
  return { totalMs, levelDbm: loudestDbm, frequenciesHz: [...frequencies] };
}

/** Fails unless a tone was heard for `leastMs` in all. */
export function expectTone(
  sound: Float64Array | Int16Array,
  toneHz: number,
  leastMs: number,
): HeardTone {
  const found = findTone(sound, toneHz);
  if (found.totalMs >= leastMs) return found;
  throw new Error(
    `${toneHz} Hz was heard for ${found.totalMs} ms of ${leastMs}, in ${sound.length / 8} ms of` +
      ` sound with ${found.frequenciesHz.join(", ") || "no"} Hz`,
  );
}
