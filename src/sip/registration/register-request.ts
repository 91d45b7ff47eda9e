import { aorOf, fromValue } from "../account-book.ts";
import { carriedText } from "../auth/digest.ts";
import { defaultPort } from "../location/plan.ts";
import type { Stack } from "../stack.ts";
import type { SipAccount, SipAddress, SipHop } from "../user-agent-types.ts";
import { printCSeq } from "../wire/cseq.ts";
import { headerValue, type SipHeader, type SipRequest } from "../wire/message.ts";
import { parseNameAddr, printNameAddr } from "../wire/name-addr.ts";
import { parseUri, printUri } from "../wire/uri.ts";

/** What stays the same from one REGISTER of an account to the next. @see RFC 3261 §10.2 */
export interface RegisterTies {
  readonly account: SipAccount;
  readonly callId: string;
  readonly fromTag: string;
}

/** A REGISTER without Via and Contact. */
export function registerRequest(
  stack: Stack,
  { account, callId, fromTag }: RegisterTies,
  sequence: number,
  expiresS: number,
): SipRequest {
  const uriText = aorOf(account);
  const tells = hasFlows(account) || account.bulk === true;
  const headers = [
    { name: "max-forwards", value: "70" },
    { name: "from", value: fromValue(uriText, account.displayName, fromTag) },
    { name: "to", value: printNameAddr({ uriText, params: new Map() }) },
    { name: "call-id", value: callId },
    { name: "cseq", value: printCSeq({ sequence, method: "REGISTER" }) },
    { name: "expires", value: String(expiresS) },
    ...(account.bulk === true ? BULK_HEADERS : []),
    ...(tells ? [{ name: "supported", value: extensionsOf(account) }] : []),
    ...stack.abilityHeaders().filter(({ name }) => !tells || name !== "supported"),
    stack.userAgentHeader(),
  ];
  return { kind: "request", method: "REGISTER", uri: registrarUri(account), headers, body: "" };
}

/** Who does not know the extension must not take it for an ordinary binding. @see RFC 6140 §5.1 */
const BULK_HEADERS: readonly SipHeader[] = [
  { name: "require", value: "gin" },
  { name: "proxy-require", value: "gin" },
];

function extensionsOf(account: SipAccount): string {
  const { usesGruu = false } = account;
  return ["path", ...(hasFlows(account) ? ["outbound"] : []), ...(usesGruu ? ["gruu"] : [])].join(
    ", ",
  );
}

/** Whether an account asks for flows: inside the box there is nothing to keep open. */
function hasFlows({ instance, server }: SipAccount): boolean {
  return instance !== undefined && server.transport !== "memory";
}

/** The instance as Contact carries it. @see RFC 5626 §4.1 */
export function instanceParam(account: SipAccount): string | undefined {
  return hasFlows(account) ? `<${account.instance}>` : undefined;
}

/**
 * The Contact values of a REGISTER to an address: where we are, and, taken back in the same breath,
 * where we said that we were before.
 */
export function registerContacts(
  stack: Stack,
  { account, way }: { readonly account: SipAccount; readonly way: number },
  to: SipAddress,
  before: string | undefined,
): readonly SipHeader[] {
  const uriText = contactOf(stack, account, to);
  if (uriText === undefined) return [];
  const instance = instanceParam(account);
  const params = new Map<string, string>();
  if (instance !== undefined) params.set("+sip.instance", instance).set("reg-id", String(way + 1));
  const values = [printNameAddr({ uriText, params })];
  if (before !== undefined && before !== uriText) {
    values.push(printNameAddr({ uriText: before, params: new Map([["expires", "0"]]) }));
  }
  return values.map((value) => ({ name: "contact", value }));
}

/**
 * Our Contact URI toward a registrar. Of a trunk it is without a user, which the registrar puts in
 * for each number that it has. @see RFC 6140 §5.2
 */
export function contactOf(stack: Stack, account: SipAccount, to: SipAddress): string | undefined {
  const { user, secure = false, bulk = false } = account;
  if (!bulk) return stack.ownContactUri(to, carriedText(user), secure);
  return stack.ownContactUri(to, "", secure, new Map([["bnc", undefined]]));
}

/** A hop as far as it is known without a look-up. */
export function addressOf({ host, port, transport = "udp" }: SipHop): SipAddress {
  return { transport, host, port: port ?? defaultPort(transport) };
}

/** The domain alone: a registrar is named without a user. @see RFC 3261 §10.2 */
export function registrarUri(account: SipAccount): string {
  const aor = parseUri(aorOf(account));
  if (!aor.ok) return `sip:${account.domain}`;
  return printUri({ ...aor.value, user: "" });
}

/** The first Contact of a REGISTER of ours. */
export function sentContact(request: SipRequest): string {
  const contact = parseNameAddr(headerValue(request, "contact") ?? "");
  return contact.ok ? contact.value.uriText : "";
}
