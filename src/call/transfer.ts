import {
  eventOf,
  headerValue,
  parseSipfrag,
  parseSubscriptionState,
  SIPFRAG,
  type UaEvent,
} from "../sip/index.ts";
import {
  type Call,
  type CallContext,
  type CallState,
  logOf,
  type SideCall,
  type Step,
  toMedia,
  toUa,
} from "./call-state.ts";
import type { CallOutput } from "./call-types.ts";
import { startRecall } from "./recall.ts";
import { endSide, finishedCall, replaced, without } from "./side-calls.ts";
import { startTone } from "./tone.ts";

type Parting = Extract<SideCall, { kind: "parting" }>;
type RequestEvent = Extract<UaEvent, { kind: "request" }>;

/*
 * A call that is handed over. The handset has left it already.
 *
 *   REFER sent         2xx           NOTIFY 1xx         NOTIFY 2xx, or its far end goes
 *   ─────────► asking ─────► waiting ◄─────┐ ─────────────────────────► over, partner too
 *                │             │  └────────┘
 *                │ refused     │ NOTIFY 3xx–6xx            nothing is said in time
 *                └─────────────┴──► partner ended;         ─────────────────────► over
 *                                   the bell rings: the call is still there
 */

/** Whom a call is handed over to: the far end of another call, or an address. */
export type TransferTarget =
  | { readonly kind: "call"; readonly call: Call }
  | { readonly kind: "uri"; readonly uri: string };

/**
 * Asks the far end of a call on hold to call somebody else, or to take the other call's place.
 * @see RFC 5589 §6, §7
 */
export function startTransfer(
  context: CallContext,
  held: SideCall,
  target: TransferTarget,
  nowMs: number,
): { readonly outputs: readonly CallOutput[]; readonly side: readonly SideCall[] } {
  const { call } = held;
  const request = `${call.id}-${context.config.createToken()}`;
  const parting: SideCall = {
    kind: "parting",
    call,
    request,
    ...(target.kind === "call" ? { partner: target.call } : {}),
    untilMs: nowMs + context.config.timers.transferMs,
  };
  const whom = target.kind === "call" ? { replaces: target.call.session } : { uri: target.uri };
  const name = target.kind === "call" ? peerOf(target.call) : target.uri;
  return {
    outputs: [
      ...(target.kind === "call"
        ? [toMedia({ kind: "join", session: target.call.id, on: false })]
        : []),
      toUa({ kind: "refer", request, session: call.session, ...whom }),
      logOf(context, "info", `${peerOf(call)} is handed over to ${name}.`),
    ],
    side: [...without(context.side, held), parting],
  };
}

function peerOf(call: Call): string {
  return call.direction === "in" ? call.from : call.to;
}

/** The answer to our REFER. */
export function referAnswered(
  context: CallContext,
  state: CallState,
  parting: Parting,
  status: number,
  nowMs: number,
): Step {
  if (status >= 200 && status < 300) return { state, outputs: [] };
  return transferFailed(context, state, parting, status, nowMs);
}

/** A NOTIFY about the call that our REFER asked for. @see RFC 3515 §2.4.4 */
export function referNotified(
  context: CallContext,
  state: CallState,
  parting: Parting,
  event: RequestEvent,
  nowMs: number,
): Step {
  const { message, request } = event;
  const about = eventOf(message)?.name;
  const type = (headerValue(message, "content-type") ?? SIPFRAG).split(";", 1)[0]?.trim();
  if (about !== "refer") return { state, outputs: [toUa({ kind: "reply", request, status: 489 })] };
  const taken = toUa({ kind: "reply", request, status: 200 });
  const status = type?.toLowerCase() === SIPFRAG ? parseSipfrag(message.body) : undefined;
  const subscription = parseSubscriptionState(headerValue(message, "subscription-state") ?? "");
  const isLast = subscription.kind === "terminated";
  if (status === undefined || status < 200) {
    // Nothing more will come: whether it is done nobody says, and the far end is left to it.
    return isLast
      ? prepend(taken, partingOver(context, state, parting))
      : { state, outputs: [taken] };
  }
  if (status < 300) return prepend(taken, partingOver(context, state, parting));
  return prepend(taken, transferFailed(context, state, parting, status, nowMs));
}

function prepend(first: CallOutput, step: Step): Step {
  return { ...step, outputs: [first, ...step.outputs] };
}

/** The transfer is done, or given up: both calls end here. */
export function partingOver(context: CallContext, state: CallState, parting: Parting): Step {
  const over = endSide(parting, "near");
  return {
    state,
    outputs: [
      ...over.outputs,
      logOf(context, "info", `${peerOf(parting.call)} has been handed over.`),
    ],
    alsoFinished: over.finished,
    side: without(context.side, parting),
  };
}

/** One of the two far ends has gone: what remains of a transfer. */
export function partingEnded(
  context: CallContext,
  state: CallState,
  parting: Parting,
  session: string,
): Step {
  const { partner, ...rest } = parting;
  if (partner === undefined || partner.session !== session) {
    const over = endSide(parting, "near");
    const outputs = over.outputs.filter(
      (output) =>
        output.kind !== "ua" ||
        !("session" in output.command) ||
        output.command.session !== session,
    );
    return {
      state,
      outputs,
      alsoFinished: over.finished,
      side: without(context.side, parting),
    };
  }
  // Its place was taken: that is how an attended transfer goes.
  return {
    state,
    outputs: [],
    finished: finishedCall(partner, "far"),
    side: replaced(context.side, parting, rest),
  };
}

function transferFailed(
  context: CallContext,
  state: CallState,
  parting: Parting,
  status: number,
  nowMs: number,
): Step {
  const { call, partner } = parting;
  const side = without(context.side, parting);
  const log = logOf(context, "warn", `${peerOf(call)} could not be handed over: ${status}.`);
  const lost = partner === undefined ? [] : [toUa({ kind: "end", session: partner.session })];
  const finished = partner === undefined ? [] : [finishedCall(partner, "near")];
  if (state.kind === "idle") {
    const recall = startRecall(context, call, nowMs);
    return {
      state: recall.state,
      outputs: [log, ...lost, ...recall.outputs],
      alsoFinished: finished,
      side,
    };
  }
  // The user is at something else: the call waits on hold, where a flash or hanging up finds it.
  const isFree = !side.some(({ kind }) => kind === "held");
  if (isFree) {
    // Who has just keyed the number and listens still hears that it came to nothing.
    const listens = state.kind === "tone" && state.tone === "confirm";
    const tone = listens ? startTone(context, "reorder", nowMs) : undefined;
    return {
      state: tone?.state ?? state,
      outputs: [log, ...lost, ...(tone?.outputs ?? [])],
      alsoFinished: finished,
      side: [...side, { kind: "held", call }],
    };
  }
  return {
    state,
    outputs: [log, ...lost, toUa({ kind: "end", session: call.session })],
    alsoFinished: [...finished, finishedCall(call, "box")],
    side,
  };
}
