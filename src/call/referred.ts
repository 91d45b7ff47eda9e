import {
  eventOf,
  headerValue,
  parseCSeq,
  parseRefer,
  printSipfrag,
  SIPFRAG,
  type SipRequest,
  secondsOf,
  type UaEvent,
  wantsReferNews,
} from "../sip/index.ts";
import { MEDIA_OPEN_LIMIT_MS } from "./call-media.ts";
import {
  type Call,
  type CallContext,
  type CallState,
  logOf,
  type SideCall,
  type Step,
  toLine,
  toMedia,
  toUa,
} from "./call-state.ts";
import type { CallOutput } from "./call-types.ts";
import { resume } from "./hold.ts";
import { inCallRequest } from "./in-call-requests.ts";
import { outgoingCall } from "./placing.ts";
import { isBarred } from "./policy/lock.ts";
import { peerOf } from "./session-update.ts";
import { finishedCall, replaced, sideOf, without } from "./side-calls.ts";

/** A REFER inside the call, or about it from outside. */
type ReferEvent = Extract<UaEvent, { kind: "request" | "watched" }>;
type Talking = Extract<CallState, { kind: "talking" }>;
type Referrer = Extract<SideCall, { kind: "referrer" }>;

/*
 * The far end of our call hands us over: we call whom it names, and tell it what becomes of it.
 *
 *   talking ── REFER: 202, NOTIFY 100 ──► calling ──► ringback: NOTIFY 180
 *      ▲                                     │            │
 *      │ refused: NOTIFY of its status,      └─────┬──────┘ answered: NOTIFY 200, BYE to it
 *      └───────────────────────────────────────────┤
 *                                                  ▼
 *                                               talking
 */

/** A REFER of the far end that our handset is talking to. */
export function referredStep(
  context: CallContext,
  state: Talking,
  event: ReferEvent,
  nowMs: number,
): Step {
  const message = event.kind === "request" ? event.message : event.request;
  const refuse = (status: number, reason?: string): Step => {
    if (event.kind === "watched") {
      const { watch } = event;
      return { state, outputs: [toUa({ kind: "refuse-watch", watch, status })] };
    }
    const why = reason === undefined ? {} : { reason };
    const { request } = event;
    return { state, outputs: [toUa({ kind: "reply", request, status, ...why })] };
  };
  const isFree = context.side.every(({ kind }) => kind === "parting");
  if (state.call.emergency || !isFree) return refuse(603);
  const target = parseRefer(message);
  if (!target.ok) return refuse(target.error.status, target.error.reason);
  const { uri, uriText, headers } = target.value;
  const by = headerValue(message, "referred-by");
  const refersSub = headerValue(message, "refer-sub")?.trim().toLowerCase() !== "false";
  // One from outside, or whose sender subscribes by itself, is answered by what it is told.
  const subscribed = event.kind === "watched" || wantsReferNews(message);
  const referral = {
    uri: uriText,
    headers: [...headers, ...(by === undefined ? [] : [{ name: "referred-by", value: by }])],
  };
  const number = uri.user === "" ? uriText : uri.user;
  if (isBarred(number, context.choices.isLocked, context.config)) return refuse(603);
  const call: Call = { ...outgoingCall(context, number, nowMs), referral };
  const referrer: Referrer = {
    kind: "referrer",
    call: { ...state.call, hasReferred: true },
    referred: call.id,
    subscribed,
    event: eventFor(message, state.call.hasReferred === true),
    ...(event.kind === "watched" ? { watch: event.watch } : {}),
  };
  const answer = refersSub ? {} : { headers: [{ name: "refer-sub", value: "false" }] };
  return {
    state: { kind: "calling", call, stage: "opening", untilMs: nowMs + MEDIA_OPEN_LIMIT_MS },
    outputs: [
      ...(event.kind === "watched"
        ? []
        : [toUa({ kind: "reply", request: event.request, status: 202, ...answer })]),
      ...notify(context, referrer, 100),
      toMedia({ kind: "join", session: state.call.id, on: false }),
      toMedia({
        kind: "open",
        session: call.id,
        owner: { kind: "line", line: context.config.line },
      }),
      logOf(context, "info", `${peerOf(state.call)} hands us over to ${number}.`),
    ],
    side: [...context.side, referrer],
  };
}

/** Several REFERs of one dialog are told apart by their numbers. @see RFC 3515 §2.4.6 */
function eventFor(refer: SipRequest, isLater: boolean): string {
  const cseq = parseCSeq(headerValue(refer, "cseq") ?? "");
  return isLater && cseq.ok ? `refer;id=${cseq.value.sequence}` : "refer";
}

/** Tells who referred us how the call goes. @see RFC 3515 §2.4.4 */
function notify(
  context: CallContext,
  referrer: Referrer,
  status: number,
  ends = status < 200 ? undefined : "noresource",
): readonly CallOutput[] {
  if (!referrer.subscribed) return [];
  const { watch } = referrer;
  if (watch !== undefined) {
    const document = { body: printSipfrag(status) };
    if (status < 200) return [toUa({ kind: "tell", watch, document })];
    return [toUa({ kind: "end-watch", watch, reason: "noresource", document })];
  }
  const left = Math.ceil(context.config.timers.transferMs / 1000);
  const standing = ends === undefined ? `active;expires=${left}` : `terminated;reason=${ends}`;
  return [
    toUa({
      kind: "session-request",
      request: `${referrer.call.id}-${context.config.createToken()}`,
      session: referrer.call.session,
      method: "NOTIFY",
      headers: [
        { name: "event", value: referrer.event },
        { name: "subscription-state", value: standing },
        { name: "content-type", value: `${SIPFRAG};version=2.0` },
      ],
      body: printSipfrag(status),
    }),
  ];
}

/**
 * Who referred us asks to be told for longer, or no more. The call goes on either way.
 * @see RFC 3515 §2.4.4, RFC 6665 §4.2.1
 */
export function referSubscribed(
  context: CallContext,
  state: CallState,
  referrer: Referrer,
  event: Extract<UaEvent, { kind: "request" }>,
): Step {
  const { message, request } = event;
  const isKnown = referrer.subscribed && referrer.watch === undefined;
  const { name, id } = eventOf(message) ?? {};
  const asked = id === undefined ? name : `${name};id=${id}`;
  if (!isKnown || (asked !== referrer.event && asked !== "refer")) {
    return { state, outputs: inCallRequest(context, referrer.call, event) };
  }
  const leftS = Math.ceil(context.config.timers.transferMs / 1000);
  const isLast = secondsOf(headerValue(message, "expires")) === 0;
  const headers = [{ name: "expires", value: String(isLast ? 0 : leftS) }];
  const isRinging = state.kind === "ringback" && state.call.rangMs !== undefined;
  const told = notify(context, referrer, isRinging ? 180 : 100, isLast ? "timeout" : undefined);
  return {
    state,
    outputs: [toUa({ kind: "reply", request, status: 200, headers }), ...told],
    side: replaced(context.side, referrer, { ...referrer, subscribed: !isLast }),
  };
}

/** What a step of the call that we were asked to make means for the one who asked. */
export function withReferral(context: CallContext, before: CallState, step: Step): Step {
  const side = step.side ?? context.side;
  const referrer = sideOf(side, "referrer");
  if (referrer === undefined) return step;
  const { state } = step;
  if (state.kind === "talking" && state.call.id === referrer.referred) {
    return {
      ...step,
      outputs: [
        ...step.outputs,
        ...notify(context, referrer, 200),
        toUa({ kind: "end", session: referrer.call.session }),
      ],
      alsoFinished: [...(step.alsoFinished ?? []), finishedCall(referrer.call, "far")],
      side: without(side, referrer),
    };
  }
  const isRinging = state.kind === "ringback" && state.call.rangMs !== undefined;
  const rang = before.kind === "ringback" && before.call.rangMs !== undefined;
  if (isRinging && !rang && state.call.id === referrer.referred) {
    return { ...step, outputs: [...step.outputs, ...notify(context, referrer, 180)] };
  }
  if (step.finished?.call.id !== referrer.referred) return step;
  return cameToNothing(context, step, referrer);
}

/** The call that we were asked to make failed: back to who asked, where the user is still there. */
function cameToNothing(context: CallContext, step: Step, referrer: Referrer): Step {
  const side = without(step.side ?? context.side, referrer);
  const told = notify(context, referrer, step.finished?.sipStatus ?? 480);
  const { kind } = step.state;
  if (kind !== "tone" && kind !== "open-loop") {
    return {
      ...step,
      outputs: [...step.outputs, ...told, toUa({ kind: "end", session: referrer.call.session })],
      alsoFinished: [...(step.alsoFinished ?? []), finishedCall(referrer.call, "near")],
      side,
    };
  }
  const taken = resume(context, referrer.call);
  return {
    ...step,
    state: { kind: "talking", call: taken.call },
    outputs: [...step.outputs, ...told, toLine({ kind: "tone-off" }), ...taken.outputs],
    side,
  };
}
