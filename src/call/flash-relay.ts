import { type CallContext, type CallState, logOf, type Step, toMedia, toUa } from "./call-state.ts";
import { DTMF_RELAY } from "./relayed-digits.ts";

type Talking = Extract<CallState, { kind: "talking" }>;

/**
 * The body of an INFO that carries a hook flash, in the form that dtmf-relay servers take. No
 * standard has it.
 */
const FLASH_BODY = "Signal=hf\r\nDuration=250\r\n";

/** Sends the flash to the far end: as a telephone-event where it agreed to those, else as INFO. */
export function relayFlash(context: CallContext, state: Talking, durationMs: number): Step {
  const { config } = context;
  const { id, flow } = state.call;
  const log = logOf(context, "debug", "Hook flash sent to the far end.");
  const isTaken = flow?.telephoneEventPayloadType !== undefined;
  if (isTaken && config.dtmfRelay.includes("rfc4733")) {
    return { state, outputs: [toMedia({ kind: "send-flash", session: id, durationMs }), log] };
  }
  return {
    state,
    outputs: [
      toUa({
        kind: "session-request",
        request: `${state.call.id}-${config.createToken()}`,
        session: state.call.session,
        method: "INFO",
        headers: [{ name: "content-type", value: DTMF_RELAY }],
        body: FLASH_BODY,
      }),
      log,
    ],
  };
}
