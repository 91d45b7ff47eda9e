import type { CallerId } from "../../base/line-messages.ts";
import { toAscii, toDialable } from "./transliterate.ts";

/**
 * Longest text looked at before it is spelled in ASCII, characters: names come from the network.
 */
const TEXT_LIMIT = 256;

/** How much of a caller a display takes. */
export interface DisplayLimits {
  readonly numberLimit: number;
  readonly nameLimit: number;
  readonly otherLetters: "transliterate" | "drop";
}

/** What a display is shown: dialable numbers, printable ASCII, no longer than it takes. */
export interface ShownCaller {
  readonly number: string | undefined;
  readonly name: string | undefined;
  readonly redirectedFrom: string | undefined;
  /** Why there is no number, where there is none. */
  readonly absence: NonNullable<CallerId["absence"]>;
}

/**
 * A caller as a display takes it. A number that holds letters is shown as the name where there is
 * none; of a withheld caller nothing is left.
 */
export function shownCaller(callerId: CallerId, limits: DisplayLimits): ShownCaller {
  if (callerId.absence === "private") {
    const nothing = { number: undefined, name: undefined, redirectedFrom: undefined };
    return { ...nothing, absence: "private" };
  }
  const numberText = (callerId.number ?? "").slice(0, TEXT_LIMIT);
  const isName = /\p{L}/u.test(numberText);
  const nameText = callerId.name?.slice(0, TEXT_LIMIT) ?? (isName ? numberText : "");
  return {
    number: isName ? undefined : dialable(numberText, limits),
    name: nameFor(nameText, limits),
    redirectedFrom: dialable(callerId.redirectedFrom?.slice(0, TEXT_LIMIT) ?? "", limits),
    absence: callerId.absence ?? "unavailable",
  };
}

function dialable(text: string, { numberLimit }: DisplayLimits): string | undefined {
  const number = toDialable(text).slice(0, numberLimit);
  return number === "" ? undefined : number;
}

function nameFor(text: string, { nameLimit, otherLetters }: DisplayLimits): string | undefined {
  if (otherLetters === "drop" && /[^\x20-\x7e]/.test(text)) return undefined;
  const name = toAscii(text).slice(0, nameLimit).trim();
  return name === "" ? undefined : name;
}
