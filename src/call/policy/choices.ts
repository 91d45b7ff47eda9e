/** What the user of a telephone has chosen by its keys, beside what is done with who calls. */
export interface Choices {
  /** Whether a second caller is announced by a tone; else the line is busy. */
  readonly callWaiting: boolean;
  /** Whether who is called is not told who calls. */
  readonly withholdsNumber: boolean;
  /** Whether callers that withhold who they are are refused (433). @see RFC 5079 */
  readonly rejectsAnonymous: boolean;
  /** Whether only numbers that are allowed then, and those for help, can be called. */
  readonly isLocked: boolean;
  /** Numbers whose calls are refused. */
  readonly blocked: readonly string[];
  /** The numbers that keys of one or two digits call. */
  readonly speedDials: Readonly<Record<string, string>>;
}

/** Nothing was chosen. */
export const NO_CHOICES: Choices = {
  callWaiting: true,
  withholdsNumber: false,
  rejectsAnonymous: false,
  isLocked: false,
  blocked: [],
  speedDials: {},
};

/** The name of a choice between two. */
export type Switch = "callWaiting" | "withholdsNumber" | "rejectsAnonymous" | "isLocked";

const SWITCHES: readonly Switch[] = [
  "callWaiting",
  "withholdsNumber",
  "rejectsAnonymous",
  "isLocked",
];

/** A key for speed dial. */
export const SPEED_KEY = /^[0-9]{1,2}$/;

/** Most callers that one user refuses by number; North America's networks have up to 31. */
export const BLOCKED_MAX = 31;

/** Numbers that keys may call, or that may be refused. */
const NUMBER = /^\+?[0-9*#A-D]{1,32}$/;

/** Before a key and a number, in the names of what is kept of them. */
const SPEED = "speedDial ";
const BLOCKED = "blocked ";
const YES = "yes";
const NO = "no";

/**
 * What was chosen as names and values, each of which is kept by itself: a word of the configuration
 * about one of them says nothing of the others.
 */
export function choiceEntries(choices: Choices): ReadonlyMap<string, string> {
  return new Map([
    ...SWITCHES.map((name) => [name, choices[name] ? YES : NO] as const),
    ...choices.blocked.map((number) => [BLOCKED + number, YES] as const),
    ...Object.entries(choices.speedDials).map(([key, number]) => [SPEED + key, number] as const),
  ]);
}

/** The same choices but for one; as they were where name and value mean nothing. */
export function withChoice(choices: Choices, name: string, value: string | undefined): Choices {
  if (name.startsWith(SPEED)) return withSpeedDial(choices, name.slice(SPEED.length), value);
  if (name.startsWith(BLOCKED)) {
    return value === YES ? withBlocked(choices, name.slice(BLOCKED.length)) : choices;
  }
  const known = SWITCHES.find((one) => one === name);
  if (known === undefined || (value !== YES && value !== NO)) return choices;
  return { ...choices, [known]: value === YES };
}

/** The same choices but for one key, which calls nobody without a number. */
export function withSpeedDial(choices: Choices, key: string, number: string | undefined): Choices {
  if (!SPEED_KEY.test(key)) return choices;
  if (number !== undefined && !NUMBER.test(number)) return choices;
  const { [key]: _, ...others } = choices.speedDials;
  const speedDials = number === undefined ? others : { ...others, [key]: number };
  return { ...choices, speedDials };
}

/** The same choices, with one caller more that is refused; without, where there are too many. */
export function withBlocked(choices: Choices, number: string): Choices {
  const { blocked } = choices;
  if (!NUMBER.test(number) || blocked.includes(number)) return choices;
  return blocked.length < BLOCKED_MAX ? { ...choices, blocked: [...blocked, number] } : choices;
}

/** Whether two choices are the same. */
export function sameChoices(one: Choices, other: Choices): boolean {
  const [mine, theirs] = [choiceEntries(one), choiceEntries(other)];
  return mine.size === theirs.size && [...mine].every(([name, is]) => theirs.get(name) === is);
}

/** In words: what was chosen; undefined where nothing was. */
export function choiceWords(choices: Choices): string | undefined {
  const keys = Object.keys(choices.speedDials);
  const { length } = choices.blocked;
  const words = [
    ...(choices.callWaiting ? [] : ["no call waiting"]),
    ...(choices.withholdsNumber ? ["its number withheld"] : []),
    ...(choices.rejectsAnonymous ? ["anonymous callers refused"] : []),
    ...(choices.isLocked ? ["calls locked"] : []),
    ...(length === 0 ? [] : [`${length} ${length === 1 ? "caller" : "callers"} refused`]),
    ...(keys.length === 0 ? [] : [`speed dial on ${keys.join(", ")}`]),
  ];
  return words.length === 0 ? undefined : words.join(", ");
}
