import { err, ok, type Result } from "../../base/result.ts";
import { plainCSeq, plainly } from "./plain.ts";
import { CHAR, decimalOf, isAll, skipSpace, spaceStart } from "./tokens.ts";
import type { CSeq } from "./values.ts";

export type { CSeq } from "./values.ts";

/** The largest sequence number. @see RFC 3261 §8.1.1.5 */
const CSEQ_MAX = 2 ** 31 - 1;

/** Reads the CSeq value in `[start, end)`. */
export function parseCSeq(text: string, start = 0, end = text.length): Result<CSeq, string> {
  const plain = plainly(plainCSeq, text, start, end);
  return plain !== undefined ? ok(plain) : parseAnyCSeq(text, start, end);
}

/** The same by the whole grammar. */
export function parseAnyCSeq(text: string, start = 0, end = text.length): Result<CSeq, string> {
  let numberEnd = start;
  while (numberEnd < end && text.charCodeAt(numberEnd) > 0x20) numberEnd++;
  const sequence = decimalOf(text, CSEQ_MAX, start, numberEnd);
  if (sequence === undefined) return err("no sequence number below 2^31");
  const methodAt = skipSpace(text, numberEnd, end);
  const methodEnd = spaceStart(text, methodAt, end);
  if (!isAll(text, CHAR.token, methodAt, methodEnd)) return err("no method");
  return ok({ sequence, method: text.slice(methodAt, methodEnd) });
}

/** Writes a CSeq value. */
export function printCSeq(cseq: CSeq): string {
  return `${cseq.sequence} ${cseq.method}`;
}
