import type { SoundSegment } from "./sound-segmenter.ts";
import type { TonePattern } from "./tone-tables.ts";

const SAMPLES_PER_MS = 8;
/** A duration may differ by the larger of these. */
const DURATION_TOLERANCE = 0.12;
const DURATION_TOLERANCE_MS = 25;
/** A frequency may differ by this: 425 and 440 Hz stay apart. */
const FREQUENCY_TOLERANCE = 0.015;
/** A pause longer than this is not waited for to its end. */
const LONG_PAUSE_MS = 1000;
/** … but this much of it. */
const PAUSE_SHOWN_MS = 200;
/** A rhythm is believed after this much of it. */
const MIN_EVIDENCE_MS = 400;
/** A tone that does not stop is believed after this, unless a rival sounds longer at a time. */
const MIN_CONTINUOUS_MS = 300;

/** How long a segment lasted, or lasts until now. */
export function durationMs(segment: SoundSegment): number {
  return (segment.end - segment.start) / SAMPLES_PER_MS;
}

const toleranceMs = (expectedMs: number): number =>
  Math.max(DURATION_TOLERANCE_MS, expectedMs * DURATION_TOLERANCE);

const longestMs = (expectedMs: number): number => expectedMs + toleranceMs(expectedMs);

const lasts = (segment: SoundSegment, expectedMs: number): boolean =>
  Math.abs(durationMs(segment) - expectedMs) <= toleranceMs(expectedMs);

const sameSet = (a: readonly number[], b: readonly number[]): boolean => {
  if (a.length !== b.length) return false;
  const left = [...a].sort((x, y) => x - y);
  const right = [...b].sort((x, y) => x - y);
  return left.every((hz, at) => Math.abs(hz - (right[at] ?? 0)) <= FREQUENCY_TOLERANCE * hz);
};

/** Whether a segment sounds at the pattern's frequencies, or at one of those it has in turn. */
export function soundsLike(segment: Pick<SoundSegment, "tones">, pattern: TonePattern): boolean {
  const { tones } = segment;
  if (tones === undefined) return false;
  const { frequenciesHz, inTurnHz, withinHz } = pattern;
  // Most patterns are out of the question by that: there are many, and they are asked for often.
  if (tones.length !== (withinHz === undefined ? frequenciesHz.length : 1)) return false;
  const heard = tones.map((tone) => tone.frequencyHz);
  if (withinHz === undefined) return sameSet(frequenciesHz, heard);
  return (inTurnHz ?? frequenciesHz).some((hz) => isOnly(heard, hz, withinHz));
}

const isOnly = (heard: readonly number[], hz: number, withinHz: number): boolean =>
  heard.length === 1 && Math.abs((heard[0] ?? 0) - hz) <= withinHz;

/** Whether a segment is the burst of the pattern whose turn it is. */
function isTurn(segment: SoundSegment, pattern: TonePattern, burst: number): boolean {
  const { inTurnHz, withinHz = 0 } = pattern;
  if (inTurnHz === undefined) return soundsLike(segment, pattern);
  const heard = segment.tones?.map((tone) => tone.frequencyHz) ?? [];
  return isOnly(heard, inTurnHz[burst % inTurnHz.length] ?? 0, withinHz);
}

/** The longest that a sound or a pause of this pattern may last. */
export function longestPartMs(pattern: TonePattern, kind: SoundSegment["kind"]): number {
  const odd = kind === "sound" ? 0 : 1;
  return Math.max(...pattern.cadence.filter((_, at) => at % 2 === odd).map(longestMs));
}

/** Whether a closed segment can be a part of the pattern's cadence. */
export function fitsCadence(segment: SoundSegment, pattern: TonePattern): boolean {
  const odd = segment.kind === "sound" ? 0 : 1;
  if (odd === 0 && !soundsLike(segment, pattern)) return false;
  return pattern.cadence.some((ms, at) => at % 2 === odd && lasts(segment, ms));
}

/** The longest that any rhythm of these frequencies sounds at a time. */
function longestRivalMs(pattern: TonePattern, table: readonly TonePattern[]): number {
  let longest = 0;
  for (const other of table) {
    if (!sameSet(other.frequenciesHz, pattern.frequenciesHz)) continue;
    other.cadence.forEach((ms, at) => {
      if (at % 2 === 0) longest = Math.max(longest, longestMs(ms));
    });
  }
  return longest;
}

/** Whether the open segment, whose end would show `lateMs` late, is a tone that does not stop. */
export function isContinuous(
  open: SoundSegment,
  pattern: TonePattern,
  table: readonly TonePattern[],
  lateMs: number,
): boolean {
  if (pattern.cadence.length !== 0 || !soundsLike(open, pattern)) return false;
  const rivalMs = longestRivalMs(pattern, table) + lateMs;
  return durationMs(open) > Math.max(MIN_CONTINUOUS_MS, rivalMs);
}

/** How much of a long pause must have passed, so that no rival with a shorter one is meant. */
function pauseToShowMs(
  soundMs: number,
  pauseMs: number,
  pattern: TonePattern,
  table: readonly TonePattern[],
): number {
  let showMs = PAUSE_SHOWN_MS;
  for (const other of table) {
    if (!sameSet(other.frequenciesHz, pattern.frequenciesHz)) continue;
    other.cadence.forEach((ms, at) => {
      const before = other.cadence[at - 1] ?? 0;
      const isRival = at % 2 === 1 && Math.abs(before - soundMs) <= 2 * toleranceMs(soundMs);
      if (isRival && longestMs(ms) < pauseMs) showMs = Math.max(showMs, longestMs(ms));
    });
  }
  return showMs;
}

/** The nearest that two sines of one sound are to each other, Hz: how slowly it beats. */
export function slowestBeatHz(table: readonly TonePattern[]): number {
  let slowest = Number.POSITIVE_INFINITY;
  for (const { frequenciesHz } of table) {
    const sorted = [...frequenciesHz].sort((a, b) => a - b);
    sorted.forEach((hz, at) => {
      if (at > 0) slowest = Math.min(slowest, hz - (sorted[at - 1] ?? 0));
    });
  }
  return slowest;
}

/** Parts in turn, from a sound on, that stand in a rival's rhythm and fit this one's as well. */
function sharedParts(pattern: TonePattern, rival: TonePattern): number {
  const { cadence } = pattern;
  const fits = (ms: number, expectedMs: number): boolean =>
    Math.abs(ms - expectedMs) <= toleranceMs(expectedMs);
  let longest = 0;
  for (let from = 0; from < rival.cadence.length; from += 2) {
    for (let turn = 0; turn < cadence.length; turn += 2) {
      let run = 0;
      while (run < rival.cadence.length) {
        const theirs = rival.cadence[(from + run) % rival.cadence.length] ?? 0;
        if (!fits(theirs, cadence[(turn + run) % cadence.length] ?? 0)) break;
        run++;
      }
      // All of it: the same rhythm under two names, which nothing tells apart.
      if (run < rival.cadence.length) longest = Math.max(longest, run);
    }
  }
  return longest;
}

/** What `roundsNeeded` came to, by table and pattern. */
const ROUNDS = new WeakMap<readonly TonePattern[], Map<TonePattern, number>>();

function roundsNeeded(pattern: TonePattern, table: readonly TonePattern[]): number {
  const known = ROUNDS.get(table) ?? new Map<TonePattern, number>();
  ROUNDS.set(table, known);
  const rounds = known.get(pattern) ?? countRounds(pattern, table);
  known.set(pattern, rounds);
  return rounds;
}

/** How many rounds of a rhythm must be heard: more of them than any rival's rhythm holds. */
function countRounds(pattern: TonePattern, table: readonly TonePattern[]): number {
  const { cadence } = pattern;
  const cycleMs = cadence.reduce((sum, ms) => sum + ms, 0);
  let rounds = Math.max(1, Math.ceil(MIN_EVIDENCE_MS / cycleMs));
  for (const rival of table) {
    if (rival === pattern || rival.cadence.length <= cadence.length) continue;
    if (!sameSet(rival.frequenciesHz, pattern.frequenciesHz)) continue;
    // One that differs by a frequency later on has shown it after a round of its own.
    const shared = rival.inTurnHz === undefined ? sharedParts(pattern, rival) : 0;
    const turns = rival.inTurnHz === undefined ? 1 : rival.cadence.length / cadence.length;
    rounds = Math.max(rounds, Math.floor(shared / cadence.length) + 1, Math.ceil(turns));
  }
  return rounds;
}

/** One rotation of the cadence against the last segments, the open one after them. */
function matchesRotation(
  segments: readonly SoundSegment[],
  open: SoundSegment,
  pattern: TonePattern,
  rotation: number,
  table: readonly TonePattern[],
): boolean {
  const { cadence } = pattern;
  const lastPauseMs = cadence[(rotation + cadence.length - 1) % cadence.length] ?? 0;
  let parts = roundsNeeded(pattern, table) * cadence.length;
  if (open.kind === "quiet") {
    const shownMs = durationMs(open);
    if (lastPauseMs <= LONG_PAUSE_MS || shownMs > longestMs(lastPauseMs)) return false;
    const lastSoundMs = cadence[(rotation + cadence.length - 2) % cadence.length] ?? 0;
    if (shownMs < pauseToShowMs(lastSoundMs, lastPauseMs, pattern, table)) return false;
    parts--;
  } else if (durationMs(open) > longestMs(cadence[rotation] ?? 0)) return false;
  if (segments.length < parts) return false;
  const tail = segments.slice(segments.length - parts);
  return tail.every((segment, at) => {
    const part = (rotation + at) % cadence.length;
    if ((segment.kind === "sound") !== (at % 2 === 0)) return false;
    return (
      lasts(segment, cadence[part] ?? 0) && (at % 2 === 1 || isTurn(segment, pattern, part / 2))
    );
  });
}

/**
 * Whether the last closed segments and the open one are in the pattern's rhythm. Each part must
 * have been heard whole, but of a pause over {@link LONG_PAUSE_MS} only as much as tells it from
 * others; so ringback is known soon after its first burst, busy after its first pause.
 */
export function isInCadence(
  segments: readonly SoundSegment[],
  open: SoundSegment,
  pattern: TonePattern,
  table: readonly TonePattern[],
): boolean {
  for (let rotation = 0; rotation < pattern.cadence.length; rotation += 2) {
    if (matchesRotation(segments, open, pattern, rotation, table)) return true;
  }
  return false;
}
