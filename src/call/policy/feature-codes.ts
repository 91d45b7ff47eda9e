/**
 * What is keyed at dial tone. Letters stand for digits: `N` for a number, `K` for one digit of a
 * key for speed dial, `P` for a PIN, `A` for an address of numbers with `*` between them; `*72N` is
 * the code and the number after it, `*21*N#` has more after that. Absent or empty: no such code.
 */
export type FeatureCodes = Readonly<Partial<Record<FeatureName, string>>>;

/** The name of a code. */
export type FeatureName = (typeof FEATURE_NAMES)[number];

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
  "redial",
  "callReturn",
  "speedDial",
  "speedDialOff",
  "speedDialTwo",
  "speedDialTwoOff",
  "callWaiting",
  "callWaitingOff",
  "callWaitingOffOnce",
  "withhold",
  "withholdOff",
  "rejectAnonymous",
  "rejectAnonymousOff",
  "block",
  "blockOff",
  "lock",
  "unlock",
  "park",
  "directCall",
] as const;

/** Which letters a code has to have, in their order; those not named here have none. */
const LETTERS: Readonly<Partial<Record<FeatureName, string>>> = {
  forwardAlways: "N",
  forwardBusy: "N",
  forwardNoAnswer: "N",
  speedDial: "KN",
  speedDialOff: "K",
  speedDialTwo: "KKN",
  speedDialTwoOff: "KK",
  callWaitingOffOnce: "N",
  lock: "P",
  unlock: "P",
  directCall: "A",
};

/** Longest number that calls can be sent on to, or that a key calls, digits. */
export const CODE_DIGITS_MAX = 32;

/**
 * As adapters have them. NANPA's list of vertical service codes has forwarding and its end (`*72`,
 * `*73`), the return of a call (`*69`), the lists for speed calling (`*74`, `*75`), no call waiting
 * once (`*70`), and callers refused (`*60` and `*80`, `*77` and `*87`). Busy and no answer are by
 * the habit of North America's providers (`*90` to `*93`), do not disturb and redial by that of
 * Sipura's adapters. By habits that nobody checked are call waiting, the number withheld for good
 * and calls to an address (Grandstream's adapters), and parking (hosted exchanges). The lock is
 * that of {@link ETSI_CODES}. No source has codes that empty a key.
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
  redial: "*07",
  callReturn: "*69",
  speedDial: "*74KN",
  speedDialOff: "#74K",
  speedDialTwo: "*75KKN",
  speedDialTwoOff: "#75KK",
  callWaiting: "*51",
  callWaitingOff: "*50",
  callWaitingOffOnce: "*70N",
  withhold: "*30",
  withholdOff: "*31",
  rejectAnonymous: "*77",
  rejectAnonymousOff: "*87",
  block: "*60",
  blockOff: "*80",
  lock: "*33*P#",
  unlock: "#33*P#",
  park: "*68",
  directCall: "*47A",
};

/**
 * As the networks of Europe and mobile telephones have forwarding, call waiting and the lock (3GPP
 * TS 22.030 annex B has their numbers); speed dial and redial as British Telecom's exchanges;
 * `*26#` for quiet is by common knowledge. Each can be changed.
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
  redial: "**0",
  speedDial: "*51*K*N#",
  speedDialOff: "#51*K#",
  speedDialTwo: "*51*KK*N#",
  speedDialTwoOff: "#51*KK#",
  callWaiting: "*43#",
  callWaitingOff: "#43#",
  lock: "*33*P#",
  unlock: "#33*P#",
};

/** What comes before the first letter of a code, or all of it. */
export const headOf = (code: string): string => code.replace(/[NKPA].*$/, "");

/** What is wrong with the letters of a code; undefined where they are as its feature wants. */
export function lettersFault(name: FeatureName, code: string): string | undefined {
  const wanted = LETTERS[name] ?? "";
  const letters = code.replace(/[^NKPA]/g, "");
  if (letters === wanted) {
    const isLast = name !== "callWaitingOffOnce" || code.endsWith("N");
    return isLast ? undefined : "; the N has to be its end";
  }
  if (wanted === "") return `; take the ${[...new Set(letters)].join(" and ")} out`;
  const like = Object.values({ ...ETSI_CODES, [name]: STAR_CODES[name] ?? ETSI_CODES[name] });
  const example = like.find((one) => one.replace(/[^NKPA]/g, "") === wanted);
  return `; write ${wanted} where its digits go, as in "${example}"`;
}

/** An address of IPv4, and one with a port. */
const ADDRESS_RULES = ["xx.*xx.*xx.*xx.T", "xx.*xx.*xx.*xx.*xx.T"];

/** What stands in a digit map for each letter; a number is every rule there is. */
function ruleParts(code: string): readonly string[] {
  return code.split(/(N|K+|P|A)/).filter((part) => part !== "");
}

/**
 * The rules of a digit map by which the codes can be dialled, with every number of `rules` (those
 * of the digit map itself) where a number goes.
 */
export function codeRules(codes: FeatureCodes, rules: readonly string[]): readonly string[] {
  return FEATURE_NAMES.flatMap((name) => {
    const code = codes[name];
    // What is called behind a code is somebody else's matter: numbers for help are among it.
    if (code === undefined || code === "" || name === "callWaitingOffOnce") return [];
    return ruleParts(code).reduce<readonly string[]>(
      (sofar, part) => {
        // What ends in something has no need to wait whether more comes.
        const heads = sofar.map((head) => head.replace(/[Tt]\s*$/, ""));
        if (part === "N") return heads.flatMap((head) => rules.map((rule) => head + rule));
        if (part === "A") return heads.flatMap((head) => ADDRESS_RULES.map((rule) => head + rule));
        const places = part.replace(/K/g, "x").replace("P", "xx.T");
        return heads.map((head) => head + places);
      },
      [""],
    );
  });
}

/** What dialled digits say, where they are a code. */
export interface FeatureWish {
  readonly name: FeatureName;
  /** The number in it, of {@link CODE_DIGITS_MAX} digits at most. */
  readonly number?: string;
  /** The key for speed dial in it. */
  readonly key?: string;
  readonly pin?: string;
  readonly address?: string;
}

/** Reads dialled digits as a code; undefined where they are none, or lack their number. */
export function featureOf(codes: FeatureCodes, dialled: string): FeatureWish | undefined {
  for (const name of FEATURE_NAMES) {
    const code = codes[name];
    if (code === undefined || code === "") continue;
    const match = patternOf(code).exec(dialled);
    if (match !== null) return { name, ...match.groups };
  }
  return undefined;
}

function patternOf(code: string): RegExp {
  const parts = ruleParts(code).map((part) => {
    if (part === "N") return `(?<number>.{1,${CODE_DIGITS_MAX}})`;
    if (part === "A") return "(?<address>[0-9*]+)";
    if (part === "P") return "(?<pin>[0-9]+)";
    if (part.startsWith("K")) return `(?<key>[0-9]{${part.length}})`;
    return part.replace(/\*/g, "\\*");
  });
  return new RegExp(`^${parts.join("")}$`);
}
