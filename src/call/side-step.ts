import { unreachable } from "../base/invariant.ts";
import type { MediaEvent } from "../base/media-messages.ts";
import type { UaEvent } from "../sip/index.ts";
import { refuseArriving } from "./arriving.ts";
import { withMedia } from "./call-media.ts";
import {
  type CallContext,
  type CallState,
  logOf,
  type SideCall,
  type Step,
  toUa,
} from "./call-state.ts";
import { startWaiting, waitingGone, waitingOver } from "./call-waiting.ts";
import { withCharge } from "./charging.ts";
import { inCallRequest } from "./in-call-requests.ts";
import { letIn } from "./joining.ts";
import { isAnsweredElsewhere } from "./policy/answered-elsewhere.ts";
import { referSubscribed } from "./referred.ts";
import { peerOf, sessionUpdate } from "./session-update.ts";
import { finishedCall, replaced, sideOfSession, without } from "./side-calls.ts";
import { succeed } from "./succession.ts";
import { partingEnded, partingOver, referAnswered, referNotified } from "./transfer.ts";

/** An event of a call beside the handset's; `undefined` where it is of none. */
export function sideUaStep(
  context: CallContext,
  state: CallState,
  event: UaEvent,
  nowMs: number,
): Step | undefined {
  if (event.kind === "response") {
    for (const one of context.side) {
      if (one.kind !== "parting" || one.request !== event.request) continue;
      return referAnswered(context, state, one, event.status, nowMs);
    }
    return undefined;
  }
  const session = "session" in event ? event.session : undefined;
  const one = session === undefined ? undefined : sideOfSession(context.side, session);
  if (one === undefined || session === undefined) return undefined;
  if (event.kind === "request") {
    if (one.kind === "parting" && event.message.method === "NOTIFY") {
      return referNotified(context, state, one, event, nowMs);
    }
    if (one.kind === "referrer" && event.message.method === "SUBSCRIBE") {
      return referSubscribed(context, state, one, event);
    }
    const message = session === one.call.session ? event.message : undefined;
    const { call, outputs } = withCharge(context, one.call, { ...event, message });
    return {
      state,
      outputs: [...inCallRequest(context, call, event), ...outputs],
      side: replaced(context.side, one, { ...one, call }),
    };
  }
  if (event.kind === "failed") return gone(context, state, one, session);
  if (event.kind === "ended") {
    const step = ended(context, state, one, event);
    if (step.finished?.call !== one.call) return step;
    const { request: message, fromServer } = event;
    const { call, outputs } = withCharge(context, one.call, { message, fromServer });
    const finished = { ...step.finished, call };
    return { ...step, outputs: [...outputs, ...step.outputs], finished };
  }
  // Of a call that is handed over there are two far ends, each in a session of its own.
  const partner = one.kind === "parting" && one.call.session !== session ? one.partner : undefined;
  const update = sessionUpdate(context, partner ?? one.call, event);
  if (update === undefined) return undefined;
  const { call, outputs } = update;
  const changed =
    one.kind === "parting" && partner !== undefined ? { ...one, partner: call } : { ...one, call };
  return { state, outputs, side: replaced(context.side, one, changed) };
}

/** The end of a call beside the handset's; who waited may have been answered by somebody else. */
function ended(
  context: CallContext,
  state: CallState,
  one: SideCall,
  event: Extract<UaEvent, { kind: "ended" }>,
): Step {
  const step = gone(context, state, one, event.session);
  if (step.finished?.result !== "missed" || !isAnsweredElsewhere(event.request)) return step;
  return { ...step, finished: { ...step.finished, result: "elsewhere" } };
}

/** A far end beside the handset's has gone. */
function gone(context: CallContext, state: CallState, one: SideCall, session: string): Step {
  switch (one.kind) {
    case "arriving":
      return {
        state,
        outputs: [],
        finished: finishedCall(one.call, "far"),
        side: without(context.side, one),
      };
    case "waiting":
      return waitingGone(context, state, one, {
        outputs: [],
        finished: finishedCall(one.call, "far"),
      });
    case "parting":
      return partingEnded(context, state, one, session);
    case "held":
    case "joined":
    case "referrer":
      return {
        state,
        outputs: [logOf(context, "info", `${peerOf(one.call)} has gone.`)],
        finished: finishedCall(one.call, "far"),
        side: without(context.side, one),
      };
    default:
      return unreachable(one);
  }
}

/** A media event of a call beside the handset's; `undefined` where it is of none. */
export function sideMediaStep(
  context: CallContext,
  state: CallState,
  event: MediaEvent,
  nowMs: number,
): Step | undefined {
  const one = context.side.find(({ call }) => call.id === event.session);
  if (event.kind === "far-tone" && one?.kind === "joined") {
    // One of a conference has gone; the others talk on.
    const finished = { ...finishedCall(one.call, "far"), endedByTone: event.tone };
    const end = toUa({ kind: "end", session: one.call.session });
    return { state, outputs: [end], finished, side: without(context.side, one) };
  }
  if (one?.kind !== "arriving") return undefined;
  if (event.kind === "open-failed") return refuseArriving(context, state, one, 500);
  if (event.kind !== "opened") return undefined;
  const opened = { ...one, call: withMedia(one.call, event) };
  const there = { ...context, side: replaced(context.side, one, opened) };
  if (one.joins !== undefined) return letIn(there, state, opened, nowMs);
  return one.replaces === undefined
    ? startWaiting(there, state, opened, nowMs)
    : succeed(there, state, opened, nowMs);
}

/** What is due beside the handset's call; `undefined` where nothing is. */
export function sideTimeoutStep(
  context: CallContext,
  state: CallState,
  nowMs: number,
): Step | undefined {
  for (const one of context.side) {
    if (!("untilMs" in one) || nowMs < one.untilMs) continue;
    switch (one.kind) {
      case "arriving":
        return refuseArriving(context, state, one, 500);
      case "waiting":
        return waitingOver(context, state, one, nowMs);
      case "parting":
        return partingOver(context, state, one);
      default:
        return unreachable(one);
    }
  }
  return undefined;
}

/** When the next is due. */
export function sideDeadlines(side: readonly SideCall[]): readonly number[] {
  return side.flatMap((one) => ("untilMs" in one ? [one.untilMs] : []));
}
