import type { CallerId } from "../../base/line-messages.ts";
import type { SipParty } from "../../sip/index.ts";

/** Who calls, without the time. */
export type CallerDisplay = Omit<CallerId, "time">;

/** What an INVITE says of its caller. */
export interface CallerSigns {
  readonly from: SipParty;
  /** P-Asserted-Identity values in order. @see RFC 3325 §9.1 */
  readonly asserted: readonly SipParty[];
  /** The Privacy header's value. @see RFC 3323 §4.2 */
  readonly privacy?: string | undefined;
  readonly trustAsserted: boolean;
}

/** Privacy values that forbid to show who calls. @see RFC 3323 §4.2, RFC 3325 §9.3 */
const PRIVATE_VALUES: readonly string[] = ["id", "user", "header"];

/** The user part of anonymous callers. @see RFC 3323 §4.1.1.3 */
const ANONYMOUS_USER = "anonymous";

/** Longest number a display is sent; longer ones are no telephone numbers. @see ITU-T E.164 §6 */
const NUMBER_DIGITS_MAX = 20;

/**
 * What the telephone's display shows: an asserted identity before From, and nothing of either
 * where the caller asked for privacy. A party whose user part is no number is shown by name.
 */
export function callerDisplay(signs: CallerSigns): CallerDisplay {
  const wishes = (signs.privacy ?? "").split(/[;,]/).map((value) => value.trim().toLowerCase());
  if (wishes.some((value) => PRIVATE_VALUES.includes(value))) return { absence: "private" };
  const asserted = signs.trustAsserted ? signs.asserted : [];
  // A network that asserts both forms sends the number as tel: beside the sip: of the same party.
  const party = asserted.find((one) => numberOf(one) !== undefined) ?? asserted[0] ?? signs.from;
  if (isAnonymous(party)) return { absence: "private" };
  const number = numberOf(party);
  const named = party.displayName ?? asserted.find((one) => one.displayName)?.displayName;
  if (number !== undefined) {
    return named === undefined || named === number ? { number } : { number, name: named };
  }
  const name = named ?? party.user;
  return name === "" ? { absence: "unavailable" } : { name, absence: "unavailable" };
}

function isAnonymous(party: SipParty): boolean {
  return party.user.toLowerCase() === ANONYMOUS_USER || party.host === "anonymous.invalid";
}

/** The user part without visual separators, where it is a telephone number. @see RFC 3966 §5.1.1 */
function numberOf(party: SipParty): string | undefined {
  const bare = party.user.replace(/[-.()\s]/g, "");
  if (!/^\+?[0-9*#]+$/.test(bare) || bare.length > NUMBER_DIGITS_MAX) return undefined;
  return bare;
}
