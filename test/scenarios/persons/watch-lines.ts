import type { LineStatus } from "../../../src/gateway/control/box-events.ts";

/** What is seen of a line from outside, and what the box says of it. */
export interface SeenLine {
  readonly status: LineStatus;
  /** Current flows through the telephone. */
  readonly isClosed: boolean;
  /** The receiver is off the hook, whatever the hook switch does at the moment. */
  readonly isLifted: boolean;
  /** Name of the tone in the receiver. */
  readonly hears: string | undefined;
}

/**
 * How long something may be wrong: hanging up is believed after a flash could be over, and where
 * displays answer the first ringing (Japan) a hand that lifts then is known from one 7 s later.
 */
const PATIENCE_MS = 9000;
/** What a line may be in while its receiver is on the hook. */
const RESTING = ["idle", "preparing", "ringing", "recall", "call-back", "faulted", "stopped"];
/** Where the bell asks for somebody, or nobody is at the telephone. */
const UNLIFTED = ["idle", "preparing", "ringing", "recall", "call-back"];
/** Tones that only a box without a call for the handset gives. */
const OWN_TONES = ["dial-tone", "stutter-dial-tone", "howler"];
/** What is not heard while a line is in a state of its own. */
const WRONG_TONES: Readonly<Record<string, readonly string[]>> = {
  dialing: ["ringback", "busy", "reorder", "howler", "call-waiting"],
  tone: ["dial-tone", "ringback", "howler", "call-waiting"],
  howler: ["dial-tone", "stutter-dial-tone", "ringback", "busy", "reorder", "call-waiting"],
};
/** In these the far end's sound, if any, is heard. */
const TALKING = ["talking", "answering", "ringback"];

/** Looks whether what a line is in fits its telephone. */
export class LineWatch {
  readonly #sinceMs = new Map<string, number>();

  /** What has not fitted for too long, told once. */
  look(seen: SeenLine, nowMs: number): readonly string[] {
    const wrong = wrongOf(seen);
    for (const key of [...this.#sinceMs.keys()])
      if (!wrong.includes(key)) this.#sinceMs.delete(key);
    return wrong.filter((key) => {
      const sinceMs = this.#sinceMs.get(key) ?? nowMs;
      const isDue = nowMs - sinceMs >= PATIENCE_MS;
      this.#sinceMs.set(key, isDue ? Infinity : sinceMs);
      return isDue;
    });
  }

  /** Its hardware is in trouble: what was seen does not count. */
  forget(): void {
    this.#sinceMs.clear();
  }
}

function wrongOf({ status, isClosed, isLifted, hears }: SeenLine): readonly string[] {
  const { call, hook, hardware } = status;
  if (hardware !== "ready" || isClosed !== isLifted) return [];
  const wrong: string[] = [];
  if (isClosed !== (hook === "off-hook")) wrong.push(`the loop is ${isClosed}, its hook ${hook}`);
  if (!isClosed && !RESTING.includes(call)) wrong.push(`${call} with the receiver on the hook`);
  if (isClosed && UNLIFTED.includes(call)) wrong.push(`${call} with the receiver lifted`);
  if (TALKING.includes(call) && OWN_TONES.includes(hears ?? ""))
    wrong.push(`${call}, but ${hears}`);
  if (WRONG_TONES[call]?.includes(hears ?? "") === true) wrong.push(`${call}, but ${hears}`);
  if (call === "locked-out" && hears !== undefined) wrong.push(`${call}, but ${hears}`);
  return wrong;
}
