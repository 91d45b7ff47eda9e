import { PortError } from "../../../../base/port-fault.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Serial } from "../../../ports/serial-link.ts";
import { AUDIO_RULES } from "./audio-rules.ts";
import { CheckLink, CheckStopped } from "./check-link.ts";
import type { CheckContext, CheckOutcome, CheckRule } from "./check-rule.ts";
import { LINE_RULES } from "./line-rules.ts";
import { SESSION_RULES } from "./session-rules.ts";

/** What is to be checked, and how. */
export interface CardCheckOptions {
  readonly device: string;
  readonly baud: number;
  /** The line that is tried, 1 for the first. */
  readonly line: number;
  /** Whether bells may ring. */
  readonly mayRing: boolean;
  /** Asks a person to do something; absent where nobody is there. */
  readonly tell?: (text: string) => void;
  /** Default 20: what cable, adapter and machine may add to the times of the document, ms. */
  readonly slackMs?: number;
  /** A rule's number, `R13`: the checks of this one alone. Absent: all. */
  readonly only?: string;
  /** Ends the checks before they are done; an `AbortSignal` is one. */
  readonly stop?: {
    readonly aborted: boolean;
    addEventListener(kind: "abort", listener: () => void): void;
  };
}

/** One check that was made. */
export interface CardCheckResult {
  readonly rules: string;
  readonly title: string;
  readonly outcome: CheckOutcome;
}

const SLACK_MS = 20;
const GREETING_TRIES = 25;
const GREETING_MS = 200;

/**
 * Holds a card to docs/serial-line-card.md: whatever is on the port, each rule that can be seen
 * from outside, one after the other. The line that is tried must have no call on it. `onResult`
 * hears of each as it ends. Where they are stopped the session is ended, by which the card is to
 * make its lines safe, and what is returned is what was tried until then.
 * @throws PortError (rejects) where the port cannot be opened or goes, or no card answers at all
 */
export async function checkCard(
  options: CardCheckOptions,
  ports: { readonly serial: Serial; readonly clock: Clock },
  onResult: (result: CardCheckResult) => void,
): Promise<readonly CardCheckResult[]> {
  const link = await CheckLink.open(options.device, options.baud, ports);
  const results: CardCheckResult[] = [];
  options.stop?.addEventListener("abort", () => link.stop());
  if (options.stop?.aborted === true) link.stop();
  try {
    const context = await begin(link, options);
    for (const rule of [...SESSION_RULES, ...LINE_RULES, ...AUDIO_RULES]) {
      const { rules, title } = rule;
      if (options.only !== undefined && !rules.split(" ").includes(options.only)) continue;
      const result = { rules, title, outcome: await run(rule, context) };
      results.push(result);
      onResult(result);
    }
    return results;
  } catch (error) {
    if (!(error instanceof CheckStopped)) throw error;
    return results;
  } finally {
    // It ends the session, and with it whatever a check had begun.
    link.send({ kind: "bye" });
    link.close();
  }
}

async function begin(link: CheckLink, options: CardCheckOptions): Promise<CheckContext> {
  link.raw(Uint8Array.of(0));
  const line = options.line - 1;
  for (let attempt = 0; attempt < GREETING_TRIES; attempt++) {
    const found = await link.hello(GREETING_MS);
    const info = found?.packet.lines[line];
    if (found === undefined) continue;
    if (info === undefined) {
      const what = `line ${options.line} of the card at ${options.device}`;
      const advice = `it has ${found.packet.lines.length}`;
      throw new PortError({ kind: "not-found", what, advice });
    }
    const { mayRing, tell, slackMs = SLACK_MS } = options;
    const base = { link, welcome: found.packet, line, info, mayRing, slackMs };
    return tell === undefined ? base : { ...base, tell };
  }
  const what = `a line card at ${options.device}`;
  const advice = `check cable, supply and firmware, and the rate of ${options.baud} baud`;
  throw new PortError({ kind: "not-found", what, advice });
}

/** Each check begins in a session of its own, with the line at rest. */
async function run(rule: CheckRule, context: CheckContext): Promise<CheckOutcome> {
  const { link } = context;
  link.keepAlive(true);
  if ((await link.hello()) === undefined) {
    return { kind: "failed", note: "no WELCOME came before it" };
  }
  const unreadable = link.unreadable;
  const outcome = await rule.run(context);
  if (outcome.kind !== "passed" || link.unreadable === unreadable) return outcome;
  const note = `${link.unreadable - unreadable} frames came that are no packets (R3 to R5)`;
  return { kind: "failed", note };
}
