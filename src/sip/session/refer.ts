import { err, ok, type Result } from "../../base/result.ts";
import { reasonPhrase } from "../reason-phrases.ts";
import { headerValues, type SipHeader, type SipRequest } from "../wire/message.ts";
import { type NameAddr, parseNameAddr, printNameAddr } from "../wire/name-addr.ts";
import { parseParams } from "../wire/params.ts";
import { secondsOf } from "../wire/seconds.ts";
import { parseStartLine } from "../wire/start-line.ts";
import { parseUri, printUri, type SipUri } from "../wire/uri.ts";
import { printReplaces, type ReplacedDialog } from "./replaces.ts";

/** The body type that tells how a referred call goes. @see RFC 3420 */
export const SIPFRAG = "message/sipfrag";

/** Header fields of a Refer-To URI that go into the INVITE. Others decide too much for others. */
const CARRIED = new Set(["replaces", "require", "referred-by", "subject"]);

/** Whom a REFER asks us to call, and what the INVITE is to carry. @see RFC 3515 §2.1 */
export interface ReferTarget {
  /** Without its headers and its method. */
  readonly uriText: string;
  readonly uri: SipUri;
  readonly headers: readonly SipHeader[];
}

/** Reads a REFER. The error is a status and why. @see RFC 3515 §2.4.2 */
export function parseRefer(
  request: SipRequest,
): Result<ReferTarget, { readonly status: number; readonly reason: string }> {
  const values = headerValues(request, "refer-to");
  const [value] = values;
  if (value === undefined || values.length > 1) {
    return err({ status: 400, reason: "One Refer-To Is Needed" });
  }
  const parsed = parseNameAddr(value);
  if (!parsed.ok) return err({ status: 400, reason: "Bad Refer-To" });
  const { uri } = parsed.value;
  if (uri === undefined) return err({ status: 416, reason: "Unsupported URI Scheme" });
  const method = uri.params.get("method") ?? "INVITE";
  if (method.toUpperCase() !== "INVITE") {
    return err({ status: 501, reason: "Only Calls Are Referred" });
  }
  const headers = (uri.headers ?? []).filter(isCarried);
  const params = new Map([...uri.params].filter(([name]) => name !== "method"));
  const { headers: _, ...plain } = { ...uri, params };
  return ok({ uriText: printUri(plain), uri: plain, headers });
}

/** A header field of a URI that may go on: one that we know, in one line. */
function isCarried({ name, value }: SipHeader): boolean {
  return CARRIED.has(name) && !/[\r\n\0]/.test(value);
}

/** The Refer-To value for a URI; with `replaces` the call is to take that dialog's place. */
export function referToValue(uriText: string, replaces?: ReplacedDialog): string {
  const parsed = parseUri(uriText);
  if (!parsed.ok || replaces === undefined) {
    return printNameAddr({ uriText, params: new Map() });
  }
  const headers = [{ name: "Replaces", value: printReplaces(replaces) }];
  return printNameAddr({ uriText: printUri({ ...parsed.value, headers }), params: new Map() });
}

/** A Refer-To value that leads to another host, all else as it was; `undefined` for no SIP URI. */
export function withReferHost(value: string, host: string): string | undefined {
  const parsed: Result<NameAddr, string> = parseNameAddr(value);
  if (!parsed.ok || parsed.value.uri === undefined || parsed.value.uri.scheme === "tel") {
    return undefined;
  }
  const { port: _, ...uri } = parsed.value.uri;
  const params = new Map([...uri.params].filter(([name]) => name !== "transport"));
  // Names are read in lower case; peers that compare letter by letter want this one as it is.
  const headers = uri.headers?.map(({ name, value }) => ({
    name: name === "replaces" ? "Replaces" : name,
    value,
  }));
  return printNameAddr({
    displayName: parsed.value.displayName,
    uriText: printUri({ ...uri, host, params, headers }),
    params: parsed.value.params,
  });
}

/** The body of a NOTIFY about a referred call. @see RFC 3515 §2.4.5 */
export function printSipfrag(status: number): string {
  return `SIP/2.0 ${status} ${reasonPhrase(status)}\r\n`;
}

/** The status that a NOTIFY tells; `undefined` where its body is no status line. */
export function parseSipfrag(body: string): number | undefined {
  const end = body.search(/\r?\n/);
  const line = parseStartLine(body, 0, end === -1 ? body.length : end);
  if (line === undefined || line.kind !== "response" || line.fault !== undefined) return undefined;
  return line.status;
}

/** How a subscription stands, as a NOTIFY says. @see RFC 6665 §4.1.3 */
export interface SubscriptionState {
  readonly kind: "active" | "pending" | "terminated";
  readonly reason?: string;
  readonly expiresS?: number;
  readonly retryAfterS?: number;
}

/** Reads Subscription-State; what is none of the three counts as active. */
export function parseSubscriptionState(text: string): SubscriptionState {
  const semicolon = text.indexOf(";");
  const name = (semicolon === -1 ? text : text.slice(0, semicolon)).trim().toLowerCase();
  const parsed = parseParams(text, semicolon === -1 ? text.length : semicolon);
  const params = parsed.ok ? parsed.value : new Map<string, string | undefined>();
  const reason = params.get("reason");
  const expiresS = secondsOf(params.get("expires"));
  const retryAfterS = secondsOf(params.get("retry-after"));
  return {
    kind: name === "terminated" || name === "pending" ? name : "active",
    ...(reason === undefined ? {} : { reason: reason.toLowerCase() }),
    ...(expiresS === undefined ? {} : { expiresS }),
    ...(retryAfterS === undefined ? {} : { retryAfterS }),
  };
}
