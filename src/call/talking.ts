import type { Digit } from "../base/audio.ts";
import type { MediaEvent } from "../base/media-messages.ts";
import type { UaEvent } from "../sip/index.ts";
import { startDisconnect } from "./after-call.ts";
import {
  type Call,
  type CallContext,
  type CallState,
  logOf,
  type Step,
  toMedia,
  toUa,
} from "./call-state.ts";
import type { CallInput } from "./call-types.ts";
import { faxHeard } from "./fax.ts";
import { DTMF_RELAY } from "./flash-relay.ts";
import { inCallRequest } from "./in-call-requests.ts";
import { referredStep } from "./referred.ts";
import { peerOf, sessionUpdate } from "./session-update.ts";
import { sideOf, without } from "./side-calls.ts";

type Talking = Extract<CallState, { kind: "talking" | "answering" }>;

/** How long a digit sent as a telephone-event is. Common adapters send 100 ms. */
export const RELAYED_DIGIT_MS = 100;

/** Two people talk: digits are relayed, the far end may change the session or go. */
export function talkingStep(
  context: CallContext,
  state: Talking,
  input: CallInput,
  nowMs: number,
): Step | undefined {
  switch (input.kind) {
    case "line":
      return input.event.kind === "digit"
        ? relayDigit(context, state, input.event.digit)
        : undefined;
    case "media":
      switch (input.event.kind) {
        case "silent":
          return silent(context, state, input.event, nowMs);
        case "fax-tone": {
          const { call, outputs } = faxHeard(context, state.call, input.event);
          return { state: { ...state, call }, outputs };
        }
        default:
          return undefined;
      }
    case "ua":
      switch (input.event.kind) {
        case "ended":
          return farEndGone(context, state, input.event.cause === "bye", nowMs);
        case "request":
          return inCall(context, state, input.event, nowMs);
        default: {
          const update = sessionUpdate(context, state.call, input.event);
          if (update === undefined) return undefined;
          return { state: { ...state, call: update.call }, outputs: update.outputs };
        }
      }
    case "stop":
    case "timeout":
      return undefined;
  }
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
  return { state, outputs: inCallRequest(context, state.call, event) };
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

/** Sends a keyed digit as a telephone-event, where configured and agreed. */
export function relayDigit(
  context: CallContext,
  state: Extract<CallState, { kind: "talking" | "answering" | "ringback" }>,
  digit: Digit,
): Step | undefined {
  const { id, flow } = state.call;
  if (context.config.dtmfRelay === "info") return digitAsInfo(context, state, digit);
  if (context.config.dtmfRelay !== "rfc4733") return undefined;
  if (flow?.telephoneEventPayloadType === undefined || !flow.send) return undefined;
  return {
    state,
    outputs: [toMedia({ kind: "send-digit", session: id, digit, durationMs: RELAYED_DIGIT_MS })],
  };
}

function digitAsInfo<State extends CallState & { readonly call: Call }>(
  context: CallContext,
  state: State,
  digit: Digit,
): Step | undefined {
  // In an early dialog nobody may be there to take it.
  if (state.kind === "ringback") return undefined;
  const { id, session } = state.call;
  return {
    state,
    outputs: [
      toUa({
        kind: "session-request",
        request: `${id}-${context.config.createToken()}`,
        session,
        method: "INFO",
        headers: [{ name: "content-type", value: DTMF_RELAY }],
        body: `Signal=${digit}\r\nDuration=${RELAYED_DIGIT_MS}\r\n`,
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
