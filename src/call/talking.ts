import type { Digit } from "../base/audio.ts";
import { startDisconnect } from "./after-call.ts";
import { flowOutputs, statusOf, withAccepted, withAnswer, withOffer } from "./call-media.ts";
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
      if (input.event.kind !== "silent") return undefined;
      return {
        state,
        outputs: [
          logOf(context, "warn", `Nothing is heard of ${peerOf(state.call)}.`, {
            silentMs: input.event.silentMs,
          }),
        ],
      };
    case "ua":
      switch (input.event.kind) {
        case "ended":
          return farEndGone(context, state, input.event.cause === "bye", nowMs);
        case "reoffered":
          return reoffered(context, state, input.event.body);
        case "confirmed":
          return confirmed(context, state, input.event.body);
        default:
          return undefined;
      }
    case "stop":
    case "timeout":
      return undefined;
  }
}

/** The party at the other end, as it is called in log events. */
function peerOf(call: Call): string {
  return call.direction === "in" ? call.from : call.to;
}

/** Sends a keyed digit as a telephone-event, where configured and agreed. */
export function relayDigit(
  context: CallContext,
  state: Extract<CallState, { kind: "talking" | "answering" | "ringback" }>,
  digit: Digit,
): Step | undefined {
  const { id, flow } = state.call;
  if (context.config.dtmfRelay !== "rfc4733") return undefined;
  if (flow?.telephoneEventPayloadType === undefined || !flow.send) return undefined;
  return {
    state,
    outputs: [toMedia({ kind: "send-digit", session: id, digit, durationMs: RELAYED_DIGIT_MS })],
  };
}

function farEndGone(context: CallContext, state: Talking, hungUp: boolean, nowMs: number): Step {
  const gone = startDisconnect(context, nowMs);
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
  };
}

/** Hold, resume, another address or codec: answered with what we can, or refused. */
function reoffered(context: CallContext, state: Talking, offer: string | undefined): Step {
  const { session } = state.call;
  const described =
    offer === undefined ? withOffer(context, state.call) : withAnswer(context, state.call, offer);
  if (!described.ok) {
    const status = statusOf(described.error);
    return { state, outputs: [toUa({ kind: "respond", session, status })] };
  }
  const { call, body } = described.value;
  return {
    state: { ...state, call },
    outputs: [
      toUa({
        kind: "respond",
        session,
        status: 200,
        body,
        contentType: "application/sdp",
      }),
      ...(offer === undefined ? [] : flowOutputs(call)),
    ],
  };
}

/** The ACK of a re-INVITE: it brings the answer where the offer was ours. */
function confirmed(
  context: CallContext,
  state: Talking,
  body: string | undefined,
): Step | undefined {
  if (state.call.offered === undefined) return undefined;
  const accepted = withAccepted(state.call, body ?? "");
  const { offered: _, ...call } = accepted.ok ? accepted.value : state.call;
  if (accepted.ok) return { state: { ...state, call }, outputs: flowOutputs(call) };
  const text = `The far end's answer is unusable, audio stays as it was: ${accepted.error.detail}.`;
  return { state: { ...state, call }, outputs: [logOf(context, "warn", text)] };
}
