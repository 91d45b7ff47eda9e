import type { ToneName } from "../../base/line-messages.ts";
import type { CallResult } from "../call-types.ts";

/** What a final refusal means to the person who dialled. */
export interface Refusal {
  readonly tone: Extract<ToneName, "busy" | "reorder">;
  readonly result: CallResult;
}

/**
 * Statuses that say something of their own; every other refusal is reorder tone and `failed`.
 * 480 and 408 are `no-answer` only where the far end rang before (see {@link refusalOf}).
 * @see RFC 3261 §21
 */
const REFUSALS = {
  408: { tone: "reorder", result: "no-answer" },
  480: { tone: "reorder", result: "no-answer" },
  486: { tone: "busy", result: "busy" },
  600: { tone: "busy", result: "busy" },
  603: { tone: "busy", result: "busy" },
} as const satisfies Readonly<Record<number, Refusal>>;

/** The tone to play and the result to write for a final status from 300 on. */
export function refusalOf(status: number, rang: boolean): Refusal {
  for (const [known, refusal] of Object.entries(REFUSALS)) {
    if (Number(known) !== status) continue;
    if (refusal.result === "no-answer" && !rang) break;
    return refusal;
  }
  return { tone: "reorder", result: "failed" };
}
