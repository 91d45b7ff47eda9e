import { unreachable } from "../base/invariant.ts";
import { startDisconnect } from "./after-call.ts";
import {
  type Call,
  type CallContext,
  type CallState,
  logOf,
  type SideCall,
  type Step,
  toLine,
  toUa,
} from "./call-state.ts";
import type { CallInput, CallOutput } from "./call-types.ts";
import { answerWaiting } from "./call-waiting.ts";
import { startDialing } from "./dialing.ts";
import { relayFlash } from "./flash-relay.ts";
import { hold, resume } from "./hold.ts";
import { finishedCall, sideOf, without } from "./side-calls.ts";
import { startTransfer } from "./transfer.ts";

type Held = Extract<SideCall, { kind: "held" }>;
type Talking = Extract<CallState, { kind: "talking" }>;

/*
 * What a hook flash does, by what there is:
 *
 *   handset at            beside it     flash
 *   ─────────────────────────────────────────────────────────────────────────────
 *   a call                nothing       holds it: dial tone for a second call
 *   a call                one waiting   holds it, answers the other
 *   a call                one on hold   changes over, joins, or asks by a digit
 *   a conference          –             drops the party that came last
 *   no answer yet, tones  one on hold   gives the new call up, takes the other back
 *   tones                 one waiting   answers it
 *   anything else                       nothing
 *
 * An emergency call is never left by a flash, nor is a fax: a machine has no such key.
 */

/** A flash. `undefined` where it means nothing here. */
export function flashStep(
  context: CallContext,
  state: CallState,
  durationMs: number,
  nowMs: number,
): Step | undefined {
  switch (state.kind) {
    case "talking":
      return flashTalking(context, state, durationMs, nowMs);
    case "dialing":
    case "open-loop":
    case "tone":
    case "howler":
    case "locked-out":
      return returnToOther(context, [], nowMs);
    case "calling":
    case "ringback": {
      if (sideOf(context.side, "held") === undefined || state.call.emergency) return undefined;
      const isSent = state.kind === "ringback" || state.stage === "inviting";
      const end = isSent ? [toUa({ kind: "end", session: state.call.session })] : [];
      const back = returnToOther(context, end, nowMs);
      return back === undefined
        ? undefined
        : { ...back, finished: finishedCall(state.call, "near") };
    }
    case "menu":
      return toggleFromMenu(context, state);
    case "answering":
    case "call-back":
    case "faulted":
    case "idle":
    case "preparing":
    case "recall":
    case "ringing":
    case "stopped":
      return undefined;
    default:
      return unreachable(state);
  }
}

function flashTalking(
  context: CallContext,
  state: Talking,
  durationMs: number,
  nowMs: number,
): Step | undefined {
  const { call } = state;
  const { flash } = context.config;
  if (flash.mode === "relay") return relayFlash(context, state, durationMs);
  if (call.emergency || call.t38 !== undefined) return undefined;
  const { side } = context;
  const joined = sideOf(side, "joined");
  if (joined !== undefined) return dropLast(context, state, joined);
  const held = sideOf(side, "held");
  if (held !== undefined) return flashWithTwo(context, state, held, nowMs);
  const waiting = sideOf(side, "waiting");
  const parked = hold(context, call);
  const beside: SideCall = { kind: "held", call: parked.call };
  if (waiting !== undefined) {
    const answered = answerWaiting(waiting, nowMs);
    return {
      state: answered.state,
      outputs: [...parked.outputs, ...answered.outputs],
      side: [...without(side, waiting), beside],
    };
  }
  const dialing = startDialing({ ...context, side: [...side, beside] }, nowMs);
  return {
    state: dialing.state,
    outputs: [
      ...parked.outputs,
      ...dialing.outputs,
      logOf(context, "info", "On hold: dial tone for a second call."),
    ],
    side: [...side, beside],
  };
}

function flashWithTwo(context: CallContext, state: Talking, held: Held, nowMs: number): Step {
  switch (context.config.flash.second) {
    case "toggle":
      return changeOver(context, state.call, held);
    case "conference":
      return joinBoth(context, state.call, held);
    case "menu": {
      const parked = hold(context, state.call);
      return {
        state: {
          kind: "menu",
          call: parked.call,
          untilMs: nowMs + context.config.timers.flashMenuMs,
        },
        outputs: [
          ...parked.outputs,
          toLine({ kind: "collect", on: true }),
          toLine({ kind: "tone", tone: "dial", untilDigit: true }),
        ],
      };
    }
  }
}

/** The other call in place of this one. */
function changeOver(context: CallContext, current: Call, held: Held): Step {
  const parked = current.onHold === true ? { call: current, outputs: [] } : hold(context, current);
  const taken = resume(context, held.call);
  return {
    state: { kind: "talking", call: taken.call },
    outputs: [...parked.outputs, ...taken.outputs],
    side: [...without(context.side, held), { kind: "held", call: parked.call }],
  };
}

/** Both calls at once. */
function joinBoth(context: CallContext, current: Call, held: Held): Step {
  const taken = resume(context, held.call);
  const own = current.onHold === true ? resume(context, current) : undefined;
  return {
    state: { kind: "talking", call: own?.call ?? current },
    outputs: [
      ...taken.outputs,
      ...(own?.outputs ?? []),
      logOf(context, "info", "A conference of three."),
    ],
    side: [...without(context.side, held), { kind: "joined", call: taken.call }],
  };
}

/** The party that came last leaves a conference: the handset stays with the first. */
function dropLast(
  context: CallContext,
  state: Talking,
  joined: Extract<SideCall, { kind: "joined" }>,
): Step {
  return {
    state: { kind: "talking", call: joined.call },
    outputs: [toUa({ kind: "end", session: state.call.session })],
    finished: finishedCall(state.call, "near"),
    side: without(context.side, joined),
  };
}

/** Back to the call on hold, or to the one that waits, with what ends the present one first. */
function returnToOther(
  context: CallContext,
  first: readonly CallOutput[],
  nowMs: number,
): Step | undefined {
  const { side, collector } = context;
  const quiet = [toLine({ kind: "collect", on: false }), toLine({ kind: "tone-off" })];
  const held = sideOf(side, "held");
  if (held !== undefined) {
    collector.handle({ kind: "stop" }, nowMs);
    const taken = resume(context, held.call);
    return {
      state: { kind: "talking", call: taken.call },
      outputs: [...first, ...quiet, ...taken.outputs],
      side: without(side, held),
    };
  }
  const waiting = sideOf(side, "waiting");
  if (waiting === undefined) return undefined;
  collector.handle({ kind: "stop" }, nowMs);
  const answered = answerWaiting(waiting, nowMs);
  return {
    state: answered.state,
    outputs: [...first, ...quiet, ...answered.outputs],
    side: without(side, waiting),
  };
}

type Menu = Extract<CallState, { kind: "menu" }>;

/** A digit after a flash with two calls up; without one the handset goes back to where it was. */
export function menuStep(
  context: CallContext,
  state: Menu,
  input: CallInput,
  nowMs: number,
): Step | undefined {
  if (input.kind === "timeout") {
    return nowMs < state.untilMs ? undefined : leaveMenu(backTo(context, state.call));
  }
  if (input.kind === "ua" && input.event.kind === "ended") {
    const gone = startDisconnect(context, nowMs);
    return leaveMenu({ ...gone, finished: finishedCall(state.call, "far") });
  }
  if (input.kind !== "line" || input.event.kind !== "digit") return undefined;
  const held = sideOf(context.side, "held");
  if (held === undefined) return leaveMenu(backTo(context, state.call));
  switch (input.event.digit) {
    case "1": {
      const taken = resume(context, held.call);
      return leaveMenu({
        state: { kind: "talking", call: taken.call },
        outputs: [toUa({ kind: "end", session: state.call.session }), ...taken.outputs],
        finished: finishedCall(state.call, "near"),
        side: without(context.side, held),
      });
    }
    case "2":
      return leaveMenu(changeOver(context, state.call, held));
    case "3":
      return leaveMenu(joinBoth(context, state.call, held));
    case "4": {
      const transfer = startTransfer(context, held, { kind: "call", call: state.call }, nowMs);
      const dialing = startDialing(context, nowMs);
      return {
        state: dialing.state,
        outputs: [...transfer.outputs, ...dialing.outputs],
        side: transfer.side,
      };
    }
    default:
      return leaveMenu(backTo(context, state.call));
  }
}

function toggleFromMenu(context: CallContext, state: Menu): Step {
  const held = sideOf(context.side, "held");
  return leaveMenu(
    held === undefined ? backTo(context, state.call) : changeOver(context, state.call, held),
  );
}

function backTo(context: CallContext, call: Call): Step {
  const taken = resume(context, call);
  return { state: { kind: "talking", call: taken.call }, outputs: taken.outputs };
}

/** What collects digits is put away. */
function leaveMenu(step: Step): Step {
  const quiet = [toLine({ kind: "collect", on: false }), toLine({ kind: "tone-off" })];
  return { ...step, outputs: [...quiet, ...step.outputs] };
}
