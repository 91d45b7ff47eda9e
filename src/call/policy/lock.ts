import { matchDigitMap, parseDigitMap } from "../../fxs/index.ts";
import { isEmergencyNumber } from "./emergency.ts";

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
