import type { CallerId } from "../base/line-messages.ts";
import { headerValue, headerValues, type SipRequest, type UaEvent } from "../sip/index.ts";
import {
  awaitsAck,
  flowOutputs,
  MEDIA_OPEN_LIMIT_MS,
  statusOf,
  withAccepted,
  withBody,
  withMedia,
} from "./call-media.ts";
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
import type { CallInput, CallOutput, CallResult } from "./call-types.ts";
import { startLifted } from "./dialing.ts";
import { findsBusy, ringsForMs, sendOn } from "./diverting.ts";
import { sdpSessionId } from "./placing.ts";
import { isAnsweredElsewhere } from "./policy/answered-elsewhere.ts";
import { autoAnswerOf } from "./policy/auto-answer.ts";
import { callerDisplay } from "./policy/caller-display.ts";
import { assertedCaller, CALLER_SOURCES } from "./policy/caller-sources.ts";
import { timesForwarded } from "./policy/diversions.ts";
import { forwardedBy } from "./policy/forwarded-by.ts";
import { ringCadence } from "./policy/ring-cadence.ts";
import { sessionIdOf } from "./session-id.ts";
import { talkingStep } from "./talking.ts";
import { startTone } from "./tone.ts";

type Incoming = Extract<UaEvent, { kind: "incoming" }>;
type Preparing = Extract<CallState, { kind: "preparing" }>;
type Ringing = Extract<CallState, { kind: "ringing" }>;
type Answering = Extract<CallState, { kind: "answering" }>;

/** An INVITE for a line at rest: media is asked for first, so that what rings can be answered. */
export function startIncoming(context: CallContext, event: Incoming, nowMs: number): Step {
  const { config } = context;
  const call = incomingCall(context, event, nowMs);
  const offer = event.request.body === "" ? undefined : event.request.body;
  const display = displayOf(context, event, nowMs);
  const answersAfterMs = answersAfter(context, event.request);
  if (answersAfterMs === "refused") {
    const state: Preparing = { kind: "preparing", call, untilMs: nowMs };
    const { finished, ...step } = refuse(context, state, 403, "it is to be answered by itself");
    return finished === undefined ? step : { ...step, finished: { ...finished, hasMedia: false } };
  }
  return {
    state: {
      kind: "preparing",
      call,
      ...(answersAfterMs === undefined ? {} : { answersAfterMs }),
      untilMs: nowMs + MEDIA_OPEN_LIMIT_MS,
      ...(offer === undefined ? {} : { offer }),
      ...(display === undefined ? {} : { display }),
    },
    outputs: [
      toMedia({ kind: "open", session: call.id, owner: { kind: "line", line: config.line } }),
    ],
  };
}

/**
 * When a call is answered by nobody's hand: only where the line's device always listens. One that
 * insists on it elsewhere is refused. @see RFC 5373 §4.5.1
 */
function answersAfter(
  { config, isOffHook }: CallContext,
  request: SipRequest,
): number | "refused" | undefined {
  const asked = autoAnswerOf(request);
  const isListening = config.autoAnswer !== undefined && isOffHook;
  if (!isListening) return asked?.isRequired === true ? "refused" : undefined;
  return asked?.afterMs ?? (config.autoAnswer === "always" ? 0 : undefined);
}

/** Who calls, and how often the call was sent on before it came to us. */
export function callerOf({ from, request }: Incoming): Pick<Call, "from" | "forwards"> {
  const forwards = timesForwarded(request);
  return { from: from.user === "" ? from.uri : from.user, ...(forwards === 0 ? {} : { forwards }) };
}

/** The attempt that an INVITE is, for its record. */
export function incomingCall(context: CallContext, event: Incoming, nowMs: number): Call {
  const { config } = context;
  const forwarder = forwardedBy(event.request);
  const alertInfo = headerValues(event.request, "alert-info");
  const number = displayOf(context, event, nowMs, true)?.number;
  const cadence = ringCadence(config.ringRules ?? [], event.from.user, alertInfo);
  return {
    id: `line${config.line}-${config.createToken()}`,
    direction: "in",
    session: event.session,
    ...callerOf(event),
    to: config.account.user,
    emergency: false,
    ...(number === undefined ? {} : { callerNumber: number }),
    ...(forwarder === undefined ? {} : { forwardedBy: forwarder }),
    ...(event.dialog === undefined ? {} : { dialog: event.dialog }),
    ...sessionIdOf(event.request),
    startedMs: nowMs,
    sdpSessionId: sdpSessionId(config.createToken()),
    ...(cadence === undefined ? {} : { cadence }),
  };
}

/** What the display will show of who calls; `undefined` where it is told nothing. */
export function displayOf(
  context: CallContext,
  event: Incoming,
  nowMs: number,
  always = false,
): CallerId | undefined {
  const { config } = context;
  if (!config.callerId && !always) return undefined;
  const sources = config.callerIdFrom ?? CALLER_SOURCES;
  const { parties, privacy } = assertedCaller(event.request, event.from, sources);
  const { month, day, hour, minute } = config.wallTime(nowMs);
  // Where anybody may call, only what the line's server hands on is vouched for.
  const trustAsserted = config.trustAssertedIdentity || event.fromServer === true;
  const shown = callerDisplay({
    from: event.from,
    asserted: parties,
    privacy: trustAsserted ? privacy : headerValue(event.request, "privacy"),
    trustAsserted,
  });
  return { ...shown, time: { month, day, hour, minute } };
}

/**
 * Before the bell rings. Who lifts now has not heard it: the line is theirs to dial on, and the
 * caller finds it busy.
 */
export function preparingStep(
  context: CallContext,
  state: Preparing,
  input: CallInput,
  nowMs: number,
): Step | undefined {
  switch (input.kind) {
    case "timeout":
      return nowMs < state.untilMs ? undefined : refuse(context, state, 500, "media does not open");
    case "media":
      if (input.event.kind === "open-failed") {
        return refuse(context, state, 500, `no media: ${input.event.reason}`);
      }
      if (input.event.kind !== "opened") return undefined;
      return ring(context, state, withMedia(state.call, input.event), nowMs);
    case "line": {
      if (input.event.kind !== "off-hook" && input.event.kind !== "ring-trip") return undefined;
      if (context.config.autoAnswer !== undefined) return undefined;
      const lifted = startLifted(context, nowMs);
      const { outputs, finished } = findsBusy(context, state.call, nowMs);
      const also = lifted.finished === undefined ? [] : [lifted.finished];
      return {
        ...lifted,
        outputs: [...outputs, ...lifted.outputs],
        finished: { ...finished, hasMedia: true },
        alsoFinished: also,
      };
    }
    case "ua":
      return input.event.kind === "ended" ? gaveUp(state, input.event.request) : undefined;
    case "stop":
      return undefined;
  }
}

function ring(context: CallContext, state: Preparing, opened: Call, nowMs: number): Step {
  const described = withBody(context, opened, state.offer);
  if (!described.ok) {
    return refuse(context, state, statusOf(described.error), described.error.detail);
  }
  const { call, body } = described.value;
  if (state.answersAfterMs !== undefined && context.isOffHook) {
    const { display, answersAfterMs } = state;
    return answerItself(context, { call, body, display }, nowMs + answersAfterMs, nowMs);
  }
  const bell = ringBell(context, { call, body, display: state.display }, nowMs);
  const rings = toUa({ kind: "respond", session: call.session, status: 180 });
  return { ...bell, outputs: [rings, ...bell.outputs] };
}

/** Has the bell rung for a call; who calls has heard of it, or will. */
function ringBell(
  context: CallContext,
  { call, body, display }: Pick<Ringing, "call" | "body" | "display">,
  nowMs: number,
): Step {
  const shown = display === undefined ? {} : { callerId: display };
  return {
    state: {
      kind: "ringing",
      call: { ...call, rangMs: call.rangMs ?? nowMs },
      body,
      untilMs: nowMs + ringsForMs(context, call, nowMs),
    },
    outputs: [
      toLine({ kind: "ring", ...cadenceOf(call), ...shown }),
      logOf(context, "info", `Rings: ${call.from} calls${forwarded(call)}.`),
    ],
  };
}

/** A call that nobody has to lift for: answered now, or once its caller has waited as told. */
function answerItself(
  context: CallContext,
  ready: Pick<Ringing, "call" | "body" | "display">,
  untilMs: number,
  nowMs: number,
): Step {
  const { call } = ready;
  const state: Ringing = { kind: "ringing", ...ready, answersItself: true, untilMs };
  const log = logOf(context, "info", `${call.from} calls, and is answered by itself.`);
  if (untilMs <= nowMs) {
    const step = answer(state, nowMs);
    return { ...step, outputs: [...step.outputs, log] };
  }
  const rings = toUa({ kind: "respond", session: call.session, status: 180 });
  return { state: { ...state, call: { ...call, rangMs: nowMs } }, outputs: [rings, log] };
}

/** In which cadence the bell rings for a call. */
export function cadenceOf({ cadence }: Call): { readonly cadence?: string } {
  return cadence === undefined ? {} : { cadence };
}

/** Words for who forwarded a call, where somebody did. */
function forwarded({ forwardedBy: by }: Call): string {
  return by === undefined ? "" : `, forwarded by ${by}`;
}

/** The bell rings, until someone lifts, the caller gives up or the time is out. */
export function ringingStep(
  context: CallContext,
  state: Ringing,
  input: CallInput,
  nowMs: number,
): Step | undefined {
  switch (input.kind) {
    case "timeout": {
      if (nowMs < state.untilMs) return undefined;
      // Where nothing listens any more nobody would ever hang up.
      if (state.answersItself === true) {
        return context.isOffHook ? answer(state, nowMs) : ringBell(context, state, nowMs);
      }
      const sentOn = sendOn(context, state.call, "noAnswer", nowMs);
      if (sentOn !== undefined) {
        const { outputs, finished } = sentOn;
        return {
          state: { kind: "idle" },
          outputs: [toLine({ kind: "stop-ringing" }), ...outputs],
          finished: { ...finished, hasMedia: true },
        };
      }
      const end = toUa({ kind: "end", session: state.call.session, status: 480 });
      return stopRinging(state, [end], "missed", "box", 480);
    }
    case "line":
      // Ringing was asked for, so a plain off-hook is a lift in answer to it as well.
      return input.event.kind === "ring-trip" || input.event.kind === "off-hook"
        ? answer(state, nowMs)
        : undefined;
    case "ua":
      return input.event.kind === "ended" ? gaveUp(state, input.event.request) : undefined;
    case "media":
    case "stop":
      return undefined;
  }
}

function answer(state: Ringing, nowMs: number): Step {
  const call = { ...state.call, answeredMs: nowMs };
  return {
    state: { kind: "answering", call },
    outputs: [
      toLine({ kind: "stop-ringing" }),
      toUa({
        kind: "respond",
        session: call.session,
        status: 200,
        body: state.body,
        contentType: "application/sdp",
        ...(state.answersItself === true ? { headers: ANSWERED_BY_ITSELF } : {}),
      }),
      ...flowOutputs(call),
    ],
  };
}

/** @see RFC 5373 §5.1 */
const ANSWERED_BY_ITSELF = [{ name: "answer-mode", value: "Auto" }];

/** The 200 is out: its ACK makes the call, and brings the answer where the offer was ours. */
export function answeringStep(
  context: CallContext,
  state: Answering,
  input: CallInput,
  nowMs: number,
): Step | undefined {
  if (input.kind !== "ua" || input.event.kind !== "confirmed") {
    return talkingStep(context, state, input, nowMs);
  }
  if (!awaitsAck(state.call)) {
    return { state: { kind: "talking", call: state.call }, outputs: [] };
  }
  const { offered: _, ...settled } = state.call;
  const accepted = withAccepted(state.call, input.event.body ?? "");
  if (!accepted.ok) {
    const tone = startTone(context, "reorder", nowMs);
    const text = `The call of ${settled.from} fails: ${accepted.error.detail}.`;
    return {
      state: tone.state,
      outputs: [
        toUa({ kind: "end", session: settled.session }),
        ...tone.outputs,
        logOf(context, "warn", text),
      ],
      finished: { call: settled, result: "failed", endedBy: "box", hasMedia: true },
    };
  }
  const { offered: __, ...call } = accepted.value;
  return { state: { kind: "talking", call }, outputs: flowOutputs(call) };
}

function refuse(context: CallContext, state: Preparing, status: number, why: string): Step {
  const { call } = state;
  return {
    state: { kind: "idle" },
    outputs: [
      toUa({ kind: "end", session: call.session, status }),
      logOf(context, "warn", `The call of ${call.from} is refused with ${status}: ${why}.`),
    ],
    finished: { call, result: "failed", endedBy: "box", sipStatus: status, hasMedia: true },
  };
}

function gaveUp(state: Preparing | Ringing, cancel?: SipRequest): Step {
  const result = isAnsweredElsewhere(cancel) ? "elsewhere" : "missed";
  if (state.kind === "ringing") return stopRinging(state, [], result, "far");
  return {
    state: { kind: "idle" },
    outputs: [],
    finished: { call: state.call, result, endedBy: "far", hasMedia: true },
  };
}

function stopRinging(
  state: Ringing,
  outputs: readonly CallOutput[],
  result: CallResult,
  endedBy: "far" | "box",
  sipStatus?: number,
): Step {
  return {
    state: { kind: "idle" },
    outputs: [toLine({ kind: "stop-ringing" }), ...outputs],
    finished: {
      call: state.call,
      result,
      endedBy,
      hasMedia: true,
      ...(sipStatus === undefined ? {} : { sipStatus }),
    },
  };
}
