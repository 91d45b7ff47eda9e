import type { ToneModulation, ToneSegment, ToneSpec } from "../../base/audio.ts";
import type { ToneName } from "../../base/line-messages.ts";

/** A country's call-progress tones, one for each name. */
export type ToneTable = Readonly<Record<ToneName, ToneSpec>>;

/** Every tone name, in the order they are listed to a person. */
export const TONE_NAMES = [
  "dial",
  "stutter-dial",
  "ringback",
  "busy",
  "reorder",
  "howler",
  "call-waiting",
  "confirm",
] as const satisfies readonly ToneName[];

/** Most segments of one tone. */
export const TONE_SEGMENT_LIMIT = 64;

/** Lowest and highest frequency of a tone, Hz: what a telephone line carries. */
export const TONE_HZ = { min: 20, max: 3900 } as const;

/** Slowest and fastest modulation, Hz. */
export const MODULATION_HZ = { min: 1, max: 200 } as const;

/** Lowest and highest level of one frequency, dBm0. The highest is the µ-law limit. */
export const TONE_LEVEL_DBM0 = { min: -60, max: 3 } as const;

/** What sounds: frequencies together, Hz (none is silence), or one that is modulated. */
export type Sound = readonly number[] | Modulated;

/** One frequency with its loudness going up and down. */
export interface Modulated {
  readonly carrierHz: number;
  readonly modulation: ToneModulation;
}

/** A sound and how long it lasts, ms. Without a length it lasts until the tone is stopped. */
export type TonePart = readonly [sound: Sound, durationMs?: number];

/**
 * A modulated frequency. Where a source says nothing of the depth it is 0.9, as Asterisk plays it.
 */
export function modulated(carrierHz: number, rateHz: number, depth = 0.9): Modulated {
  return { carrierHz, modulation: { rateHz, depth } };
}

/** A tone that goes on until it is stopped. `levelDbm0` is that of each frequency. */
export function steady(sound: Sound, levelDbm0: number): ToneSpec {
  return { segments: [segment([sound], levelDbm0)] };
}

/** A tone that goes on and off, `cadenceMs` in turn on and off, and so on without end. */
export function cadenced(sound: Sound, levelDbm0: number, cadenceMs: readonly number[]): ToneSpec {
  return { segments: bursts(sound, levelDbm0, cadenceMs), repeatFrom: 0 };
}

/** A tone of some bursts, `cadenceMs` in turn on and off, after which there is silence. */
export function once(sound: Sound, levelDbm0: number, cadenceMs: readonly number[]): ToneSpec {
  return { segments: bursts(sound, levelDbm0, cadenceMs) };
}

/** `count` bursts of `onMs` and `offMs` each, then the tone without a break. */
export function stutter(
  sound: Sound,
  levelDbm0: number,
  { count, onMs, offMs }: StutterBursts = SIX_BURSTS,
): ToneSpec {
  const cadenceMs = Array.from({ length: 2 * count }, (_, at) => (at % 2 === 0 ? onMs : offMs));
  const lead = bursts(sound, levelDbm0, cadenceMs);
  return { segments: [...lead, segment([sound], levelDbm0)] };
}

/** The bursts that a stutter dial tone begins with. */
export interface StutterBursts {
  readonly count: number;
  readonly onMs: number;
  readonly offMs: number;
}

/** The commonest stutter: six bursts of 100 ms. */
const SIX_BURSTS = { count: 6, onMs: 100, offMs: 100 } as const satisfies StutterBursts;

/** Any tone: its parts in order, repeated from part `repeatFrom` on, or played once. */
export function phrase(
  parts: readonly TonePart[],
  levelDbm0: number,
  repeatFrom?: number,
): ToneSpec {
  const segments = parts.map((part) => segment(part, levelDbm0));
  return repeatFrom === undefined ? { segments } : { segments, repeatFrom };
}

/**
 * The makers above for tones whose level is told as a whole: of n frequencies each is 10·log n dB
 * lower.
 */
export function tonesAt(totalDbm0: number) {
  const each = (sound: Sound): number => {
    const count = "carrierHz" in sound ? 1 : Math.max(1, sound.length);
    return totalDbm0 - Math.round(10 * Math.log10(count));
  };
  return {
    steady: (sound: Sound) => steady(sound, each(sound)),
    cadenced: (sound: Sound, cadenceMs: readonly number[]) =>
      cadenced(sound, each(sound), cadenceMs),
    once: (sound: Sound, cadenceMs: readonly number[]) => once(sound, each(sound), cadenceMs),
    stutter: (sound: Sound, lead: StutterBursts = SIX_BURSTS) => stutter(sound, each(sound), lead),
    phrase: (parts: readonly TonePart[], repeatFrom?: number): ToneSpec => {
      const segments = parts.map((part) => segment(part, each(part[0])));
      return repeatFrom === undefined ? { segments } : { segments, repeatFrom };
    },
  };
}

function segment([sound, durationMs]: TonePart, levelDbm0: number): ToneSegment {
  const timed = durationMs === undefined ? {} : { durationMs };
  return "carrierHz" in sound
    ? { frequenciesHz: [sound.carrierHz], levelDbm0, ...timed, modulation: sound.modulation }
    : { frequenciesHz: sound, levelDbm0, ...timed };
}

function bursts(
  sound: Sound,
  levelDbm0: number,
  cadenceMs: readonly number[],
): readonly ToneSegment[] {
  return cadenceMs.map((ms, at) => segment([at % 2 === 0 ? sound : [], ms], levelDbm0));
}
