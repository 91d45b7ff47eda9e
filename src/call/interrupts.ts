import type { UaEvent } from "../sip/index.ts";
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
import { ringAfterHangUp, secondCallStep } from "./call-waiting.ts";
import { endForCost } from "./charging.ts";
import { type Diverted, divertAtOnce, findsBusy, isDivertedAtOnce, sendOn } from "./diverting.ts";
import { flashStep } from "./flash.ts";
import { callerOf, incomingCall } from "./incoming.ts";
import { joinStep } from "./joining.ts";
import { dialledUri } from "./placing.ts";
import { directUri } from "./policy/direct-call.ts";
import { startParked, startRecall } from "./recall.ts";
import { refuseCaller } from "./refusing.ts";
import { endSide, endSides, sideOf, without } from "./side-calls.ts";
import { successorStep } from "./succession.ts";
import { startTransfer } from "./transfer.ts";

type Incoming = Extract<UaEvent, { kind: "incoming" }>;

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
    const { event } = input;
    const refused = refuseCaller(context, state, event, nowMs);
    if (refused !== undefined) return refused;
    const third = joinStep(context, state, event, nowMs);
    if (third !== undefined) return third;
    const successor = successorStep(context, state, event, nowMs);
    if (successor !== undefined) return successor;
    return arrivalStep(context, state, event, nowMs);
  }
  if (input.kind !== "line" || state.kind === "stopped") return undefined;
  switch (input.event.kind) {
    case "on-hook":
      return hangUp(context, state, nowMs);
    case "fault":
      return fault(context, state, input.event.fault.what, nowMs);
    case "hook-flash": {
      const log = logOf(context, "debug", "Hook flash ignored: no feature uses it here.");
      return flashStep(context, state, input.event.durationMs, nowMs) ?? { state, outputs: [log] };
    }
    default:
      return undefined;
  }
}

/** A call that comes in, unless it is to go elsewhere; `undefined` for a line at rest. */
function arrivalStep(
  context: CallContext,
  state: CallState,
  event: Incoming,
  nowMs: number,
): Step | undefined {
  // The box stops: nothing begins any more, elsewhere either.
  if (state.kind === "stopped") return inVain(context, state, event, nowMs);
  if (isDivertedAtOnce(context, callerOf(event), nowMs)) {
    return over(state, divertAtOnce(context, incomingCall(context, event, nowMs), nowMs));
  }
  if (state.kind === "idle") return undefined;
  return secondCallStep(context, state, event, nowMs) ?? inVain(context, state, event, nowMs);
}

/** A call that nobody can take here. */
function inVain(context: CallContext, state: CallState, event: Incoming, nowMs: number): Step {
  const call = incomingCall(context, event, nowMs);
  if (state.kind !== "faulted" && state.kind !== "stopped") {
    return over(state, findsBusy(context, call, nowMs));
  }
  // Nobody can answer at a line that has failed.
  const sentOn = state.kind === "faulted" ? sendOn(context, call, "noAnswer", nowMs) : undefined;
  if (sentOn !== undefined) return over(state, sentOn);
  return over(state, {
    outputs: [
      toUa({ kind: "end", session: event.session, status: 480 }),
      logOf(context, "info", `${call.from} called in vain: 480.`),
    ],
    finished: { call, result: "failed", endedBy: "box", sipStatus: 480 },
  });
}

/** A call that is over before anything began. */
function over(state: CallState, { outputs, finished }: Diverted): Step {
  return { state, outputs, finished: { ...finished, hasMedia: false } };
}

/** The receiver is down: whatever went on is over, and the line is free at once. */
function hangUp(context: CallContext, state: CallState, nowMs: number): Step | undefined {
  // Nothing is off the hook in these: what rings goes on ringing.
  if (ON_HOOK.includes(state.kind)) return undefined;
  return (
    transferOnHangUp(context, state, nowMs) ??
    withOthers(context, rest(context, state, { kind: "idle" }, "near", nowMs), nowMs)
  );
}

const ON_HOOK: readonly CallState["kind"][] = [
  "idle",
  "faulted",
  "preparing",
  "ringing",
  "recall",
  "call-back",
];

/**
 * Hanging up with two calls up, or with one and a number dialled, joins the two others, where that
 * is what hanging up does.
 */
function transferOnHangUp(context: CallContext, state: CallState, nowMs: number): Step | undefined {
  const held = sideOf(context.side, "joined") ?? sideOf(context.side, "held");
  if (held === undefined || !context.config.flash.transferOnHangUp) return undefined;
  if (state.kind === "talking" || state.kind === "menu") {
    const target = { kind: "call", call: state.call } as const;
    const transfer = startTransfer(context, held, target, nowMs);
    const { outputs } = quiet(context, nowMs);
    return {
      state: { kind: "idle" },
      outputs: [...outputs, ...transfer.outputs],
      side: transfer.side,
    };
  }
  const isOnItsWay = state.kind === "calling" || state.kind === "ringback";
  if (!isOnItsWay || state.call.emergency) return undefined;
  // Who rings is not in a call yet that could be taken over: the other one calls anew.
  const { to, direct } = state.call;
  const uri = direct === undefined ? dialledUri(context, to) : directUri(direct);
  const target = { kind: "uri", uri } as const;
  const transfer = startTransfer(context, held, target, nowMs);
  const down = rest(context, state, { kind: "idle" }, "near", nowMs);
  return { ...down, outputs: [...down.outputs, ...transfer.outputs], side: transfer.side };
}

/** The handset is down: who waits rings, and who is on hold rings back. */
function withOthers(context: CallContext, step: Step, nowMs: number): Step {
  const waiting = sideOf(context.side, "waiting");
  const held = sideOf(context.side, "held");
  const joined = sideOf(context.side, "joined");
  if (joined !== undefined) {
    const over = endSide(joined, "near");
    return {
      ...step,
      outputs: [...step.outputs, ...over.outputs],
      alsoFinished: over.finished,
      side: without(context.side, joined),
    };
  }
  if (held !== undefined) {
    const start = held.isParked === true ? startParked : startRecall;
    const recall = start(context, held.call, nowMs);
    return {
      ...step,
      state: recall.state,
      outputs: [...step.outputs, ...recall.outputs],
      side: without(context.side, held),
    };
  }
  if (waiting === undefined) return step;
  const ringing = ringAfterHangUp(waiting);
  return {
    ...step,
    state: ringing.state,
    outputs: [...step.outputs, ...ringing.outputs],
    side: without(context.side, waiting),
  };
}

/** Digits are not collected any more, and the line is at rest. */
function quiet(context: CallContext, nowMs: number): { readonly outputs: readonly CallOutput[] } {
  context.collector.handle({ kind: "stop" }, nowMs);
  return { outputs: [toLine({ kind: "collect", on: false }), toLine({ kind: "rest" })] };
}

/** The box stops: whatever went on is over, and the line is put at rest for good. */
function stop(context: CallContext, state: CallState, nowMs: number): Step {
  return withoutOthers(context, rest(context, state, { kind: "stopped" }, "box", nowMs));
}

/** Ends the calls beside the handset's too. */
function withoutOthers(context: CallContext, step: Step): Step {
  if (context.side.length === 0) return step;
  const over = endSides(context.side, "box");
  return {
    ...step,
    outputs: [...step.outputs, ...over.outputs],
    alsoFinished: over.finished,
    side: [],
  };
}

/** Ends all that goes on at the line. */
function rest(
  context: CallContext,
  state: CallState,
  next: CallState,
  endedBy: "near" | "box",
  nowMs: number,
): Step {
  const { outputs } = quiet(context, nowMs);
  const over = overOf(context, state, endedBy);
  if (over === undefined) return { state: next, outputs };
  return { state: next, outputs: [...outputs, ...over.outputs], finished: over.finished };
}

function fault(context: CallContext, state: CallState, what: string, nowMs: number): Step {
  context.collector.handle({ kind: "stop" }, nowMs);
  const log = logOf(context, "error", `The line has failed: ${what}.`);
  const over = overOf(context, state, "box");
  const faulted: CallState = { kind: "faulted" };
  const outputs = [...(over?.outputs ?? []), log];
  const finished = over === undefined ? {} : { finished: over.finished };
  return withoutOthers(context, { state: faulted, outputs, ...finished });
}

/** Ends the call of a state on our side. */
function overOf(
  context: CallContext,
  state: CallState,
  endedBy: "near" | "box",
): { readonly outputs: readonly CallOutput[]; readonly finished: FinishedCall } | undefined {
  const call = callOf(state);
  if (call === undefined) return undefined;
  const invited = !(state.kind === "calling" && state.stage === "opening");
  const early = state.kind === "preparing" || state.kind === "ringing";
  const end = early
    ? toUa({ kind: "end", session: call.session, status: 480 })
    : endedBy === "near"
      ? endForCost(context, call)
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
