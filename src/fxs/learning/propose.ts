import { COMMON_HOOK } from "../country/profile.ts";
import type { PulseDigitMap } from "../line/pulse-digits.ts";
import { LEARN_DIGIT, type LearnFindings, type LearnTrain } from "./learner.ts";

/** Settings that fit a telephone, in the shape of a country's profile. */
export interface LearnedSettings {
  readonly flash?: { readonly minMs: number; readonly maxMs: number };
  readonly hook?: { readonly onHookMinMs: number };
  readonly pulse?: {
    readonly breakMinMs: number;
    readonly breakMaxMs: number;
    readonly interDigitMs: number;
    readonly digitMap: PulseDigitMap;
  };
}

/** What is made of what was measured. */
export interface LearnProposal {
  readonly settings: LearnedSettings;
  /** Of the dial, where there is one. */
  readonly pulsesPerSecond?: number;
  readonly breakPercent?: number;
  readonly doubts: readonly LearnDoubt[];
}

/** Why a proposal may be wrong. */
export type LearnDoubt =
  /** The dial sent another number of pulses each time. */
  | "pulses-differ"
  /** No dial has that many pulses for the digit. */
  | "pulses-unknown"
  /** The shortest and the longest flash are far apart: they were made by hand. */
  | "flash-by-hand"
  /** A flash is as short as a pulse: where digits are dialled it is taken for one. */
  | "flash-like-pulse"
  | "no-flash"
  | "nothing-dialled";

/** How many pulses each kind of dial sends for {@link LEARN_DIGIT}. */
const KINDS: readonly (readonly [PulseDigitMap, number])[] = [
  ["normal", Number(LEARN_DIGIT)],
  ["sweden", Number(LEARN_DIGIT) + 1],
  ["new-zealand", 10 - Number(LEARN_DIGIT)],
];

/** Room left on both sides of what was measured, as parts of it. */
const ROOM = 0.35;
/** The least time that on-hook takes, ms, and how much longer than a flash. */
const ON_HOOK = { minMs: 400, moreMs: 100 } as const;
/** A flash that is made by hand differs by this factor from one time to the next. */
const BY_HAND = 1.5;

/** Settings for a telephone of which so much was seen. What was not seen is left out. */
export function proposeSettings(findings: LearnFindings): LearnProposal {
  const doubts: LearnDoubt[] = [];
  const pulse = pulseOf(findings, doubts);
  const flash = flashOf(findings, doubts);
  if (flash !== undefined && flash.minMs < (pulse?.breakMaxMs ?? 0))
    doubts.push("flash-like-pulse");
  const onHookMinMs = Math.max(ON_HOOK.minMs, (flash?.maxMs ?? 0) + ON_HOOK.moreMs);
  return {
    settings: {
      ...(flash === undefined ? {} : { flash, hook: { onHookMinMs } }),
      ...(pulse === undefined ? {} : { pulse }),
    },
    ...speedOf(findings.trains),
    doubts,
  };
}

function pulseOf(
  { dial, trains }: LearnFindings,
  doubts: LearnDoubt[],
): LearnedSettings["pulse"] | undefined {
  if (dial === "unknown") doubts.push("nothing-dialled");
  if (trains.length === 0) return undefined;
  const counts = trains.map(({ breaksMs }) => breaksMs.length).sort((one, other) => one - other);
  const usual = counts[counts.length >> 1] ?? 0;
  if (counts.some((count) => count !== usual)) doubts.push("pulses-differ");
  const kind = KINDS.find(([, count]) => count === usual)?.[0];
  if (kind === undefined) doubts.push("pulses-unknown");
  const breaksMs = trains.flatMap((train) => train.breaksMs);
  const makeMs = Math.max(0, ...trains.flatMap((train) => train.makesMs));
  return {
    breakMinMs: Math.max(10, Math.floor(Math.min(...breaksMs) * (1 - ROOM))),
    breakMaxMs: Math.ceil(Math.max(...breaksMs) * (1 + ROOM)),
    interDigitMs: Math.max(COMMON_HOOK.interDigitMs, Math.ceil(makeMs * 2)),
    digitMap: kind ?? "normal",
  };
}

function flashOf(
  { flashesMs }: LearnFindings,
  doubts: LearnDoubt[],
): LearnedSettings["flash"] | undefined {
  if (flashesMs.length === 0) {
    doubts.push("no-flash");
    return undefined;
  }
  const shortest = Math.min(...flashesMs);
  const longest = Math.max(...flashesMs);
  if (longest > shortest * BY_HAND) doubts.push("flash-by-hand");
  return {
    minMs: Math.max(20, Math.floor(shortest * (1 - ROOM))),
    maxMs: Math.ceil(longest * (1 + ROOM)),
  };
}

function speedOf(
  trains: readonly LearnTrain[],
): Pick<LearnProposal, "pulsesPerSecond" | "breakPercent"> {
  let breakMs = 0;
  let makeMs = 0;
  let makes = 0;
  let breaks = 0;
  for (const train of trains) {
    for (const ms of train.breaksMs) breakMs += ms;
    for (const ms of train.makesMs) makeMs += ms;
    breaks += train.breaksMs.length;
    makes += train.makesMs.length;
  }
  if (makes === 0) return {};
  const oneBreakMs = breakMs / breaks;
  const periodMs = oneBreakMs + makeMs / makes;
  return {
    pulsesPerSecond: Math.round(10_000 / periodMs) / 10,
    breakPercent: Math.round((100 * oneBreakMs) / periodMs),
  };
}
