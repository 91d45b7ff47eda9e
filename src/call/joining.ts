import { type Arriving, admit, arrive, type Incoming, refuseArriving } from "./arriving.ts";
import { flowOutputs } from "./call-media.ts";
import {
  type Call,
  type CallContext,
  type CallState,
  logOf,
  type Step,
  toUa,
} from "./call-state.ts";
import { peerOf } from "./session-update.ts";
import { replaced } from "./side-calls.ts";

/**
 * Somebody wants to come into a call of ours as a third (Join): where that is allowed, and the call
 * is one of two so far, he is answered and all three hear each other. @see RFC 3911 §4
 */
export function joinStep(
  context: CallContext,
  state: CallState,
  event: Incoming,
  nowMs: number,
): Step | undefined {
  const { joins, session } = event;
  if (joins === undefined) return undefined;
  const status = refusalOf(context, state, joins);
  if (status !== undefined) {
    const text = `${event.from.user} may not join the call: ${status}.`;
    const end = toUa({ kind: "end", session, status });
    return { state, outputs: [end, logOf(context, "info", text)] };
  }
  return arrive(context, state, event, { joins }, nowMs);
}

/** Why nobody comes in; `undefined` where he may. */
function refusalOf(context: CallContext, state: CallState, joins: string): number | undefined {
  if (context.config.allowsJoin !== true) return 403;
  if (state.kind !== "talking" || state.call.session !== joins) return 486;
  return context.side.length > 0 || state.call.emergency ? 486 : undefined;
}

/** Media of the third is open: he is in. */
export function letIn(
  context: CallContext,
  state: CallState,
  arriving: Arriving,
  nowMs: number,
): Step {
  const others = context.side.filter((one) => one !== arriving);
  const isUp = state.kind === "talking" && state.call.session === arriving.joins;
  if (!isUp || others.length > 0) return refuseArriving(context, state, arriving, 486);
  const opened: Call = { ...arriving.call, answeredMs: nowMs };
  const admitted = admit(context, state, arriving, opened);
  if (!admitted.ok) return admitted.error;
  const { call, answer } = admitted.value;
  return {
    state,
    outputs: [
      answer,
      ...flowOutputs(call),
      logOf(context, "info", `${call.from} joins the call with ${peerOf(state.call)}.`),
    ],
    side: replaced(context.side, arriving, { kind: "joined", call }),
  };
}
