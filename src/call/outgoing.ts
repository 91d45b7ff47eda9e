import {
  ADVICE_OF_CHARGE_TYPE,
  answeredDialog,
  headerValue,
  printUri,
  type SipResponse,
  secondsOf,
  type UaCommand,
  type UaEvent,
} from "../sip/index.ts";
import { flowOutputs, withAccepted, withMedia, withOffer } from "./call-media.ts";
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
import type { CallInput, CallOutput, CallResult } from "./call-types.ts";
import { inviteIdentity, mayBePlainer, SOS_URN, withPlace } from "./caller-identity.ts";
import { progressStep, voiceComes } from "./early-media.ts";
import { answerLimitMs, callNext } from "./hotline.ts";
import { dialledUri, plainUri } from "./placing.ts";
import { type AnnouncementName, announcementOf } from "./policy/announcement.ts";
import { directUri } from "./policy/direct-call.ts";
import { refusalOf } from "./policy/refusal.ts";
import { relayDigit } from "./relayed-digits.ts";
import { sessionIdOf } from "./session-id.ts";
import { startTone } from "./tone.ts";

/** A server may tell what the call costs. @see 3GPP TS 24.647 §4.5.2 */
const ACCEPTS_CHARGES = {
  name: "accept",
  value: `application/sdp, ${ADVICE_OF_CHARGE_TYPE}`,
} as const;

type InviteCommand = Extract<UaCommand, { kind: "invite" }>;
type Outgoing = Extract<CallState, { kind: "calling" | "ringback" }>;

/** From the dialled number to the answer: media opens, the INVITE goes out, the far end rings. */
export function outgoingStep(
  context: CallContext,
  state: Outgoing,
  input: CallInput,
  nowMs: number,
): Step | undefined {
  switch (input.kind) {
    case "timeout":
      return nowMs < state.untilMs ? undefined : outOfTime(context, state, nowMs);
    case "media":
      if (input.event.kind === "opened") {
        if (state.kind !== "calling" || state.stage !== "opening") return undefined;
        return sendInvite(context, withMedia(state.call, input.event), nowMs);
      }
      if (input.event.kind === "open-failed") {
        return abandon(context, state, `no media: ${input.event.reason}`, nowMs);
      }
      return input.event.kind === "receiving" && state.kind === "ringback"
        ? voiceComes(state)
        : undefined;
    case "ua":
      return sessionStep(context, state, input.event, nowMs);
    case "line":
      return state.kind === "ringback" ? relayDigit(context, state, input.event) : undefined;
    case "stop":
      return undefined;
  }
}

function sendInvite(context: CallContext, opened: Call, nowMs: number): Step | undefined {
  const { config } = context;
  const offer = withOffer(context, opened);
  if (!offer.ok) return undefined;
  const { call, body } = offer.value;
  const untilMs = nowMs + answerLimitMs(context, call);
  const identity = inviteIdentity(context, call);
  return {
    state: { kind: "calling", call, stage: "inviting", untilMs },
    outputs: [
      toUa(
        withPlace(context, call, {
          kind: "invite",
          session: call.session,
          uri: call.referral?.uri ?? calledUri(context, call),
          ...wayOf(context, call),
          ...identity,
          headers: [
            ...identity.headers,
            ...(config.charging === undefined ? [] : [ACCEPTS_CHARGES]),
            ...(call.referral?.headers ?? []),
          ],
          body,
          contentType: "application/sdp",
        }),
      ),
    ],
  };
}

/** By the account's server; or straight to an address, which gets the line's, and no password. */
function wayOf({ config }: CallContext, { direct }: Call): Partial<InviteCommand> {
  const { id: account, user, domain: host } = config.account;
  if (direct === undefined) {
    return { account, redirects: config.redirectsDirectly === true ? "direct" : "server" };
  }
  const from = { uri: printUri({ scheme: "sip", user, host, params: new Map() }) };
  return { to: { transport: "udp", ...direct }, from };
}

function calledUri(context: CallContext, call: Call): string {
  if (call.direct !== undefined) return directUri(call.direct);
  if (call.isPlain === true) return plainUri(context, call.to);
  const isSos = call.emergency && context.config.emergency.asUrn;
  return isSos ? SOS_URN : dialledUri(context, call.to);
}

/** The same call by its number alone, after what it carried was refused. */
function callPlainly(context: CallContext, refused: Call, why: string, nowMs: number) {
  const { id } = refused;
  const step = sendInvite(context, { ...refused, session: `${id}-plain`, isPlain: true }, nowMs);
  if (step === undefined) return undefined;
  const text = `The call to ${refused.to} ${why} It is tried again by its number alone.`;
  return { ...step, outputs: [...step.outputs, logOf(context, "warn", text)] };
}

function sessionStep(
  context: CallContext,
  state: Outgoing,
  event: UaEvent,
  nowMs: number,
): Step | undefined {
  switch (event.kind) {
    case "progress":
      return progressStep(state, event, nowMs);
    case "answered":
      return answered(context, state, event, nowMs);
    case "failed": {
      const refusal = refusalOf(event.status, state.call.rangMs !== undefined);
      const retryAfterS = retryAfterOf(event.response);
      const again = retryAfterS === undefined ? "" : ` It may be tried again in ${retryAfterS} s.`;
      const refused = `was refused: ${event.status} ${event.reason}.`;
      if (mayBePlainer(context, state.call, event.status)) {
        const plainly = callPlainly(context, state.call, refused, nowMs);
        if (plainly !== undefined) return plainly;
      }
      const text = `The call to ${state.call.to} ${refused}${again}`;
      return over(context, state, nowMs, {
        ...refusal,
        about: announcementOf(event.status, state.call.rangMs !== undefined),
        endedBy: "far",
        sipStatus: event.status,
        ...(retryAfterS === undefined ? {} : { retryAfterS }),
        outputs: [logOf(context, "info", text)],
      });
    }
    case "ended":
      return over(context, state, nowMs, {
        tone: "reorder",
        result: "failed",
        endedBy: "far",
        outputs: [],
      });
    default:
      return undefined;
  }
}

function answered(
  context: CallContext,
  state: Outgoing,
  { body, response }: Extract<UaEvent, { kind: "answered" }>,
  nowMs: number,
): Step {
  // A 2xx without a description is out of order, but an answer in a 18x before it will do.
  const early = state.call.flow === undefined ? undefined : state.call;
  const accepted = body === undefined ? undefined : withAccepted(state.call, body);
  const call = accepted === undefined ? early : accepted.ok ? accepted.value : undefined;
  if (call === undefined) {
    const why = accepted === undefined || accepted.ok ? "none came" : accepted.error.detail;
    return abandon(context, state, `no usable session description: ${why}`, nowMs);
  }
  const { offered: _, ...settled } = call;
  return {
    state: {
      kind: "talking",
      call: {
        ...settled,
        answeredMs: nowMs,
        dialog: answeredDialog(response),
        ...sessionIdOf(response),
      },
    },
    outputs: [
      toLine({ kind: "tone-off" }),
      ...flowOutputs(call),
      logOf(context, "info", `${call.to} has answered.`),
    ],
  };
}

function outOfTime(context: CallContext, state: Outgoing, nowMs: number): Step {
  if (state.kind === "ringback" && state.call.rangMs !== undefined) {
    return over(context, state, nowMs, {
      tone: "reorder",
      result: "no-answer",
      endedBy: "box",
      outputs: [toUa({ kind: "end", session: state.call.session })],
    });
  }
  const opening = state.kind === "calling" && state.stage === "opening";
  return abandon(context, state, opening ? "media does not open" : "no answer in time", nowMs);
}

/** @see RFC 3261 §20.33 */
function retryAfterOf(response: SipResponse | undefined): number | undefined {
  return response === undefined ? undefined : secondsOf(headerValue(response, "retry-after"));
}

/** Our own side gives the call up. */
function abandon(context: CallContext, state: Outgoing, why: string, nowMs: number): Step {
  const sent = state.kind === "ringback" || state.stage === "inviting";
  return over(context, state, nowMs, {
    tone: "reorder",
    result: "failed",
    endedBy: "box",
    outputs: [
      ...(sent ? [toUa({ kind: "end", session: state.call.session })] : []),
      logOf(context, "warn", `The call to ${state.call.to} fails: ${why}.`),
    ],
  });
}

function over(
  context: CallContext,
  state: Outgoing,
  nowMs: number,
  how: {
    readonly tone: "busy" | "reorder";
    readonly about?: AnnouncementName | undefined;
    readonly result: CallResult;
    readonly endedBy: "far" | "box";
    readonly sipStatus?: number;
    readonly retryAfterS?: number;
    readonly outputs: readonly CallOutput[];
  },
): Step {
  const finished: FinishedCall = {
    call: state.call,
    result: how.result,
    endedBy: how.endedBy,
    hasMedia: true,
    ...(how.sipStatus === undefined ? {} : { sipStatus: how.sipStatus }),
    ...(how.retryAfterS === undefined ? {} : { retryAfterS: how.retryAfterS }),
  };
  const next = callNext(context, finished, nowMs);
  if (next !== undefined) return { ...next, outputs: [...how.outputs, ...next.outputs] };
  const tone = startTone(context, how.tone, nowMs, how.about);
  return { state: tone.state, outputs: [...how.outputs, ...tone.outputs], finished };
}
