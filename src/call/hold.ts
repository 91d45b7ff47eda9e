import { withOffer } from "./call-media.ts";
import { type Call, type CallContext, logOf, toMedia, toUa } from "./call-state.ts";
import type { CallOutput } from "./call-types.ts";

/** A call that has changed, and what is to be done about it. */
export interface Changed {
  readonly call: Call;
  readonly outputs: readonly CallOutput[];
}

/** Puts a call on hold: its far end is told, and hears music in place of the line. */
export function hold(context: CallContext, call: Call): Changed {
  const { musicOnHold } = context.config;
  return reoffer(context, { ...call, onHold: true }, [
    musicOnHold === undefined
      ? toMedia({ kind: "join", session: call.id, on: false })
      : toMedia({ kind: "play", session: call.id, sound: musicOnHold, loop: true }),
  ]);
}

/** Takes a call back: the line is joined to it at once, and its far end is told. */
export function resume(context: CallContext, call: Call): Changed {
  const { onHold: _, ...resumed } = call;
  return reoffer(context, resumed, [toMedia({ kind: "join", session: call.id, on: true })]);
}

/** A new offer inside the session. What cannot be offered (no media) leaves the session alone. */
export function reoffer(context: CallContext, call: Call, first: readonly CallOutput[]): Changed {
  const offer = withOffer(context, call);
  if (!offer.ok) {
    const text = `The far end cannot be told of the change: ${offer.error.detail}.`;
    return { call, outputs: [...first, logOf(context, "warn", text)] };
  }
  const { session } = call;
  const { body } = offer.value;
  const offering: Call = { ...offer.value.call, isReoffer: true };
  return { call: offering, outputs: [...first, toUa({ kind: "reinvite", session, body })] };
}
