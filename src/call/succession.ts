import { type Arriving, admit, arrive, type Incoming, refuseArriving } from "./arriving.ts";
import { flowOutputs } from "./call-media.ts";
import {
  type Call,
  type CallContext,
  type CallState,
  logOf,
  type Step,
  toLine,
  toMedia,
  toUa,
} from "./call-state.ts";
import { displayOf } from "./incoming.ts";
import { finishedCall, SIDE_CALLS_MAX, sideOfSession, without } from "./side-calls.ts";

/** The call of ours that an INVITE with Replaces is about: one that is up, or that we make. */
function replacedCall(context: CallContext, state: CallState, session: string): Call | undefined {
  if ("call" in state && state.call.session === session) {
    switch (state.kind) {
      case "talking":
      case "menu":
      case "calling":
      case "ringback":
        return state.call;
      default:
        return undefined;
    }
  }
  const beside = sideOfSession(context.side, session);
  return beside?.kind === "held" || beside?.kind === "joined" ? beside.call : undefined;
}

/** Somebody is to take the place of one who is in a call with us. @see RFC 3891 §3 */
export function successorStep(
  context: CallContext,
  state: CallState,
  event: Incoming,
  nowMs: number,
): Step | undefined {
  const { replaces, session } = event;
  if (replaces === undefined) return undefined;
  const before = replacedCall(context, state, replaces);
  if (before === undefined) {
    return { state, outputs: [toUa({ kind: "end", session, status: 481 })] };
  }
  if (context.side.length >= SIDE_CALLS_MAX) {
    return { state, outputs: [toUa({ kind: "end", session, status: 486 })] };
  }
  const display = displayOf(context, event, nowMs);
  const how = { replaces, ...(display === undefined ? {} : { display }) };
  return arrive(context, state, event, how, nowMs);
}

/** Media of the successor is open: it is answered, and the one before it let go. */
export function succeed(
  context: CallContext,
  state: CallState,
  arriving: Arriving,
  nowMs: number,
): Step {
  const before = replacedCall(context, state, arriving.replaces ?? "");
  if (before === undefined) return refuseArriving(context, state, arriving, 481);
  const isFront = "call" in state && state.call === before;
  const opened: Call = {
    ...arriving.call,
    answeredMs: nowMs,
    ...(before.onHold === true ? { onHold: true } : {}),
  };
  const admitted = admit(context, state, arriving, opened);
  if (!admitted.ok) return admitted.error;
  const { call, answer } = admitted.value;
  const others = without(context.side, arriving);
  return {
    state: isFront ? frontAfter(state, call) : state,
    outputs: [
      answer,
      toMedia({ kind: "join", session: before.id, on: false }),
      ...(isFront ? [toLine({ kind: "tone-off" })] : []),
      ...flowOutputs(call),
      toUa({ kind: "end", session: before.session }),
      logOf(context, "info", `${call.from} takes the place of ${partyOf(before)}.`),
    ],
    finished: finishedCall(before, "far"),
    side: isFront ? others : others.map((one) => (one.call === before ? { ...one, call } : one)),
  };
}

/** A menu of the user's stays open; all else is a talk from now on. */
function frontAfter(state: CallState, call: Call): CallState {
  return state.kind === "menu" ? { ...state, call } : { kind: "talking", call };
}

function partyOf(call: Call): string {
  return call.direction === "in" ? call.from : call.to;
}
