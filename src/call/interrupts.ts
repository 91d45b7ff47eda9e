import {
  type Call,
  type CallContext,
  type CallState,
  type FinishedCall,
  logOf,
  type Step,
  toLine,
  toUa,
} from "./call-state.ts";
import type { CallInput, CallOutput } from "./call-types.ts";
import { incomingCall } from "./incoming.ts";

/** The call that a state holds, if any. */
export function callOf(state: CallState): Call | undefined {
  return "call" in state ? state.call : undefined;
}

/**
 * What means the same in every state but where a feature says otherwise: hanging up, a fault of the
 * line, the stop of the box, a second INVITE, a flash that no feature uses.
 */
export function interruptStep(
  context: CallContext,
  state: CallState,
  input: CallInput,
  nowMs: number,
): Step | undefined {
  if (input.kind === "stop") return stop(context, state, nowMs);
  if (input.kind === "ua" && input.event.kind === "incoming") {
    if (state.kind === "idle") return undefined;
    const isAway = state.kind === "faulted" || state.kind === "stopped";
    const status = isAway ? 480 : 486;
    const call = incomingCall(context, input.event, nowMs);
    const result = isAway ? "failed" : "busy";
    return {
      state,
      outputs: [
        toUa({ kind: "end", session: input.event.session, status }),
        logOf(context, "info", `${call.from} called in vain: ${status}.`),
      ],
      finished: { call, result, endedBy: "box", sipStatus: status, hasMedia: false },
    };
  }
  if (input.kind !== "line" || state.kind === "stopped") return undefined;
  switch (input.event.kind) {
    case "on-hook":
      return hangUp(context, state, nowMs);
    case "fault":
      return fault(context, state, input.event.fault.what, nowMs);
    case "hook-flash":
      return {
        state,
        outputs: [logOf(context, "debug", "Hook flash ignored: no feature uses it here.")],
      };
    default:
      return undefined;
  }
}

/** The receiver is down: whatever went on is over, and the line is free at once. */
function hangUp(context: CallContext, state: CallState, nowMs: number): Step | undefined {
  // Nothing is off the hook in these: what rings goes on ringing.
  const { kind } = state;
  if (kind === "idle" || kind === "faulted" || kind === "preparing" || kind === "ringing") {
    return undefined;
  }
  return rest(context, state, { kind: "idle" }, "near", nowMs);
}

/** The box stops: whatever went on is over, and the line is put at rest for good. */
function stop(context: CallContext, state: CallState, nowMs: number): Step {
  return rest(context, state, { kind: "stopped" }, "box", nowMs);
}

/** Ends all that goes on at the line. */
function rest(
  context: CallContext,
  state: CallState,
  next: CallState,
  endedBy: "near" | "box",
  nowMs: number,
): Step {
  context.collector.handle({ kind: "stop" }, nowMs);
  const outputs: readonly CallOutput[] = [
    toLine({ kind: "collect", on: false }),
    toLine({ kind: "rest" }),
  ];
  const over = overOf(state, endedBy);
  if (over === undefined) return { state: next, outputs };
  return { state: next, outputs: [...outputs, ...over.outputs], finished: over.finished };
}

function fault(context: CallContext, state: CallState, what: string, nowMs: number): Step {
  context.collector.handle({ kind: "stop" }, nowMs);
  const log = logOf(context, "error", `The line has failed: ${what}.`);
  const over = overOf(state, "box");
  const faulted: CallState = { kind: "faulted" };
  if (over === undefined) return { state: faulted, outputs: [log] };
  return { state: faulted, outputs: [...over.outputs, log], finished: over.finished };
}

/** Ends the call of a state on our side. */
function overOf(
  state: CallState,
  endedBy: "near" | "box",
): { readonly outputs: readonly CallOutput[]; readonly finished: FinishedCall } | undefined {
  const call = callOf(state);
  if (call === undefined) return undefined;
  const invited = !(state.kind === "calling" && state.stage === "opening");
  const early = state.kind === "preparing" || state.kind === "ringing";
  const end = early
    ? toUa({ kind: "end", session: call.session, status: 480 })
    : toUa({ kind: "end", session: call.session });
  const result =
    call.answeredMs !== undefined ? "answered" : endedBy === "near" ? "cancelled" : "failed";
  return {
    outputs: invited ? [end] : [],
    finished: {
      call,
      result,
      endedBy,
      hasMedia: true,
      ...(early ? { sipStatus: 480 } : {}),
    },
  };
}

/** The line works again: it starts over at rest, and a receiver off the hook will say so itself. */
export function faultedStep(
  context: CallContext,
  _state: Extract<CallState, { kind: "faulted" }>,
  input: CallInput,
): Step | undefined {
  if (input.kind !== "line" || input.event.kind !== "recovered") return undefined;
  return {
    state: { kind: "idle" },
    outputs: [toLine({ kind: "rest" }), logOf(context, "info", "The line works again.")],
  };
}
