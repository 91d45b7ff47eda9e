import { type Diversions, FORWARD_DIGITS_MAX, withForwarding } from "./diversions.ts";

/**
 * What is keyed at dial tone to say what is done with who calls. `N` stands where the number goes:
 * `*72N` is the code and the number after it, `*21*N#` has more after that. Absent: no such code.
 */
export interface FeatureCodes {
  readonly forwardAlways?: string;
  readonly forwardAlwaysOff?: string;
  readonly forwardBusy?: string;
  readonly forwardBusyOff?: string;
  readonly forwardNoAnswer?: string;
  readonly forwardNoAnswerOff?: string;
  readonly doNotDisturb?: string;
  readonly doNotDisturbOff?: string;
}

/** The name of a code. */
export type FeatureName = keyof FeatureCodes;

/** All of them. */
export const FEATURE_NAMES = [
  "forwardAlways",
  "forwardAlwaysOff",
  "forwardBusy",
  "forwardBusyOff",
  "forwardNoAnswer",
  "forwardNoAnswerOff",
  "doNotDisturb",
  "doNotDisturbOff",
] as const satisfies readonly FeatureName[];

/** What a feature does to the wishes; with a number where its code has a place for one. */
const EFFECTS: Readonly<
  Record<FeatureName, (before: Diversions, number: string | undefined) => Diversions>
> = {
  forwardAlways: (before, number) => withForwarding(before, "always", number),
  forwardAlwaysOff: (before) => withForwarding(before, "always", undefined),
  forwardBusy: (before, number) => withForwarding(before, "busy", number),
  forwardBusyOff: (before) => withForwarding(before, "busy", undefined),
  forwardNoAnswer: (before, number) => withForwarding(before, "noAnswer", number),
  forwardNoAnswerOff: (before) => withForwarding(before, "noAnswer", undefined),
  doNotDisturb: (before) => ({ ...before, doNotDisturb: true }),
  doNotDisturbOff: (before) => ({ ...before, doNotDisturb: false }),
};

/**
 * As adapters have them: forwarding and its end are assigned so in North America (NANPA's list of
 * vertical service codes), busy and no answer by the habit of its providers (`*90` to `*93`), do
 * not disturb by that of Sipura's adapters.
 */
export const STAR_CODES: FeatureCodes = {
  forwardAlways: "*72N",
  forwardAlwaysOff: "*73",
  forwardBusy: "*90N",
  forwardBusyOff: "*91",
  forwardNoAnswer: "*92N",
  forwardNoAnswerOff: "*93",
  doNotDisturb: "*78",
  doNotDisturbOff: "*79",
};

/**
 * As the networks of Europe and mobile telephones have forwarding; `*26#` for quiet is by common
 * knowledge. None was read in a standard, each can be changed.
 */
export const ETSI_CODES: FeatureCodes = {
  forwardAlways: "*21*N#",
  forwardAlwaysOff: "#21#",
  forwardBusy: "*67*N#",
  forwardBusyOff: "#67#",
  forwardNoAnswer: "*61*N#",
  forwardNoAnswerOff: "#61#",
  doNotDisturb: "*26#",
  doNotDisturbOff: "#26#",
};

/** Whether a code has a place for a number. */
export const takesNumber = (code: string): boolean => code.includes("N");

/**
 * The rules of a digit map by which the codes can be dialled, with every number of `rules` (those
 * of the digit map itself) where a number goes.
 */
export function codeRules(codes: FeatureCodes, rules: readonly string[]): readonly string[] {
  return FEATURE_NAMES.flatMap((name) => {
    const code = codes[name];
    if (code === undefined || code === "") return [];
    const [before = "", after = ""] = code.split("N");
    if (!takesNumber(code)) return [code];
    // What ends in something has no need to wait whether more comes.
    return rules.map((rule) =>
      after === "" ? before + rule : before + rule.replace(/[Tt]\s*$/, "") + after,
    );
  });
}

/** What dialled digits say, where they are a code. */
export interface FeatureWish {
  readonly name: FeatureName;
  /** Whom calls are to go to. */
  readonly number?: string;
  /** The wishes before, as they are then. */
  readonly applied: (before: Diversions) => Diversions;
}

/** Reads dialled digits as a code; undefined where they are none, or lack their number. */
export function featureOf(codes: FeatureCodes, dialled: string): FeatureWish | undefined {
  for (const name of FEATURE_NAMES) {
    const code = codes[name];
    if (code === undefined || code === "") continue;
    const effect = EFFECTS[name];
    if (!takesNumber(code)) {
      if (dialled === code) return { name, applied: (before) => effect(before, undefined) };
      continue;
    }
    const [head = "", tail = ""] = code.split("N");
    const length = dialled.length - head.length - tail.length;
    if (length < 1 || length > FORWARD_DIGITS_MAX) continue;
    if (!dialled.startsWith(head) || !dialled.endsWith(tail)) continue;
    const number = dialled.slice(head.length, head.length + length);
    return { name, number, applied: (before) => effect(before, number) };
  }
  return undefined;
}
