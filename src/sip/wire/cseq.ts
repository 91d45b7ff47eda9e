import { err, ok, type Result } from "../../base/result.ts";
import { decimalOf, isToken, trimmed } from "./tokens.ts";

/** @see RFC 3261 §20.16 */
export interface CSeq {
  /** 0 … 2³¹−1. */
  readonly sequence: number;
  readonly method: string;
}

/** The largest sequence number. @see RFC 3261 §8.1.1.5 */
export const CSEQ_MAX = 2 ** 31 - 1;

/** Reads a CSeq value. */
export function parseCSeq(text: string): Result<CSeq, string> {
  let end = 0;
  while (end < text.length && text.charCodeAt(end) > 0x20) end++;
  const sequence = decimalOf(text.slice(0, end), CSEQ_MAX);
  if (sequence === undefined) return err("no sequence number below 2^31");
  const method = trimmed(text, end);
  return isToken(method) ? ok({ sequence, method }) : err("no method");
}

/** Writes a CSeq value. */
export function printCSeq(cseq: CSeq): string {
  return `${cseq.sequence} ${cseq.method}`;
}
