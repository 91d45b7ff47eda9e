import { type Call, type CallContext, type FinishedCall, logOf, toUa } from "./call-state.ts";
import type { CallOutput } from "./call-types.ts";
import { dialledUri } from "./placing.ts";
import { FORWARDS_MAX, type Forwarding, sentOnHeaders, whyNoTarget } from "./policy/diversions.ts";

/** How long a call that nobody lifts for rings before it is sent on, ms: some four rings. */
const FORWARD_AFTER_MS = 20_000;

/** What becomes of a call that does not stay: its end, and what its record says. */
export interface Diverted {
  readonly outputs: readonly CallOutput[];
  readonly finished: Omit<FinishedCall, "hasMedia">;
}

/** Whether every call comes in: somebody may call back whom the line has called for help. */
export function isForHelp({ helpUntilMs }: CallContext, nowMs: number): boolean {
  return helpUntilMs !== undefined && nowMs < helpUntilMs;
}

/**
 * The number that a call is sent on to; `undefined` where it stays. Who calls from the number that
 * calls go to reaches the telephone, and what has been sent on too often stays where it is; so does
 * what would go to the line itself, or to a number for help.
 */
function targetOf(
  context: CallContext,
  call: Pick<Call, "from" | "forwards">,
  when: Forwarding,
  nowMs: number,
): string | undefined {
  const number = context.diversions[when];
  if (number === undefined || isForHelp(context, nowMs)) return undefined;
  const { account, emergencyNumbers } = context.config;
  if (number === call.from) return undefined;
  if (whyNoTarget(number, { user: account.user, emergencyNumbers }) !== undefined) return undefined;
  return (call.forwards ?? 0) < FORWARDS_MAX ? number : undefined;
}

/**
 * A call is sent on, where the user wants that: its caller is told where to (302), and its server
 * calls there. @see RFC 3261 §21.3.3
 */
export function sendOn(
  context: CallContext,
  call: Call,
  when: Forwarding,
  nowMs: number,
): Diverted | undefined {
  const number = targetOf(context, call, when, nowMs);
  if (number === undefined) return undefined;
  const headers = sentOnHeaders(dialledUri(context, number), context.config.account, when);
  return {
    outputs: [
      toUa({ kind: "end", session: call.session, status: 302, headers }),
      logOf(context, "info", `${call.from} calls, and is sent on to ${number}.`),
    ],
    finished: {
      call,
      result: "forwarded",
      endedBy: "box",
      sipStatus: 302,
      forwardedTo: number,
    },
  };
}

/** Whether a call does not come in at all, whatever the line is at. */
export function isDivertedAtOnce(
  context: CallContext,
  call: Pick<Call, "from" | "forwards">,
  nowMs: number,
): boolean {
  if (targetOf(context, call, "always", nowMs) !== undefined) return true;
  return context.diversions.doNotDisturb && !isForHelp(context, nowMs);
}

/**
 * What becomes of a call at once, whatever the line is at; where it
 * {@link isDivertedAtOnce}. Who wants to be left alone is not available. @see RFC 3261 §21.4.18
 */
export function divertAtOnce(context: CallContext, call: Call, nowMs: number): Diverted {
  const sentOn = sendOn(context, call, "always", nowMs);
  if (sentOn !== undefined) return sentOn;
  return {
    outputs: [
      toUa({ kind: "end", session: call.session, status: 480 }),
      logOf(context, "info", `${call.from} calls, and nobody is to be disturbed: 480.`),
    ],
    finished: { call, result: "missed", endedBy: "box", sipStatus: 480 },
  };
}

/** A call that finds the line busy is sent on, where the user wants that. */
export function findsBusy(context: CallContext, call: Call, nowMs: number): Diverted {
  const sentOn = sendOn(context, call, "busy", nowMs);
  if (sentOn !== undefined) return sentOn;
  return {
    outputs: [
      toUa({ kind: "end", session: call.session, status: 486 }),
      logOf(context, "info", `${call.from} called in vain: 486.`),
    ],
    finished: { call, result: "busy", endedBy: "box", sipStatus: 486 },
  };
}

/** How long a call rings, ms. */
export function ringsForMs(context: CallContext, call: Call, nowMs: number): number {
  const { timers, forwardAfterMs = FORWARD_AFTER_MS } = context.config;
  const isSentOn = targetOf(context, call, "noAnswer", nowMs) !== undefined;
  return isSentOn ? Math.min(forwardAfterMs, timers.noAnswerMs) : timers.noAnswerMs;
}
