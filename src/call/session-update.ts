import type { UaEvent } from "../sip/index.ts";
import { awaitsAck, flowOutputs, statusOf, withAccepted, withBody } from "./call-media.ts";
import { type Call, type CallContext, logOf, toUa } from "./call-state.ts";
import { t38Accepted, t38Refused, t38Told } from "./fax.ts";
import { type Changed, reoffer } from "./hold.ts";

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
      if (call.offered !== undefined && "t38" in call.offered) {
        return t38Refused(context, call, event.status);
      }
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
  const described = withBody(context, call, offer);
  if (!described.ok) {
    const status = statusOf(described.error);
    return { call, outputs: [toUa({ kind: "respond", session, status })] };
  }
  const { call: answered, body } = described.value;
  const isMoved = (call.t38 === undefined) !== (answered.t38 === undefined);
  // A far end that goes back to sound has its reasons: it is not asked for T.38 again.
  const isBack = isMoved && answered.t38 === undefined;
  const changed = isBack ? { ...answered, soundOnly: true } : answered;
  const contentType = "application/sdp";
  const outputs = [
    toUa({ kind: "respond", session, status: 200, body, contentType }),
    ...(offer === undefined ? [] : flowOutputs(changed)),
    ...(isMoved ? [t38Told(context, changed)] : []),
  ];
  const { offered, isReoffer } = call;
  if (offered === undefined || isReoffer !== true) return { call: changed, outputs };
  // Ours still waits for its turn (they met), and is older than what was said just now.
  const wish = "t38" in offered ? { ...changed, offersT38: true } : changed;
  return reoffer(context, wish, outputs);
}

/** The ACK of a re-INVITE: it brings the answer where the offer was ours. */
function confirmed(
  context: CallContext,
  call: Call,
  body: string | undefined,
): Changed | undefined {
  return awaitsAck(call) ? accepted(context, call, body ?? "") : undefined;
}

/** The answer to an offer of ours. */
function accepted(context: CallContext, offering: Call, answer: string): Changed {
  if (offering.offered !== undefined && "t38" in offering.offered) {
    return t38Accepted(context, offering, answer);
  }
  const agreed = withAccepted(offering, answer);
  const { offered: _, ...call } = agreed.ok ? agreed.value : offering;
  const isBack = offering.t38 !== undefined && call.t38 === undefined;
  const told = isBack ? [t38Told(context, call)] : [];
  if (agreed.ok) return { call, outputs: [...flowOutputs(call), ...told] };
  const text = `The far end's answer is unusable, audio stays as it was: ${agreed.error.detail}.`;
  return { call, outputs: [logOf(context, "warn", text)] };
}
