import { aorOf, credentialsOf, fromValue } from "../account-book.ts";
import type { Credentials } from "../auth/credentials.ts";
import { carriedText } from "../auth/digest.ts";
import { isSips, sequenceOf } from "../dialog/dialog.ts";
import { newSessionId } from "../dialog/session-id.ts";
import { hopOfUri } from "../locator.ts";
import type { Route } from "../route.ts";
import type { Stack } from "../stack.ts";
import type { UaCommand } from "../user-agent-types.ts";
import { printCSeq } from "../wire/cseq.ts";
import { headerValue, type SipHeader, type SipRequest } from "../wire/message.ts";
import { printNameAddr } from "../wire/name-addr.ts";
import { parseUri } from "../wire/uri.ts";
import { RELIABLE } from "./reliable.ts";
import { withDefaults } from "./request-headers.ts";
import { timerOffer } from "./session-timer.ts";

/** Starts a session. */
export type InviteCommand = Extract<UaCommand, { readonly kind: "invite" }>;

/** The INVITE of a command, and where it goes. */
export interface PreparedInvite {
  readonly request: SipRequest;
  readonly route: Route;
  readonly credentials: Credentials | undefined;
  readonly contactUser: string;
}

/** The first INVITE without Via, or why there can be none. */
export function prepareInvite(stack: Stack, command: InviteCommand): PreparedInvite | string {
  const account = command.account === undefined ? undefined : stack.accounts.get(command.account);
  if (command.account !== undefined && account === undefined) return "there is no such account";
  // A service has no address: the account's server knows who is meant. @see RFC 5031 §3
  const isService = account !== undefined && /^urn:service:[a-z0-9.-]{1,64}$/i.test(command.uri);
  if (!isService && !parseUri(command.uri).ok) return `"${command.uri}" is no address`;
  const uri = account?.secure === true ? command.uri.replace(/^sip:/i, "sips:") : command.uri;
  const route: Route =
    command.to !== undefined
      ? { hop: command.to }
      : account === undefined
        ? { hop: hopOfUri(uri) }
        : stack.accounts.routeOf(account.id);
  const fromUri =
    command.from?.uri ??
    (account === undefined ? "sip:anonymous@anonymous.invalid" : aorOf(account));
  const parsedFrom = parseUri(fromUri);
  if (!parsedFrom.ok) return `"${fromUri}" is no address`;
  const displayName = command.from === undefined ? account?.displayName : command.from.displayName;
  const contactUser = account === undefined ? parsedFrom.value.user : carriedText(account.user);
  const body = command.body ?? "";
  const token = stack.config.createToken;
  const callId = token();
  const tied = [
    { name: "from", value: fromValue(fromUri, displayName, token()) },
    { name: "to", value: printNameAddr({ uriText: uri, params: new Map() }) },
    { name: "call-id", value: callId },
    { name: "cseq", value: printCSeq({ sequence: 1, method: "INVITE" }) },
    // Made anew for each address that is tried.
    ...stack.contactHeaders(route.hop?.transport ?? "udp", contactUser, isSips(uri)),
  ];
  const defaults = [
    { name: "max-forwards", value: "70" },
    ...abilities(stack, body !== ""),
    stack.userAgentHeader(),
    ...(stack.config.sessionIds === true ? [newSessionId(stack.ownSessionId(callId))] : []),
    ...(body === ""
      ? []
      : [{ name: "content-type", value: command.contentType ?? "application/sdp" }]),
  ];
  const headers = withDefaults(tied, defaults, command.headers ?? []);
  return {
    request: { kind: "request", method: "INVITE", uri, headers, body },
    route,
    credentials: account === undefined ? undefined : credentialsOf(account),
    contactUser,
  };
}

/** The CANCEL of an INVITE as it was sent. @see RFC 3261 §9.1 */
export function cancelOf(invite: SipRequest, extra: readonly SipHeader[]): SipRequest {
  const headers = [
    { name: "via", value: headerValue(invite, "via") ?? "" },
    ...invite.headers.filter(({ name }) => name === "route"),
    { name: "max-forwards", value: "70" },
    { name: "from", value: headerValue(invite, "from") ?? "" },
    { name: "to", value: headerValue(invite, "to") ?? "" },
    { name: "call-id", value: headerValue(invite, "call-id") ?? "" },
    { name: "cseq", value: printCSeq({ sequence: sequenceOf(invite), method: "CANCEL" }) },
    ...invite.headers.filter(({ name }) => name === "session-id"),
    ...extra,
  ];
  return { kind: "request", method: "CANCEL", uri: invite.uri, headers, body: "" };
}

/**
 * What we can do. Without an offer of ours the far end could put its own into a reliable
 * provisional answer, to be answered before anybody has lifted: that is not asked for.
 */
function abilities(stack: Stack, offers: boolean): readonly SipHeader[] {
  const { sessionTimer } = stack.config;
  return [
    ...stack
      .abilityHeaders()
      .map((header) =>
        header.name === "supported" && !offers
          ? { ...header, value: stack.supported.filter((tag) => tag !== RELIABLE).join(", ") }
          : header,
      ),
    ...(sessionTimer === undefined ? [] : timerOffer(sessionTimer)),
  ];
}
