import { err, ok, type Result } from "../base/result.ts";
import type { UaEvent } from "../sip/index.ts";
import { MEDIA_OPEN_LIMIT_MS, statusOf, withBody } from "./call-media.ts";
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
import { incomingCall } from "./incoming.ts";
import { finishedCall, without } from "./side-calls.ts";

/** An INVITE. */
export type Incoming = Extract<UaEvent, { kind: "incoming" }>;
/** A second caller whose media is being opened. */
export type Arriving = Extract<SideCall, { kind: "arriving" }>;

/** Opens media for a second caller: who waits, takes another's place, or joins. */
export function arrive(
  context: CallContext,
  state: CallState,
  event: Incoming,
  how: Pick<Arriving, "display" | "replaces" | "joins">,
  nowMs: number,
): Step {
  const call = incomingCall(context, event, nowMs);
  const { body } = event.request;
  const arriving: Arriving = {
    kind: "arriving",
    call,
    ...(body === "" ? {} : { offer: body }),
    ...how,
    untilMs: nowMs + MEDIA_OPEN_LIMIT_MS,
  };
  const owner = { kind: "line", line: context.config.line } as const;
  return {
    state,
    outputs: [toMedia({ kind: "open", session: call.id, owner })],
    side: [...context.side, arriving],
  };
}

/** The second call as it is answered, and what answers it; else the step that refuses it. */
export function admit(
  context: CallContext,
  state: CallState,
  arriving: Arriving,
  call: Call,
): Result<{ readonly call: Call; readonly answer: CallOutput }, Step> {
  const described = withBody(context, call, arriving.offer);
  if (!described.ok) {
    return err(refuseArriving(context, state, arriving, statusOf(described.error)));
  }
  const { call: admitted, body } = described.value;
  const contentType = "application/sdp";
  const { session } = admitted;
  const answer = toUa({ kind: "respond", session, status: 200, body, contentType });
  return ok({ call: admitted, answer });
}

/** A second call that cannot be taken. */
export function refuseArriving(
  context: CallContext,
  state: CallState,
  arriving: Arriving,
  status: number,
): Step {
  const { call } = arriving;
  return {
    state,
    outputs: [
      toUa({ kind: "end", session: call.session, status }),
      logOf(context, "warn", `The call of ${call.from} is refused with ${status}.`),
    ],
    finished: { ...finishedCall(call, "box", status), result: "failed" },
    side: without(context.side, arriving),
  };
}
