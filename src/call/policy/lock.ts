import { matchDigitMap, parseDigitMap } from "../../fxs/index.ts";
import { isEmergencyNumber } from "./emergency.ts";
import { type FeatureCodes, headOf } from "./feature-codes.ts";

/** How a telephone is locked, and what may be called then. */
export interface Lock {
  /** Digits that lock and unlock it. */
  readonly pin: string;
  /** A digit map of the numbers that may be called all the same; absent: those for help alone. */
  readonly allowed?: string;
}

/**
 * Whether a number may not be called: the telephone is locked, and it is none of those allowed. One
 * whose lock was taken out of the configuration is open: nobody could unlock it.
 */
export function isBarred(
  number: string,
  isLocked: boolean,
  {
    lock,
    emergencyNumbers,
  }: { readonly lock?: Lock; readonly emergencyNumbers: readonly string[] },
): boolean {
  if (!isLocked || lock === undefined) return false;
  if (isEmergencyNumber(number, emergencyNumbers)) return false;
  const allowed = lock.allowed === undefined ? undefined : parseDigitMap(lock.allowed);
  if (allowed?.ok !== true) return true;
  return !matchDigitMap(allowed.value, number).startsWith("complete");
}

/** What shows whether dialled digits may be those of a PIN. */
export interface PinSigns {
  readonly lock?: Lock;
  readonly featureCodes?: FeatureCodes;
}

const headsOf = ({ lock, unlock }: FeatureCodes): readonly string[] =>
  [lock, unlock].map((code) => headOf(code ?? "")).filter((head) => head !== "");

/**
 * A text as it may be logged: without the PIN, where it stands in what looks like the code for the
 * lock with a slip in it. In a longer number of digits alone it is a number's part, and stays.
 */
export function withoutPin(text: string, { lock, featureCodes = {} }: PinSigns): string {
  if (lock === undefined || !text.includes(lock.pin)) return text;
  const { pin } = lock;
  const bare = headsOf(featureCodes).map((head) => head.replace(/[*#]/g, "") + pin);
  return text.replace(/[0-9*#]+/g, (keyed) => {
    const isPlain = !/[*#]/.test(keyed) && keyed !== pin && !bare.includes(keyed);
    return isPlain ? keyed : keyed.replaceAll(pin, "…");
  });
}

/**
 * Digits that are no number, as they may be logged: neither the PIN nor what may be meant as it,
 * right or wrong.
 */
export function misdialledShown(digits: string, { lock, featureCodes = {} }: PinSigns): string {
  const head = headsOf(featureCodes).find((one) => digits.startsWith(one));
  if (head !== undefined) return `${head}…`;
  const isCode = lock !== undefined && /[*#]/.test(digits);
  return isCode ? digits.replace(PIN_LIKE, "…") : digits;
}

/** Wrong PINs so far, and until when none is looked at. */
export interface PinTries {
  readonly wrong: number;
  readonly untilMs: number;
}

/** No PIN was wrong. */
export const NO_TRIES: PinTries = { wrong: 0, untilMs: 0 };

/** So many wrong ones in a row, and none is looked at for a while: four digits would be found. */
const TRIES_MAX = 3;
const PAUSE_MS = 900_000;

/** As many digits as PINs have at least, and whatever follows them. */
const PIN_LIKE = /[0-9]{4,}/g;

/** Looks at a PIN, but in a pause, where the answer is undefined; and counts the tries. */
export function tryPin(
  keyed: string,
  { pin }: Lock,
  { wrong, untilMs }: PinTries,
  nowMs: number,
): { readonly isRight: boolean | undefined; readonly tries: PinTries } {
  if (nowMs < untilMs) return { isRight: undefined, tries: { wrong, untilMs } };
  if (keyed === pin) return { isRight: true, tries: NO_TRIES };
  const isLast = wrong + 1 >= TRIES_MAX;
  const tries = isLast ? { wrong: 0, untilMs: nowMs + PAUSE_MS } : { wrong: wrong + 1, untilMs };
  return { isRight: false, tries };
}
