import { earliestMs } from "../base/core.ts";
import type { MediaEvent } from "../base/media-messages.ts";
import type { UaEvent } from "../sip/index.ts";
import { startDisconnect } from "./after-call.ts";
import { withLevels } from "./call-levels.ts";
import { type CallContext, type CallState, logOf, type Step } from "./call-state.ts";
import type { CallInput, CallOutput } from "./call-types.ts";
import { endForCost, withCharge } from "./charging.ts";
import { faxDue, faxFrame, faxHeard, faxOver } from "./fax.ts";
import type { Changed } from "./hold.ts";
import { inCallRequest } from "./in-call-requests.ts";
import { referredStep } from "./referred.ts";
import { infoAnswered, relayDigit } from "./relayed-digits.ts";
import { peerOf, sessionUpdate } from "./session-update.ts";
import { sideOf, without } from "./side-calls.ts";

type Talking = Extract<CallState, { kind: "talking" | "answering" }>;

/** Two people talk: digits are relayed, the far end may change the session or go. */
export function talkingStep(
  context: CallContext,
  state: Talking,
  input: CallInput,
  nowMs: number,
): Step | undefined {
  switch (input.kind) {
    case "line":
      if (input.event.kind === "level") {
        return { state: { ...state, call: withLevels(state.call, input.event) }, outputs: [] };
      }
      return relayDigit(context, state, input.event);
    case "media":
      switch (input.event.kind) {
        case "silent":
          return silent(context, state, input.event, nowMs);
        case "insecure":
          return insecure(context, state, input.event, nowMs);
        case "far-tone":
          return goneByTone(context, state, input.event, nowMs);
        case "fax-tone":
          return changed(state, faxHeard(context, state.call, input.event, nowMs));
        case "fax-frame":
          return { state, outputs: faxFrame(context, input.event) };
        case "fax-over":
          return changed(state, faxOver(context, state.call, input.event.why));
        default:
          return undefined;
      }
    case "ua":
      switch (input.event.kind) {
        case "ended": {
          const { cause, request: message, fromServer } = input.event;
          const { call, outputs } = withCharge(context, state.call, { message, fromServer });
          const hungUp = cause === "bye";
          const gone = farEndGone(context, { ...state, call }, hungUp, nowMs);
          return { ...gone, outputs: [...outputs, ...gone.outputs] };
        }
        case "request":
          return inCall(context, state, input.event, nowMs);
        case "watched":
          if (state.kind !== "talking" || context.config.refusesTransfer === true) return undefined;
          return referredStep(context, state, input.event, nowMs);
        case "response":
          return changed(state, infoAnswered(context, state.call, input.event));
        default: {
          const update = sessionUpdate(context, state.call, input.event);
          if (update === undefined) return undefined;
          return { state: { ...state, call: update.call }, outputs: update.outputs };
        }
      }
    case "timeout":
      return overlong(context, state, nowMs) ?? changed(state, faxDue(context, state.call, nowMs));
    case "stop":
      return undefined;
  }
}

function changed(state: Talking, change: Changed | undefined): Step | undefined {
  if (change === undefined) return undefined;
  return { state: { ...state, call: change.call }, outputs: change.outputs };
}

/** When something is due in a call that is up. */
export function talkingDueMs(context: CallContext, state: CallState): number | undefined {
  if (state.kind !== "talking" && state.kind !== "answering") return undefined;
  return earliestMs(state.call.t38DueMs, limitMs(context, state));
}

/** When a call has lasted as long as calls may: for help, or called back from there, any time. */
function limitMs({ config, helpUntilMs = 0 }: CallContext, state: Talking): number | undefined {
  const { callLimitMs = 0 } = config;
  const { answeredMs, direction, emergency } = state.call;
  if (callLimitMs === 0 || state.kind !== "talking" || answeredMs === undefined) return undefined;
  const isForHelp = emergency || (direction === "in" && answeredMs < helpUntilMs);
  return isForHelp ? undefined : answeredMs + callLimitMs;
}

/** A call that has lasted for too long is ended; one on hold once it is taken back. */
function overlong(context: CallContext, state: Talking, nowMs: number): Step | undefined {
  const dueMs = limitMs(context, state);
  if (dueMs === undefined || nowMs < dueMs) return undefined;
  const text = `The call with ${peerOf(state.call)} is ended: it has lasted as long as calls may.`;
  return endedByBox(context, state, nowMs, [logOf(context, "info", text)]);
}

function inCall(
  context: CallContext,
  state: Talking,
  event: Extract<UaEvent, { kind: "request" }>,
  nowMs: number,
): Step {
  const isRefer = event.message.method === "REFER" && context.config.refusesTransfer !== true;
  if (isRefer && state.kind === "talking") {
    return referredStep(context, state, event, nowMs);
  }
  const { call, outputs } = withCharge(context, state.call, event);
  return {
    state: { ...state, call },
    outputs: [...inCallRequest(context, call, event), ...outputs],
  };
}

/**
 * Nothing is heard of the far end: told, and where it lasts too long, the call is ended. One that
 * has put us on hold need not play music.
 */
function silent(
  context: CallContext,
  state: Talking,
  { silentMs, isFirst }: Extract<MediaEvent, { kind: "silent" }>,
  nowMs: number,
): Step {
  const { silenceLimitMs } = context.config;
  const { call } = state;
  if (call.flow?.send !== true || !call.flow.receive) return { state, outputs: [] };
  const text = `Nothing is heard of ${peerOf(call)}.`;
  const log = isFirst ? [logOf(context, "warn", text, { silentMs })] : [];
  if (silenceLimitMs === 0 || silentMs < silenceLimitMs) return { state, outputs: log };
  return endedByBox(context, state, nowMs, log);
}

/**
 * There are no keys for a call that was to be encrypted, or they are somebody else's: it is ended,
 * since it must not go on in the clear.
 */
function insecure(
  context: CallContext,
  state: Talking,
  { reason }: Extract<MediaEvent, { kind: "insecure" }>,
  nowMs: number,
): Step {
  const text = `The call with ${peerOf(state.call)} is ended: ${reason}.`;
  const step = endedByBox(context, state, nowMs, [logOf(context, "warn", text)]);
  return step.finished === undefined
    ? step
    : { ...step, finished: { ...step.finished, mediaFault: reason } };
}

function endedByBox(
  context: CallContext,
  state: Talking,
  nowMs: number,
  log: readonly CallOutput[],
): Step {
  const { call } = state;
  const gone = farEndGone(context, state, false, nowMs);
  const end = endForCost(context, call);
  return {
    ...gone,
    outputs: [...log, end, ...gone.outputs],
    finished: { call, result: "answered", endedBy: "box", hasMedia: true },
  };
}

/**
 * A trunk says only by a tone that its far end has gone: the call is ended for it. Where the far
 * end does not let us hear it, the tone was heard before.
 */
function goneByTone(
  context: CallContext,
  state: Talking,
  { tone, lastedMs }: Extract<MediaEvent, { kind: "far-tone" }>,
  nowMs: number,
): Step {
  const { call } = state;
  if (call.flow?.receive !== true || call.t38 !== undefined) return { state, outputs: [] };
  const text = `${peerOf(call)} sends ${tone} tone: the call is ended.`;
  const gone = farEndGone(context, state, true, nowMs);
  const end = endForCost(context, call);
  return {
    ...gone,
    outputs: [logOf(context, "info", text, { lastedMs }), end, ...gone.outputs],
    finished: { call, result: "answered", endedBy: "far", endedByTone: tone, hasMedia: true },
  };
}

function farEndGone(context: CallContext, state: Talking, hungUp: boolean, nowMs: number): Step {
  const joined = sideOf(context.side, "joined");
  const gone =
    joined === undefined
      ? startDisconnect(context, nowMs)
      : { state: { kind: "talking", call: joined.call } as const, outputs: [] };
  const unconfirmed = state.kind === "answering" && !hungUp;
  return {
    state: gone.state,
    outputs: [...gone.outputs, logOf(context, "info", `${peerOf(state.call)} has gone.`)],
    finished: {
      call: state.call,
      result: unconfirmed ? "failed" : "answered",
      endedBy: "far",
      hasMedia: true,
    },
    ...(joined === undefined ? {} : { side: without(context.side, joined) }),
  };
}
