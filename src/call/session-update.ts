import type { UaEvent } from "../sip/index.ts";
import { flowOutputs, statusOf, withAccepted, withAnswer, withOffer } from "./call-media.ts";
import { type Call, type CallContext, logOf, toUa } from "./call-state.ts";
import type { Changed } from "./hold.ts";

/** The party at the other end, as it is called in log events. */
export function peerOf(call: Call): string {
  return call.direction === "in" ? call.from : call.to;
}

/**
 * What happens inside a call that is up, whether the handset is at it or not: offers either way
 * and their answers. `undefined` for any other event.
 */
export function sessionUpdate(
  context: CallContext,
  call: Call,
  event: UaEvent,
): Changed | undefined {
  switch (event.kind) {
    case "reoffered":
      return reoffered(context, call, event.body);
    case "confirmed":
      return confirmed(context, call, event.body);
    case "answered":
      return call.offered === undefined ? undefined : accepted(context, call, event.body ?? "");
    case "reoffer-failed": {
      const { offered: _, ...rest } = call;
      const text = `${peerOf(call)} refused a change of the call: ${event.status}.`;
      return { call: rest, outputs: [logOf(context, "info", text)] };
    }
    default:
      return undefined;
  }
}

/** Hold, resume, another address or codec: answered with what we can, or refused. */
function reoffered(context: CallContext, call: Call, offer: string | undefined): Changed {
  const { session } = call;
  const described =
    offer === undefined ? withOffer(context, call) : withAnswer(context, call, offer);
  if (!described.ok) {
    const status = statusOf(described.error);
    return { call, outputs: [toUa({ kind: "respond", session, status })] };
  }
  const { call: changed, body } = described.value;
  const contentType = "application/sdp";
  return {
    call: changed,
    outputs: [
      toUa({ kind: "respond", session, status: 200, body, contentType }),
      ...(offer === undefined ? [] : flowOutputs(changed)),
    ],
  };
}

/** The ACK of a re-INVITE: it brings the answer where the offer was ours. */
function confirmed(
  context: CallContext,
  call: Call,
  body: string | undefined,
): Changed | undefined {
  return call.offered === undefined ? undefined : accepted(context, call, body ?? "");
}

/** The answer to an offer of ours. */
function accepted(context: CallContext, offering: Call, answer: string): Changed {
  const agreed = withAccepted(offering, answer);
  const { offered: _, ...call } = agreed.ok ? agreed.value : offering;
  if (agreed.ok) return { call, outputs: flowOutputs(call) };
  const text = `The far end's answer is unusable, audio stays as it was: ${agreed.error.detail}.`;
  return { call, outputs: [logOf(context, "warn", text)] };
}
