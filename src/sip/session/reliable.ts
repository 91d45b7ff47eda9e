import { listItems } from "../wire/headers.ts";
import { headerValue, type SipMessage } from "../wire/message.ts";
import { decimalOf } from "../wire/tokens.ts";

/** The extension's name in Supported and Require. @see RFC 3262 §3 */
export const RELIABLE = "100rel";

/** The largest number that RSeq and RAck hold. @see RFC 3262 §7.1 */
const NUMBER_MAX = 2 ** 32 - 1;

/** What a PRACK acknowledges. */
export interface Acknowledged {
  readonly rseq: number;
  readonly cseq: number;
  readonly method: string;
}

/** Reads RAck. @see RFC 3262 §7.2 */
export function parseRAck(text: string): Acknowledged | undefined {
  const parts = text.trim().split(/\s+/, 4);
  if (parts.length !== 3) return undefined;
  const rseq = decimalOf(parts[0] ?? "", NUMBER_MAX);
  const cseq = decimalOf(parts[1] ?? "", NUMBER_MAX);
  const [, , method = ""] = parts;
  return rseq === undefined || cseq === undefined ? undefined : { rseq, cseq, method };
}

/** The number of a reliable provisional response; `undefined` where it is none. */
export function rseqOf(message: SipMessage): number | undefined {
  if (!names(message, "require")) return undefined;
  return decimalOf(headerValue(message, "rseq")?.trim() ?? "", NUMBER_MAX);
}

/** Whether the extension is named in Supported or Require. */
export function names(message: SipMessage, header: "supported" | "require"): boolean {
  return listItems(message, header).some((tag) => tag.toLowerCase() === RELIABLE);
}
