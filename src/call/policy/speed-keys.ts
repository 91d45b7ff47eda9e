import { matchDigitMap, parseDigitMap } from "../../fxs/index.ts";

/** What keys are told from. */
export interface KeysBeside {
  readonly digitMap: string;
  readonly emergencyNumbers: readonly string[];
}

/**
 * Why a key cannot be one for speed dial; undefined where it can. Whoever dials a number for help
 * and pauses must not call somebody else; a number that is just as short could not be called any
 * more. Rules that take any number (`xx.`) leave a key to who has chosen it.
 */
export function whyNoKey(
  key: string,
  { digitMap, emergencyNumbers }: KeysBeside,
): string | undefined {
  const help = emergencyNumbers.find((number) => number.startsWith(key));
  if (help !== undefined) return `${help}, a number for help, begins so`;
  const map = parseDigitMap(digitMap);
  if (!map.ok) return undefined;
  const rules = map.value.rules.filter(({ elements }) => !elements.some(({ repeats }) => repeats));
  const match = matchDigitMap({ text: "", rules }, key);
  return match.startsWith("complete") ? "a number that can be dialled is the same" : undefined;
}
