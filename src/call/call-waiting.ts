import type { CallerId } from "../base/line-messages.ts";
import { type Arriving, arrive, type Incoming, refuseArriving } from "./arriving.ts";
import { flowOutputs, statusOf, withBody } from "./call-media.ts";
import {
  type CallContext,
  type CallState,
  logOf,
  type SideCall,
  type Step,
  toLine,
  toUa,
} from "./call-state.ts";
import { type Diverted, findsBusy, ringsForMs, sendOn } from "./diverting.ts";
import { cadenceOf, displayOf } from "./incoming.ts";
import { finishedCall, replaced, without } from "./side-calls.ts";

type Waiting = Extract<SideCall, { kind: "waiting" }>;

/**
 * Whether a second caller may wait: two people talk, and nobody else is in it. Two machines would
 * take the tone for an error of each other.
 */
function mayWait(context: CallContext, state: CallState): boolean {
  if (!context.choices.callWaiting || state.kind !== "talking") return false;
  if (state.call.emergency || state.call.refusesWaiting === true) return false;
  if (state.call.isModem === true || state.call.t38 !== undefined) return false;
  return context.side.every(({ kind }) => kind === "parting");
}

/** An INVITE while the handset is at a call; `undefined` where nobody may wait. */
export function secondCallStep(
  context: CallContext,
  state: CallState,
  event: Incoming,
  nowMs: number,
): Step | undefined {
  if (!mayWait(context, state)) return undefined;
  const display = displayOf(context, event, nowMs);
  return arrive(context, state, event, display === undefined ? {} : { display }, nowMs);
}

function shown(display: CallerId | undefined): { readonly callerId?: CallerId } {
  return display === undefined ? {} : { callerId: display };
}

/** Media of the second call is open: its caller hears ringback, our user the call-waiting tone. */
export function startWaiting(
  context: CallContext,
  state: CallState,
  arriving: Arriving,
  nowMs: number,
): Step {
  const { offer, call: opened, display } = arriving;
  const described = withBody(context, opened, offer);
  if (!described.ok) return refuseArriving(context, state, arriving, statusOf(described.error));
  const { call, body } = described.value;
  const isFree = state.kind === "talking" || state.kind === "idle";
  if (!isFree) {
    const { outputs, finished } = findsBusy(context, call, nowMs);
    const side = without(context.side, arriving);
    return { state, outputs, finished: { ...finished, hasMedia: true }, side };
  }
  const waiting: Waiting = {
    kind: "waiting",
    call: { ...call, rangMs: nowMs },
    body,
    ...(display === undefined ? {} : { display }),
    untilMs: nowMs + ringsForMs(context, call, nowMs),
  };
  const outputs = [
    toUa({ kind: "respond", session: call.session, status: 180 }),
    logOf(context, "info", `Waits: ${call.from} calls.`),
  ];
  if (state.kind === "idle") {
    const ringing = ringAfterHangUp(waiting);
    const side = without(context.side, arriving);
    return { ...ringing, outputs: [...outputs, ...ringing.outputs], side };
  }
  const tone = toLine({ kind: "call-waiting", ...shown(display) });
  return { state, outputs: [...outputs, tone], side: replaced(context.side, arriving, waiting) };
}

/** The second caller is answered: the 200 goes out, and its ACK makes the call. */
export function answerWaiting(waiting: Waiting, nowMs: number): Pick<Step, "state" | "outputs"> {
  const call = { ...waiting.call, answeredMs: nowMs };
  return {
    state: { kind: "answering", call },
    outputs: [
      toLine({ kind: "tone-off" }),
      toUa({
        kind: "respond",
        session: call.session,
        status: 200,
        body: waiting.body,
        contentType: "application/sdp",
      }),
      ...flowOutputs(call),
    ],
  };
}

/** The handset was hung up: who waits makes the bell ring. */
export function ringAfterHangUp(waiting: Waiting): Pick<Step, "state" | "outputs"> {
  const { call, body, untilMs, display } = waiting;
  return {
    state: { kind: "ringing", call, body, untilMs },
    outputs: [toLine({ kind: "ring", ...cadenceOf(call), ...shown(display) })],
  };
}

/** The second caller is gone: its tone ends. */
export function waitingGone(
  context: CallContext,
  state: CallState,
  waiting: Waiting,
  outcome: Diverted,
): Step {
  const quiet = state.kind === "talking" ? [toLine({ kind: "tone-off" })] : [];
  return {
    state,
    outputs: [...outcome.outputs, ...quiet],
    finished: { ...outcome.finished, hasMedia: true },
    side: without(context.side, waiting),
  };
}

/** The second caller has waited too long: he is sent on, where the user wants that. */
export function waitingOver(
  context: CallContext,
  state: CallState,
  waiting: Waiting,
  nowMs: number,
): Step {
  const { call } = waiting;
  const end = toUa({ kind: "end", session: call.session, status: 480 });
  const missed = { outputs: [end], finished: finishedCall(call, "box", 480) };
  return waitingGone(context, state, waiting, sendOn(context, call, "noAnswer", nowMs) ?? missed);
}
