import { isDigit } from "../base/audio.ts";
import { DIALOG_EVENT, eventOf, headerValue, type SipRequest, type UaEvent } from "../sip/index.ts";
import { type Call, type CallContext, logOf, toMedia, toUa } from "./call-state.ts";
import type { CallOutput } from "./call-types.ts";
import { FLASH_SIGNAL, parseSignal } from "./policy/info-signal.ts";
import { digitWay } from "./relayed-digits.ts";
import { peerOf } from "./session-update.ts";

type RequestEvent = Extract<UaEvent, { kind: "request" }>;

/** Most characters of a message that are shown. */
const MESSAGE_CHARACTERS_MAX = 1000;

/** A request inside a call that no feature waits for. */
export function inCallRequest(
  context: CallContext,
  call: Call,
  event: RequestEvent,
): readonly CallOutput[] {
  const { message, request } = event;
  const reply = (status: number): CallOutput => toUa({ kind: "reply", request, status });
  switch (message.method) {
    case "INFO":
      return namesPackage(message)
        ? [packageRefused(request)]
        : [reply(200), ...infoTold(context, call, event)];
    case "MESSAGE":
      return messageOutputs(context, peerOf(call), event);
    case "NOTIFY":
      // No subscription of ours is in this dialog. @see RFC 6665 §4.1.3
      return [reply(481)];
    case "REFER":
      return [reply(603)];
    case "SUBSCRIBE":
      return [subscribeRefused(event)];
    case "UPDATE":
      // Another offer before the answer: what was agreed so far holds. @see RFC 3311 §5.2
      return [reply(488)];
    default:
      return [reply(501)];
  }
}

function namesPackage(message: SipRequest): boolean {
  return (headerValue(message, "info-package") ?? "").trim() !== "";
}

/** Of packages we have told that we take none. @see RFC 6086 §4.2.2 */
function packageRefused(request: string): CallOutput {
  return toUa({ kind: "reply", request, status: 469, headers: [{ name: "recv-info", value: "" }] });
}

/** What can be subscribed to, elsewhere than in a call. @see RFC 6665 §4.2.1 */
const EVENTS = [DIALOG_EVENT.name, "refer"];

/** Nothing is told inside a call but how a REFER of it goes, and none does. RFC 3515 §2.4.4 */
function subscribeRefused({ message, request }: RequestEvent): CallOutput {
  if (eventOf(message)?.name === "refer") return toUa({ kind: "reply", request, status: 403 });
  const headers = [{ name: "allow-events", value: EVENTS.join(", ") }];
  return toUa({ kind: "reply", request, status: 489, headers });
}

/** A text for the user: it is told, not kept. @see RFC 3428 §7 */
export function messageOutputs(
  context: CallContext,
  from: string,
  { message, request }: RequestEvent,
): readonly CallOutput[] {
  const type = (headerValue(message, "content-type") ?? "text/plain").split(";", 1)[0]?.trim();
  if (type?.toLowerCase() !== "text/plain") {
    const headers = [{ name: "accept", value: "text/plain" }];
    return [toUa({ kind: "reply", request, status: 415, headers })];
  }
  const text = message.body.slice(0, MESSAGE_CHARACTERS_MAX);
  return [
    toUa({ kind: "reply", request, status: 200 }),
    { kind: "message", from, text },
    logOf(context, "info", `A message of ${from}.`),
  ];
}

/**
 * Digits and flashes that come as INFO: a digit is heard, where none comes as an event too. A flash
 * asks a server for something; a telephone has nothing that it could do with it.
 */
function infoTold(
  context: CallContext,
  call: Call,
  { message }: RequestEvent,
): readonly CallOutput[] {
  const signal = parseSignal(message);
  if (signal === undefined) return [];
  const { text, durationMs } = signal;
  const what = text === FLASH_SIGNAL ? "a hook flash" : text.slice(0, 8);
  const log = logOf(context, "debug", `${peerOf(call)} signals ${what}.`);
  const { flow } = call;
  const asEvent = flow?.telephoneEventPayloadType !== undefined;
  const isHeard = isDigit(text) && flow?.receive === true && call.onHold !== true;
  if (!isHeard || (asEvent && digitWay(context, call) !== "info")) return [log];
  return [log, toMedia({ kind: "hear-digit", session: call.id, digit: text, durationMs })];
}
