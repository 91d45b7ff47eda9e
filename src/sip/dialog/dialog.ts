import { ownText } from "../../base/own-text.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { DialogId, SipTransport } from "../user-agent-types.ts";
import { printCSeq } from "../wire/cseq.ts";
import {
  headerValue,
  headerValues,
  type SipHeader,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from "../wire/message.ts";
import { parseNameAddr, printNameAddr, tagOf, withTag } from "../wire/name-addr.ts";
import { cseqIn, tagIn } from "../wire/wire-header.ts";
import { heardSessionId, printSessionId, type SessionId, sessionIdIn } from "./session-id.ts";

/** Values of one route set. More is no network but an attack. */
export const ROUTE_SET_MAX = 32;

/**
 * What two user agents share, seen from our side. A value: whoever holds it replaces it.
 * All text is latin-1 carried, and none of it a piece of a message. @see RFC 3261 §12
 */
export interface Dialog {
  readonly callId: string;
  readonly localTag: string;
  /** Empty where the far end is older than tags. */
  readonly remoteTag: string;
  /** Our From value, with tag. */
  readonly local: string;
  /** Their To value, with tag where they have one. */
  readonly remote: string;
  /** CSeq of the last request of ours. */
  readonly localSequence: number;
  /** CSeq of their last request; `undefined` before the first. */
  readonly remoteSequence: number | undefined;
  /** The URI that their Contact names. */
  readonly remoteTarget: string;
  /** Route values, the next hop first. */
  readonly routeSet: readonly string[];
  /** The identifiers of its session, where it has some. */
  readonly session?: SessionId;
  /** Requests of the dialog stay on the transport that it was made on. */
  readonly transport: SipTransport;
}

/** What tells one dialog from another. @see RFC 3261 §12 */
export function dialogKey(callId: string, localTag: string, remoteTag: string): string {
  return [callId, localTag, remoteTag].join(" ");
}

/** What is left of a dialog when all but its name is taken away. */
export function dialogIdOf({ callId, localTag, remoteTag }: DialogId): DialogId {
  return { callId, localTag, remoteTag };
}

/** The dialog that a request to us belongs to; `undefined` where it names none (no To tag). */
export function dialogKeyOfRequest(request: SipRequest): string | undefined {
  const localTag = tagIn(request, "to");
  if (localTag === undefined) return undefined;
  const remoteTag = tagIn(request, "from") ?? "";
  return dialogKey(headerValue(request, "call-id") ?? "", localTag, remoteTag);
}

/**
 * The dialog that a response (101–299 with a To tag) to our request makes. The error says what the
 * response lacks. @see RFC 3261 §12.1.2
 */
export function dialogFromResponse(
  request: SipRequest,
  response: SipResponse,
  transport: SipTransport,
): Result<Dialog, string> {
  const remote = ownText(headerValue(response, "to") ?? "");
  const local = headerValue(request, "from") ?? "";
  const routeSet = routeSetOf(response);
  if (routeSet === undefined) return err("too many Record-Route values");
  const remoteTag = tagOf(remote);
  // A provisional response without a tag makes none; a 2xx without one is from an old stack.
  if (remoteTag === undefined && response.status < 200) return err("no To tag");
  return ok({
    callId: ownText(headerValue(request, "call-id") ?? ""),
    localTag: tagOf(local) ?? "",
    remoteTag: remoteTag ?? "",
    local,
    remote,
    localSequence: sequenceOf(request),
    remoteSequence: undefined,
    remoteTarget: ownText(contactUri(response) ?? request.uri),
    routeSet: routeSet.toReversed(),
    transport,
    ...sessionOf(heardSessionId(sessionIdIn(request), response)),
  });
}

/**
 * The dialog that our answer with `localTag` to an INVITE makes. The error says what the INVITE
 * lacks. @see RFC 3261 §12.1.1
 */
export function dialogFromRequest(
  request: SipRequest,
  localTag: string,
  transport: SipTransport,
): Result<Dialog, string> {
  const remote = ownText(headerValue(request, "from") ?? "");
  const routeSet = routeSetOf(request);
  if (routeSet === undefined) return err("too many Record-Route values");
  // Stacks older than RFC 3261 send no Contact: their From is where they are then. Whoever sends
  // one must name a SIP URI in it. @see RFC 3261 §8.1.1.8
  const isForeign = !namesSip(headerValues(request, "contact"));
  const remoteTarget = contactUri(request) ?? (isForeign ? undefined : uriOf(remote));
  if (remoteTarget === undefined) return err("No Contact That Can Be Called");
  return ok({
    callId: ownText(headerValue(request, "call-id") ?? ""),
    localTag,
    remoteTag: tagOf(remote) ?? "",
    local: withTag(ownText(headerValue(request, "to") ?? ""), localTag),
    remote,
    localSequence: 0,
    remoteSequence: sequenceOf(request),
    remoteTarget: ownText(remoteTarget),
    routeSet,
    transport,
  });
}

/**
 * Whether the far end names itself by `sips:`, as we must then too.
 * @see RFC 3261 §8.1.1.8, §12.1.1
 */
export function isSecure({ remoteTarget, routeSet }: Dialog): boolean {
  const [first] = routeSet;
  return isSips(remoteTarget) || (first !== undefined && namesSips(first));
}

/** Whether a request is one that a `sips:` Contact must answer. */
export function asksSecure(request: SipRequest): boolean {
  const route = headerValue(request, "record-route") ?? headerValue(request, "contact");
  return isSips(request.uri) || (route !== undefined && namesSips(route));
}

/** Whether a URI is of the scheme that stays encrypted on every hop. */
export function isSips(uriText: string): boolean {
  return /^sips:/i.test(uriText);
}

function namesSips(nameAddr: string): boolean {
  const parsed = parseNameAddr(nameAddr);
  return parsed.ok && isSips(parsed.value.uriText);
}

/** The dialog after a target refresh: a re-INVITE or its 2xx. @see RFC 3261 §12.2 */
export function refreshTarget(dialog: Dialog, message: SipMessage): Dialog {
  const contact = contactUri(message) ?? dialog.remoteTarget;
  const remoteTarget = contact === dialog.remoteTarget ? dialog.remoteTarget : ownText(contact);
  const session = heardSessionId(dialog.session, message);
  const isSame = remoteTarget === dialog.remoteTarget && session === dialog.session;
  return isSame ? dialog : { ...dialog, remoteTarget, ...sessionOf(session) };
}

/**
 * The dialog after a request of theirs, or an error where its CSeq is lower than one before: it
 * came out of order. @see RFC 3261 §12.2.2
 */
export function takeRemoteSequence(dialog: Dialog, request: SipRequest): Result<Dialog, "old"> {
  const sequence = sequenceOf(request);
  const last = dialog.remoteSequence;
  // The RFC has lower numbers refused. The same number twice is wrong too, but who says BYE so is
  // gone all the same.
  const isOld = last !== undefined && (sequence < last || (sequence === last && !isBye(request)));
  if (isOld) return err("old");
  return ok({ ...dialog, remoteSequence: sequence });
}

function isBye(request: SipRequest): boolean {
  return request.method === "BYE";
}

/** A request inside a dialog, without Via, and the URI of the hop that it goes to. */
export interface DialogRequest {
  readonly request: SipRequest;
  readonly hopUri: string;
}

/**
 * A request of a dialog with the given CSeq number. A first route without `lr` is a strict router:
 * it goes into the Request-URI and the target to the end of the route. @see RFC 3261 §12.2.1.1
 */
export function dialogRequest(
  dialog: Dialog,
  method: string,
  sequence: number,
  extra: readonly SipHeader[] = [],
  body = "",
): DialogRequest {
  const { uri, routes, hopUri } = routeOf(dialog);
  const headers: SipHeader[] = [
    ...routes.map((value) => ({ name: "route", value })),
    { name: "max-forwards", value: "70" },
    { name: "from", value: dialog.local },
    { name: "to", value: dialog.remote },
    { name: "call-id", value: dialog.callId },
    { name: "cseq", value: printCSeq({ sequence, method }) },
    ...sessionHeaders(dialog.session),
    ...extra,
  ];
  return { request: { kind: "request", method, uri, headers, body }, hopUri };
}

/** The dialog with the identifiers that our answer told. */
export function withSession(dialog: Dialog, answer: SipResponse): Dialog {
  const session = sessionIdIn(answer);
  return session === undefined ? dialog : { ...dialog, session };
}

function sessionOf(session: SessionId | undefined): { readonly session?: SessionId } {
  return session === undefined ? {} : { session };
}

function sessionHeaders(session: SessionId | undefined): readonly SipHeader[] {
  return session === undefined ? [] : [{ name: "session-id", value: printSessionId(session) }];
}

/** The CSeq number of a message; 0 where it cannot be read. */
export function sequenceOf(message: SipMessage): number {
  const cseq = cseqIn(message);
  return cseq.ok ? cseq.value.sequence : 0;
}

/** The first Contact of a message that SIP can follow. */
function contactUri(message: SipMessage): string | undefined {
  for (const value of headerValues(message, "contact")) {
    const uri = uriOf(value);
    if (uri !== undefined) return uri;
  }
  return undefined;
}

/** Whether a value is a `sip:` or `sips:` URI, or there is no value at all. */
function namesSip(contacts: readonly string[]): boolean {
  if (contacts.length === 0) return true;
  return contacts.some((value) => {
    const parsed = parseNameAddr(value);
    const scheme = parsed.ok ? parsed.value.uri?.scheme : undefined;
    return scheme === "sip" || scheme === "sips";
  });
}

function uriOf(value: string): string | undefined {
  const parsed = parseNameAddr(value);
  if (!parsed.ok || parsed.value.uri === undefined) return undefined;
  return parsed.value.uri.scheme === "tel" ? undefined : parsed.value.uriText;
}

function routeSetOf(message: SipMessage): readonly string[] | undefined {
  const values = headerValues(message, "record-route");
  return values.length > ROUTE_SET_MAX ? undefined : values.map(ownText);
}

function routeOf(dialog: Dialog): {
  readonly uri: string;
  readonly routes: readonly string[];
  readonly hopUri: string;
} {
  const { remoteTarget, routeSet } = dialog;
  const [first, ...rest] = routeSet;
  const parsed = first === undefined ? undefined : parseNameAddr(first);
  if (parsed === undefined || !parsed.ok) {
    return { uri: remoteTarget, routes: [], hopUri: remoteTarget };
  }
  const hopUri = parsed.value.uriText;
  if (parsed.value.uri?.params.has("lr") === true) {
    return { uri: remoteTarget, routes: routeSet, hopUri };
  }
  const target = printNameAddr({ uriText: remoteTarget, params: new Map() });
  return { uri: hopUri, routes: [...rest, target], hopUri };
}
