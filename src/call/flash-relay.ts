import { type CallContext, type CallState, logOf, type Step, toMedia, toUa } from "./call-state.ts";

type Talking = Extract<CallState, { kind: "talking" }>;

/**
 * The body of an INFO that carries a hook flash, in the form that dtmf-relay servers take. No
 * standard has it.
 */
const FLASH_BODY = "Signal=hf\r\nDuration=250\r\n";

/** The body type of digits in INFO requests; a common practice, never a standard. */
export const DTMF_RELAY = "application/dtmf-relay";

/** Sends the flash to the far end: as a telephone-event where it agreed to those, else as INFO. */
export function relayFlash(context: CallContext, state: Talking, durationMs: number): Step {
  const { config } = context;
  const { id, flow } = state.call;
  const log = logOf(context, "debug", "Hook flash sent to the far end.");
  if (config.dtmfRelay === "rfc4733" && flow?.telephoneEventPayloadType !== undefined) {
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
