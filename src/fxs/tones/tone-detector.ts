import { SAMPLES_PER_MS, type ToneSpec } from "../../base/audio.ts";
import {
  LOOK_SAMPLES,
  OTHER_SOUND,
  SILENCE,
  type Sound,
  SoundFinder,
  WINDOW_SAMPLES,
} from "./sound-finder.ts";

/** A tone began or ended. `sample` counts from the detector's first sample, within 30 ms. */
export interface ToneEvent {
  readonly kind: "start" | "end";
  readonly name: string;
  readonly sample: number;
}

/** Names the tones that it hears. */
export interface ToneDetector {
  /** 8 kHz samples, as many as come; the array is borrowed. The same empty array for nothing. */
  process(frame: Int16Array): readonly ToneEvent[];
}

/** How far a burst or a pause may be off its length: a part of it, and some looks. */
const OFF_PART = 0.12;
const OFF_MS = 35;
/**
 * Looks that a change must hold. At the ends of a burst a look is half in it and finds neither it
 * nor silence: what is neither must last longer.
 */
const LOOKS_TO_CHANGE = 3;
const LOOKS_TO_OTHER = 10;
/** Shortest steady tone that is taken where nothing else begins like it, ms. */
const STEADY_MIN_MS = 400;
/** Bursts and pauses that are kept. */
const HISTORY = 8;
/** How often a repeated part is laid out. */
const REPEATS = 4;

interface Part {
  /** The index of a sound, or `SILENCE`. */
  readonly sound: number;
  /** Infinite where it lasts until it is stopped. */
  readonly ms: number;
}

interface Candidate {
  readonly name: string;
  readonly parts: readonly Part[];
}

const NOTHING: readonly ToneEvent[] = [];

/**
 * Names call-progress tones by frequency and cadence.
 *
 *     looks:   a a a a a - - - - - a a a a a -       a sound, or silence, each 10 ms
 *     parts:   a 500       - 500     a 500           dated where the change began
 *     tones:   dial ✗ (ended)  busy ✓  reorder ✗ (too long)  ⇒ busy
 *
 * A tone is named as soon as all others have been ruled out: a burst that ends at its length names
 * what has that burst, a sound that goes on past every burst names the steady one. It ends with the
 * first part that does not fit. What was already sounding at the first sample is measured from its
 * next change on.
 */
class Detector implements ToneDetector {
  readonly #candidates: readonly Candidate[];
  readonly #finder: SoundFinder;
  #samples = 0;
  /** The part that goes on, since when; and the one that may have begun. */
  #sound = SILENCE;
  #sinceSample = 0;
  #coming = SILENCE;
  #comingLooks = 0;
  /** Since when looks have not found the part that goes on; undefined while they do. */
  #leftSample: number | undefined;
  /** Whether the part that goes on was seen from its beginning. */
  #isWhole = false;
  #history: Part[] = [];
  #named: string | undefined;
  #events: ToneEvent[] = [];

  constructor(tones: Readonly<Record<string, ToneSpec>>) {
    const sounds: Sound[] = [];
    this.#candidates = Object.entries(tones).map(([name, tone]) => ({
      name,
      parts: partsOf(tone, sounds),
    }));
    this.#finder = new SoundFinder(sounds);
  }

  process(frame: Int16Array): readonly ToneEvent[] {
    this.#events = [];
    this.#finder.process(frame, (sound) => this.#look(sound));
    return this.#events.length === 0 ? NOTHING : this.#events;
  }

  #look(sound: number): void {
    this.#samples += LOOK_SAMPLES;
    if (sound === this.#sound) {
      this.#comingLooks = 0;
      this.#leftSample = undefined;
    } else this.#other(sound);
    this.#judge();
  }

  #other(sound: number): void {
    this.#leftSample ??= Math.max(0, this.#samples - (WINDOW_SAMPLES + LOOK_SAMPLES) / 2);
    this.#comingLooks = sound === this.#coming ? this.#comingLooks + 1 : 1;
    this.#coming = sound;
    const needed = sound === OTHER_SOUND ? LOOKS_TO_OTHER : LOOKS_TO_CHANGE;
    if (this.#comingLooks >= needed) this.#change(this.#leftSample);
  }

  #change(atSample: number): void {
    const ms = (atSample - this.#sinceSample) / SAMPLES_PER_MS;
    if (this.#isWhole && this.#sound !== OTHER_SOUND) {
      this.#history.push({ sound: this.#sound, ms });
      if (this.#history.length > HISTORY) this.#history.shift();
    }
    if (this.#coming === OTHER_SOUND) this.#history = [];
    // A pause before a first burst tells nothing.
    if (this.#history.length === 1 && this.#history[0]?.sound === SILENCE) this.#history = [];
    this.#isWhole = this.#sinceSample > 0 || this.#sound === SILENCE;
    this.#sound = this.#coming;
    this.#sinceSample = atSample;
    this.#comingLooks = 0;
    this.#leftSample = undefined;
  }

  #judge(): void {
    // A part that looks have left is as long as it was then, until it is known what follows.
    const untilSample = this.#leftSample ?? this.#samples - (WINDOW_SAMPLES + LOOK_SAMPLES) / 2;
    const nowMs = (untilSample - this.#sinceSample) / SAMPLES_PER_MS;
    const named = this.#candidates.find(({ name }) => name === this.#named);
    if (named !== undefined && !this.#fits(named, nowMs)) {
      this.#tell("end", named.name);
      this.#named = undefined;
      // What did not fit may be the beginning of another.
      this.#history = [];
    }
    if (this.#named !== undefined || this.#sound === OTHER_SOUND) return;
    const fitting = this.#candidates.filter((one) => this.#fits(one, nowMs));
    const [first] = fitting;
    if (first === undefined) {
      this.#history = this.#history.length > 1 ? this.#history.slice(1) : [];
      if (this.#history[0]?.sound === SILENCE) this.#history.shift();
      return;
    }
    if (fitting.some((one) => !isSame(one, first))) return;
    if (!this.#isProven(first, nowMs)) return;
    this.#named = first.name;
    this.#tell("start", first.name);
  }

  /** Whether enough was heard: a whole burst, or a sound that lasts. */
  #isProven({ parts }: Candidate, nowMs: number): boolean {
    if (this.#history.some(({ sound }) => sound >= 0)) return true;
    const lasts = parts.some(
      ({ sound, ms }) => sound === this.#sound && ms === Number.POSITIVE_INFINITY,
    );
    return lasts && this.#sound >= 0 && nowMs >= STEADY_MIN_MS;
  }

  /** Whether what was heard is a piece of a tone, however it goes on. */
  #fits({ parts }: Candidate, nowMs: number): boolean {
    const heard = this.#history;
    if (heard.length === 0 && this.#sound === SILENCE) return false;
    for (let from = 0; from + heard.length < parts.length; from++) {
      if (
        heard.every((part, at) => isAlike(parts[from + at], part)) &&
        this.#goesOn(parts[from + heard.length], nowMs)
      ) {
        return true;
      }
    }
    return false;
  }

  #goesOn(part: Part | undefined, nowMs: number): boolean {
    if (part === undefined || part.sound !== this.#sound) return false;
    return nowMs <= part.ms + slackMs(part.ms);
  }

  #tell(kind: "start" | "end", name: string): void {
    const sample = kind === "start" ? this.#startSample() : this.#sinceSample;
    this.#events.push({ kind, name, sample });
  }

  #startSample(): number {
    const heardMs = this.#history.reduce((sum, { ms }) => sum + ms, 0);
    return Math.max(0, Math.round(this.#sinceSample - heardMs * SAMPLES_PER_MS));
  }
}

function slackMs(ms: number): number {
  return ms === Number.POSITIVE_INFINITY ? 0 : ms * OFF_PART + OFF_MS;
}

function isAlike(expected: Part | undefined, heard: Part): boolean {
  if (expected === undefined || expected.sound !== heard.sound) return false;
  return Math.abs(expected.ms - heard.ms) <= slackMs(expected.ms);
}

/** Whether two tones are one and the same, which no ear tells apart. */
function isSame(one: Candidate, other: Candidate): boolean {
  if (one.parts.length !== other.parts.length) return false;
  return one.parts.every((part, at) => {
    const twin = other.parts[at];
    return twin !== undefined && twin.sound === part.sound && twin.ms === part.ms;
  });
}

/** A tone as bursts and pauses, its repeated part laid out some times; sounds are noted down. */
function partsOf({ segments, repeatFrom }: ToneSpec, sounds: Sound[]): readonly Part[] {
  const once = segments.map((segment): Part => {
    const { frequenciesHz, durationMs = Number.POSITIVE_INFINITY, modulation } = segment;
    const steady = { frequenciesHz };
    const sound =
      modulation === undefined ? steady : { ...steady, modulationHz: modulation.rateHz };
    return { sound: soundIndex(sound, sounds), ms: durationMs };
  });
  const again = repeatFrom === undefined ? [] : once.slice(repeatFrom);
  const laidOut = [...once, ...Array.from({ length: REPEATS }, () => again).flat()];
  // A tone that ends is followed by silence.
  if (repeatFrom === undefined) laidOut.push({ sound: SILENCE, ms: Number.POSITIVE_INFINITY });
  const merged: Part[] = [];
  for (const part of laidOut) {
    const last = merged.at(-1);
    if (last?.sound !== part.sound) merged.push(part);
    else merged[merged.length - 1] = { sound: part.sound, ms: last.ms + part.ms };
  }
  return merged;
}

function soundIndex(sound: Sound, sounds: Sound[]): number {
  if (sound.frequenciesHz.length === 0) return SILENCE;
  const key = [...sound.frequenciesHz].sort((one, other) => one - other).join("+");
  const known = sounds.findIndex(
    ({ frequenciesHz, modulationHz }) =>
      modulationHz === sound.modulationHz &&
      [...frequenciesHz].sort((one, other) => one - other).join("+") === key,
  );
  if (known >= 0) return known;
  sounds.push(sound);
  return sounds.length - 1;
}

/** A detector of some tones, each by a name of the caller's. Independent of how it is framed. */
export function createToneDetector(tones: Readonly<Record<string, ToneSpec>>): ToneDetector {
  return new Detector(tones);
}
