/** What the user of a telephone has chosen by its keys, beside what is done with who calls. */
export interface Choices {
  /** The numbers that keys of one or two digits call. */
  readonly speedDials: Readonly<Record<string, string>>;
}

/** Nothing was chosen. */
export const NO_CHOICES: Choices = { speedDials: {} };

/** A key for speed dial. */
export const SPEED_KEY = /^[0-9]{1,2}$/;

/** Numbers that keys may call. */
const SPEED_NUMBER = /^\+?[0-9*#A-D]{1,32}$/;

/** Before a key, in the name of what is kept of it. */
const SPEED = "speedDial ";

/**
 * What was chosen as names and values, each of which is kept by itself: a word of the configuration
 * about one of them says nothing of the others.
 */
export function choiceEntries({ speedDials }: Choices): ReadonlyMap<string, string> {
  return new Map(Object.entries(speedDials).map(([key, number]) => [SPEED + key, number]));
}

/** The same choices but for one; as they were where name and value mean nothing. */
export function withChoice(choices: Choices, name: string, value: string | undefined): Choices {
  if (!name.startsWith(SPEED)) return choices;
  return withSpeedDial(choices, name.slice(SPEED.length), value);
}

/** The same choices but for one key, which calls nobody without a number. */
export function withSpeedDial(choices: Choices, key: string, number: string | undefined): Choices {
  if (!SPEED_KEY.test(key)) return choices;
  if (number !== undefined && !SPEED_NUMBER.test(number)) return choices;
  const { [key]: _, ...others } = choices.speedDials;
  const speedDials = number === undefined ? others : { ...others, [key]: number };
  return { ...choices, speedDials };
}

/** Whether two choices are the same. */
export function sameChoices(one: Choices, other: Choices): boolean {
  const [mine, theirs] = [choiceEntries(one), choiceEntries(other)];
  return mine.size === theirs.size && [...mine].every(([name, is]) => theirs.get(name) === is);
}

/** In words: what was chosen; undefined where nothing was. */
export function choiceWords({ speedDials }: Choices): string | undefined {
  const keys = Object.keys(speedDials);
  if (keys.length === 0) return undefined;
  return `speed dial on ${keys.join(", ")}`;
}
