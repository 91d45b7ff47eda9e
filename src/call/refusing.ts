import type { UaEvent } from "../sip/index.ts";
import { type CallContext, type CallState, logOf, type Step, toUa } from "./call-state.ts";
import { isForHelp } from "./diverting.ts";
import { displayOf, incomingCall } from "./incoming.ts";

type Incoming = Extract<UaEvent, { kind: "incoming" }>;

/**
 * A call that is not wanted, whatever the line is at: who will not say who calls is told so (433),
 * who is not to call finds the line busy. @see RFC 5079 §3
 */
export function refuseCaller(
  context: CallContext,
  state: CallState,
  event: Incoming,
  nowMs: number,
): Step | undefined {
  if (isForHelp(context, nowMs)) return undefined;
  const { absence, number } = displayOf(context, event, nowMs, true) ?? {};
  if (context.choices.rejectsAnonymous && absence === "private") {
    return refuse(context, state, event, { status: 433, who: "withholds the number", nowMs });
  }
  const numbers = [event.from.user, ...(number === undefined ? [] : [number])];
  if (!numbers.some((one) => isBlocked(context, one))) return undefined;
  return refuse(context, state, event, { status: 486, who: "is not to call", nowMs });
}

function isBlocked({ config, choices }: CallContext, number: string): boolean {
  if (number === "") return false;
  // What a caller is shown as may end in "*" too: only what is written means more than itself.
  if (choices.blocked.includes(number)) return true;
  return (config.blockedCallers ?? []).some((blocked) =>
    blocked.endsWith("*") ? number.startsWith(blocked.slice(0, -1)) : number === blocked,
  );
}

function refuse(
  context: CallContext,
  state: CallState,
  event: Incoming,
  how: { readonly status: number; readonly who: string; readonly nowMs: number },
): Step {
  const { status, who, nowMs } = how;
  const call = incomingCall(context, event, nowMs);
  return {
    state,
    outputs: [
      toUa({ kind: "end", session: event.session, status }),
      logOf(context, "info", `A caller who ${who} is refused: ${status}.`),
    ],
    finished: { call, result: "failed", endedBy: "box", sipStatus: status, hasMedia: false },
  };
}
