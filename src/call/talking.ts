import type { LineEvent } from "../base/line-messages.ts";
import type { MediaEvent } from "../base/media-messages.ts";
import type { UaEvent } from "../sip/index.ts";
import { startDisconnect } from "./after-call.ts";
import { withLevels } from "./call-levels.ts";
import { type CallContext, type CallState, logOf, type Step, toMedia, toUa } from "./call-state.ts";
import type { CallInput } from "./call-types.ts";
import { endForCost, withCharge } from "./charging.ts";
import { faxDue, faxFrame, faxHeard, faxOver } from "./fax.ts";
import { DTMF_RELAY } from "./flash-relay.ts";
import type { Changed } from "./hold.ts";
import { inCallRequest } from "./in-call-requests.ts";
import { referredStep } from "./referred.ts";
import { peerOf, sessionUpdate } from "./session-update.ts";
import { sideOf, without } from "./side-calls.ts";

type Talking = Extract<CallState, { kind: "talking" | "answering" }>;

/** How long a digit of a rotary dial is that is sent on. Common adapters send 100 ms. */
const RELAYED_DIGIT_MS = 100;

type Relaying = Extract<CallState, { kind: "talking" | "answering" | "ringback" }>;
type KeyEvent = Extract<LineEvent, { kind: "digit" | "digit-end" }>;

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
          const { call, outputs } = withCharge(context, state.call, input.event.request);
          const hungUp = input.event.cause === "bye";
          const gone = farEndGone(context, { ...state, call }, hungUp, nowMs);
          return { ...gone, outputs: [...outputs, ...gone.outputs] };
        }
        case "request":
          return inCall(context, state, input.event, nowMs);
        default: {
          const update = sessionUpdate(context, state.call, input.event);
          if (update === undefined) return undefined;
          return { state: { ...state, call: update.call }, outputs: update.outputs };
        }
      }
    case "timeout":
      return changed(state, faxDue(context, state.call, nowMs));
    case "stop":
      return undefined;
  }
}

function changed(state: Talking, change: Changed | undefined): Step | undefined {
  if (change === undefined) return undefined;
  return { state: { ...state, call: change.call }, outputs: change.outputs };
}

/** When something is due in a call that is up. */
export function talkingDueMs(state: CallState): number | undefined {
  return state.kind === "talking" || state.kind === "answering" ? state.call.t38DueMs : undefined;
}

function inCall(
  context: CallContext,
  state: Talking,
  event: Extract<UaEvent, { kind: "request" }>,
  nowMs: number,
): Step {
  if (event.message.method === "REFER" && state.kind === "talking") {
    return referredStep(context, state, event, nowMs);
  }
  const { call, outputs } = withCharge(context, state.call, event.message);
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
  const gone = farEndGone(context, state, false, nowMs);
  const end = toUa({ kind: "end", session: call.session });
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

/**
 * Sends a keyed digit to the far end, where configured and agreed: as a telephone event that lasts
 * as long as the key, or as INFO once it is let go.
 */
export function relayDigit(
  context: CallContext,
  state: Relaying,
  event: LineEvent,
): Step | undefined {
  if (event.kind !== "digit" && event.kind !== "digit-end") return undefined;
  // Nobody keys while two machines talk: it is one of their tones.
  if (event.kind === "digit" && state.call.t38 !== undefined) return undefined;
  switch (context.config.dtmfRelay) {
    case "info":
      return digitAsInfo(context, state, event);
    case "rfc4733":
      return digitAsEvent(state, event);
    case "in-band":
      return undefined;
  }
}

function digitAsEvent(state: Relaying, event: KeyEvent): Step | undefined {
  const { id: session, flow } = state.call;
  if (flow?.telephoneEventPayloadType === undefined) return undefined;
  if (event.kind === "digit-end") {
    const { durationMs } = event;
    return { state, outputs: [toMedia({ kind: "end-digit", session, durationMs })] };
  }
  if (!flow.send) return undefined;
  const { digit, source, atMs: startedMs } = event;
  const command =
    source === "dtmf"
      ? ({ kind: "begin-digit", session, digit, startedMs } as const)
      : ({ kind: "send-digit", session, digit, durationMs: RELAYED_DIGIT_MS } as const);
  return { state, outputs: [toMedia(command)] };
}

/** The digit of a rotary dial at once; a key once it is let go, if it was pressed in this call. */
function digitAsInfo(context: CallContext, state: Relaying, event: KeyEvent): Step | undefined {
  // In an early dialog nobody may be there to take it.
  if (state.kind === "ringback") return undefined;
  const { call } = state;
  const { keyed: _, ...free } = call;
  if (event.kind === "digit" && event.source === "dtmf") {
    return { state: { ...state, call: { ...call, keyed: event.digit } }, outputs: [] };
  }
  if (event.kind === "digit-end" && call.keyed !== event.digit) return undefined;
  const durationMs = event.kind === "digit" ? RELAYED_DIGIT_MS : Math.round(event.durationMs);
  return {
    state: { ...state, call: free },
    outputs: [
      toUa({
        kind: "session-request",
        request: `${call.id}-${context.config.createToken()}`,
        session: call.session,
        method: "INFO",
        headers: [{ name: "content-type", value: DTMF_RELAY }],
        body: `Signal=${event.digit}\r\nDuration=${durationMs}\r\n`,
      }),
    ],
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
