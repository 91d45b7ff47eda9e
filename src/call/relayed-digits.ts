import type { LineEvent } from "../base/line-messages.ts";
import type { UaEvent } from "../sip/index.ts";
import {
  type Call,
  type CallContext,
  type CallState,
  logOf,
  type Step,
  toMedia,
  toUa,
} from "./call-state.ts";
import type { DigitRelay } from "./call-types.ts";
import type { Changed } from "./hold.ts";

type Relaying = Extract<CallState, { kind: "talking" | "answering" | "ringback" }>;
type KeyEvent = Extract<LineEvent, { kind: "digit" | "digit-end" }>;
type Response = Extract<UaEvent, { kind: "response" }>;

/** The body type of digits in INFO requests; a common practice, never a standard. */
export const DTMF_RELAY = "application/dtmf-relay";

/** How long a digit of a rotary dial is that is sent on. Common adapters send 100 ms. */
const RELAYED_DIGIT_MS = 100;

/** Answers that say that a far end has no use for such INFO at all. @see RFC 3261 §21.4, §21.5 */
const REFUSALS: ReadonlySet<number> = new Set([403, 405, 415, 488, 489, 501, 606]);

/** How digits go to this far end: by the first of the configured ways that it takes. */
export function digitWay({ config }: CallContext, call: Call): DigitRelay {
  const takes: Readonly<Record<DigitRelay, boolean>> = {
    rfc4733: call.flow?.telephoneEventPayloadType !== undefined,
    info: call.refusesInfo !== true,
    "in-band": true,
  };
  return config.dtmfRelay.find((way) => takes[way]) ?? "in-band";
}

/**
 * Sends a keyed digit to the far end: as a telephone event that lasts as long as the key, or as
 * INFO once it is let go. In the audio alone it goes by itself.
 */
export function relayDigit(
  context: CallContext,
  state: Relaying,
  event: LineEvent,
): Step | undefined {
  if (event.kind !== "digit" && event.kind !== "digit-end") return undefined;
  // Nobody keys while two machines talk: it is one of their tones.
  if (event.kind === "digit" && state.call.t38 !== undefined) return undefined;
  switch (digitWay(context, state.call)) {
    case "info":
      return digitAsInfo(context, state, event);
    case "rfc4733":
      return digitAsEvent(state, event);
    case "in-band":
      return undefined;
  }
}

/** Whether it is the answer to a digit that went to the call's far end as INFO. */
export function isOfDigit(call: Call, { request }: Response): boolean {
  return request.startsWith(requestPrefix(call));
}

/** Whether the far end took a digit that went to it as INFO: if not, the next go another way. */
export function infoAnswered(
  context: CallContext,
  call: Call,
  response: Response,
): Changed | undefined {
  const { status } = response;
  if (!isOfDigit(call, response) || !REFUSALS.has(status)) return undefined;
  const refused = { ...call, refusesInfo: true };
  const others = digitWay(context, refused);
  const how = others === "rfc4733" ? "as telephone events" : "in the voice alone";
  const text = `The far end takes no digits as INFO (${status}): they go ${how}.`;
  return { call: refused, outputs: [logOf(context, "info", text)] };
}

function requestPrefix(call: Call): string {
  return `${call.id}-digit-`;
}

function digitAsEvent(state: Relaying, event: KeyEvent): Step | undefined {
  const { id: session, flow } = state.call;
  if (event.kind === "digit-end") {
    const { durationMs } = event;
    return { state, outputs: [toMedia({ kind: "end-digit", session, durationMs })] };
  }
  if (flow?.send !== true) return undefined;
  const { digit, source, atMs: startedMs } = event;
  const command =
    source === "dtmf"
      ? ({ kind: "begin-digit", session, digit, startedMs } as const)
      : ({ kind: "send-digit", session, digit, durationMs: RELAYED_DIGIT_MS } as const);
  return { state, outputs: [toMedia(command)] };
}

/** The digit of a rotary dial at once; a key once it is let go, if it was pressed in this call. */
function digitAsInfo(context: CallContext, state: Relaying, event: KeyEvent): Step | undefined {
  // In an early dialog nobody may be there to take it.
  if (state.kind === "ringback") return undefined;
  const { call } = state;
  const { keyed: _, ...free } = call;
  if (event.kind === "digit" && event.source === "dtmf") {
    return { state: { ...state, call: { ...call, keyed: event.digit } }, outputs: [] };
  }
  if (event.kind === "digit-end" && call.keyed !== event.digit) return undefined;
  const durationMs = event.kind === "digit" ? RELAYED_DIGIT_MS : Math.round(event.durationMs);
  return {
    state: { ...state, call: free },
    outputs: [
      toUa({
        kind: "session-request",
        request: `${requestPrefix(call)}${context.config.createToken()}`,
        session: call.session,
        method: "INFO",
        headers: [{ name: "content-type", value: DTMF_RELAY }],
        body: `Signal=${event.digit}\r\nDuration=${durationMs}\r\n`,
      }),
    ],
  };
}
