import { OWN_FULL_SCALE_DBM0 } from "../../hal/linux/index.ts";
import type { BoardLevels } from "../config/board-file.ts";
import { bad, type Finding, good, note } from "./finding.ts";
import {
  clippedPart,
  findKey,
  type HeardKey,
  powerDbfs,
  RATE_HZ,
  sineAt,
  toneDbfs,
} from "./level-analysis.ts";
import type { SoundSession } from "./sound-session.ts";

/**
 * Level of a pressed key at the line, both tones together, dBm0: -11 and -9 dBm, as a common modem
 * chip sends them. Telephones differ by some decibels; it can be told otherwise.
 */
export const KEY_DBM0 = 10 * Math.log10(10 ** (-11 / 10) + 10 ** (-9 / 10));

/** The tone of the milliwatt, Hz, as in the exchange's 601. */
const TONE_HZ = 1004;
/** How loud it is played: 0 dBm0 where nothing else is known. */
export const TONE_DBFS = -OWN_FULL_SCALE_DBM0;
/** 1 mW in 600 Ω. */
const MILLIWATT_VOLTS = Math.sqrt(0.001 * 600);

const QUIET_SAMPLES = RATE_HZ;
const TONE_SAMPLES = 2 * RATE_HZ;
/** The tone's beginning is left out: filters, queues and the line settle. */
const SETTLE_SAMPLES = RATE_HZ / 2;
const KEY_WAIT_SAMPLES = 20 * RATE_HZ;
const KEY_PIECE = (RATE_HZ * 40) / 1000;
/** So many pieces in a row hold the same key. */
const KEY_PIECES = 2;

/** Above this the line's own noise is heard. */
const NOISE_MAX_DBM0 = -50;
/** What comes back of the tone: above, something else than the line gives it back. */
const RETURN_MAX_DB = -3;
/** Below, the playing side does not reach the line at all. */
const RETURN_MIN_DB = -55;
/** A sensible full scale, dBm0: keys and tones fit below it, and quiet speech is not lost. */
const FULL_SCALE_DBM0 = { min: 0, max: 20 } as const;

/** How the measurement is made. */
export interface LevelsPlan {
  /** What is known already; what is measured anew replaces it. */
  readonly known: BoardLevels;
  /** Waits for a key, which ties the recording side to a level. */
  readonly withKey: boolean;
  readonly keyDbm0: number;
  /** What a meter showed between TIP and RING while the tone played, V effective. */
  readonly volts?: number;
  /** The card's output is joined to its input by a cable, in place of the line. */
  readonly loop: boolean;
  /** Whether the receiver is off the hook now; undefined where that is not known. */
  readonly isLifted?: () => boolean | undefined;
  /** Tells the person what to do now. */
  readonly ask: (text: string) => void;
}

/** What came of it. */
export interface LevelsReport {
  readonly findings: readonly Finding[];
  readonly levels: BoardLevels;
}

/**
 * Measures what a sound channel's full scale is on the line. The session's port must have no
 * levels set: all is counted from the converter's own full scale. Rejects with `PortError` where
 * the card fails.
 */
export async function measureLevels(
  session: SoundSession,
  plan: LevelsPlan,
): Promise<LevelsReport> {
  const findings: Finding[] = [];
  let levels: BoardLevels = plan.known;
  const quiet = await session.record(QUIET_SAMPLES);
  if (plan.withKey) {
    const heard = await waitForKey(session, plan);
    findings.push(tellKey(heard));
    if (heard !== undefined) {
      levels = { ...levels, captureFullScaleDbm0: tenth(plan.keyDbm0 - heard.levelDbfs) };
    }
  }
  const capture = levels.captureFullScaleDbm0 ?? OWN_FULL_SCALE_DBM0;
  findings.push(tellNoise(powerDbfs(quiet) + capture));
  const played = await session.record(TONE_SAMPLES, sineAt(TONE_HZ, TONE_DBFS));
  const steady = played.subarray(SETTLE_SAMPLES);
  const returnDb = toneDbfs(steady, TONE_HZ) - TONE_DBFS;
  findings.push(tellReturn(returnDb, clippedPart(steady), plan));
  const playback = playbackFullScale(plan, levels, returnDb);
  if (playback !== undefined) levels = { ...levels, playbackFullScaleDbm0: tenth(playback) };
  findings.push(...tellFullScale("recorded", levels.captureFullScaleDbm0, "Mic or Line"));
  findings.push(...tellFullScale("played", levels.playbackFullScaleDbm0, "Speaker or Headphone"));
  const { bulkDelaySamples } = session;
  if (bulkDelaySamples !== undefined) {
    const ms = ((bulkDelaySamples / RATE_HZ) * 1000).toFixed(1);
    findings.push(good("levels", `the card's way from playing to recording takes ${ms} ms`));
  }
  return { findings, levels };
}

/** The level at which a meter saw the tone tells what full scale is; so does a loop's gain. */
function playbackFullScale(
  { volts, loop }: LevelsPlan,
  { captureFullScaleDbm0 }: BoardLevels,
  loopDb: number,
): number | undefined {
  if (volts !== undefined) return 20 * Math.log10(volts / MILLIWATT_VOLTS) - TONE_DBFS;
  if (!loop || captureFullScaleDbm0 === undefined) return undefined;
  return captureFullScaleDbm0 + loopDb;
}

async function waitForKey(
  session: SoundSession,
  { ask }: LevelsPlan,
): Promise<HeardKey | undefined> {
  ask("Lift the receiver and hold one key of the telephone down, for two seconds.");
  let found: HeardKey | undefined;
  await session.record(KEY_WAIT_SAMPLES, undefined, (recorded) => {
    found = heldKey(recorded);
    return found !== undefined;
  });
  return found;
}

/** The key that the last pieces hold; their last one's level. */
function heldKey(recorded: Int16Array): HeardKey | undefined {
  let last: HeardKey | undefined;
  for (let back = KEY_PIECES; back > 0; back--) {
    const at = recorded.length - back * KEY_PIECE;
    if (at < 0) return undefined;
    const heard = findKey(recorded.subarray(at, at + KEY_PIECE));
    if (heard === undefined || (last !== undefined && heard.key !== last.key)) return undefined;
    last = heard;
  }
  return last;
}

function tellKey(heard: HeardKey | undefined): Finding {
  if (heard === undefined) {
    return bad(
      "levels",
      "no key was heard within 20 s",
      "see that the receiver is off the hook and that VOUT reaches the card's input; or turn " +
        "the card's input up",
    );
  }
  const { key, levelDbfs, twistDb } = heard;
  const told = `key ${key} was heard at ${levelDbfs.toFixed(1)} dB under full scale`;
  return Math.abs(twistDb - 2) <= 4
    ? good("levels", told)
    : note(
        "levels",
        `${told}, its column ${twistDb.toFixed(1)} dB over its row (2 is usual)`,
        "the way from the line to the card bends the sound: look at the capacitors",
      );
}

function tellNoise(noiseDbm0: number): Finding {
  const told = `the line's noise is ${noiseDbm0.toFixed(0)} dBm0`;
  if (noiseDbm0 <= NOISE_MAX_DBM0) return good("levels", told);
  const advice = "keep the wires short, join the grounds in one place, mute the microphone's boost";
  return note("levels", `${told}: it will be heard`, advice);
}

function tellReturn(
  returnDb: number,
  clipped: number,
  { loop, isLifted }: Pick<LevelsPlan, "loop" | "isLifted">,
): Finding {
  const told = `of a tone at ${TONE_DBFS.toFixed(1)} dB, ${returnDb.toFixed(1)} dB come back`;
  if (clipped > 0) {
    const advice = "turn the card's input or output down, and measure again";
    return bad("levels", `${told}, and they are cut off at full scale`, advice);
  }
  if (loop) {
    if (returnDb > RETURN_MIN_DB)
      return good("levels", `the loop's gain is ${returnDb.toFixed(1)} dB`);
    return bad("levels", "nothing comes back over the loop", "join the card's output and input");
  }
  if (isLifted?.() === false) {
    const advice = "lift the receiver and measure again: an open line says little";
    return note("levels", `${told}, with the receiver on the hook`, advice);
  }
  if (returnDb > RETURN_MAX_DB) {
    const advice = "mute the mixer's monitor path from input to output (Mic playback)";
    return bad("levels", `${told}: the card hears itself, not the line`, advice);
  }
  if (returnDb < RETURN_MIN_DB) {
    const advice = "see that the card's output reaches VIN, and that the receiver is off the hook";
    return note("levels", `${told}: next to nothing`, advice);
  }
  return good("levels", told);
}

function tellFullScale(
  side: "recorded" | "played",
  fullScaleDbm0: number | undefined,
  control: string,
): readonly Finding[] {
  if (fullScaleDbm0 === undefined) {
    const advice =
      side === "recorded"
        ? "run: tipring doctor --levels, and hold a key down"
        : "run: tipring doctor --levels --tone, read a meter, and run it with --volts";
    return [note("levels", `what full scale is when it is ${side} has not been measured`, advice)];
  }
  const told = `full scale, ${side}, is ${fullScaleDbm0.toFixed(1)} dBm0 on the line`;
  if (fullScaleDbm0 < FULL_SCALE_DBM0.min) {
    const turn = side === "recorded" ? "down" : "up";
    return [
      bad("levels", `${told}: loud sounds are cut off`, `turn ${control} ${turn}, measure again`),
    ];
  }
  if (fullScaleDbm0 > FULL_SCALE_DBM0.max) {
    const turn = side === "recorded" ? "up" : "down";
    return [
      note("levels", `${told}: quiet sounds are lost`, `turn ${control} ${turn}, measure again`),
    ];
  }
  return [good("levels", told)];
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
