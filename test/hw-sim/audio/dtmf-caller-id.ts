import { err, ok, type Result } from "../../../src/base/result.ts";
import type { CallerIdFault, CallerIdMessage } from "./caller-id-message.ts";

/**
 * Caller ID in touch-tone digits, as sets in a dozen countries read it.
 *
 *     A number [D redirecting] [B information] C     Sweden, Brazil, India and others
 *     A number #      D 1 #, D 2 #, D 3 #            Denmark, the Netherlands: number, or a reason
 *     D number C                                     Taiwan, Kuwait and others
 *     number #                                       older Denmark, the Netherlands
 *
 * Information 10 is withheld, 00 not known; reason 1 is taken for withheld, the others for not
 * known.
 */

/** The longest message. */
export const DTMF_CALLER_ID_MAX = 64;

/** Whether a digit ends a message. */
export function endsDtmfCallerId(digit: string): boolean {
  return digit === "C" || digit === "#";
}

/** Reads the digits of one message, its end among them. */
export function parseDtmfCallerId(digits: string): Result<CallerIdMessage, CallerIdFault> {
  const reason = /^D([1-3])#$/.exec(digits);
  if (reason !== null) return absent(reason[1] === "1" ? "private" : "unavailable");
  const coded = /^A(\d*)(?:D\d*)?(?:B(\d\d?))?C$/.exec(digits);
  if (coded !== null) {
    const [, number = "", information] = coded;
    if (number !== "") return ok({ format: "dtmf", number });
    return absent(information === "10" ? "private" : "unavailable");
  }
  const information = /^B(\d\d?)C$/.exec(digits);
  if (information !== null) return absent(information[1] === "10" ? "private" : "unavailable");
  const plain = /^(?:A(\d+)#|D(\d+)C|(\d+)#)$/.exec(digits);
  const number = plain?.[1] ?? plain?.[2] ?? plain?.[3];
  return number === undefined ? err("bad-parameter") : ok({ format: "dtmf", number });
}

function absent(numberAbsence: "private" | "unavailable"): Result<CallerIdMessage, CallerIdFault> {
  return ok({ format: "dtmf", numberAbsence });
}
