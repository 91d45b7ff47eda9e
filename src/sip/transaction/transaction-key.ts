import { headerValue, type SipRequest } from "../wire/message.ts";
import type { Via } from "../wire/via.ts";
import { tagIn } from "../wire/wire-header.ts";

/** What every branch of RFC 3261 begins with. @see RFC 3261 §8.1.1.7 */
export const BRANCH_COOKIE = "z9hG4bK";

/** What joins a response to the request of ours that it answers. @see RFC 3261 §17.1.3 */
export function clientKey(branch: string, method: string): string {
  return `${branch} ${method}`;
}

/*
 * The keys of requests are joined: put together in any other way they would keep the datagrams
 * alive that their words were cut out of.
 */

/**
 * What joins a request to a server transaction; an ACK has the key of its INVITE. Give `method`
 * where the transaction sought has another one than the request (CANCEL looks for `INVITE`).
 *
 * A branch without the cookie comes from a stack older than RFC 3261: then the header fields that
 * make a transaction for those stand in the key. The To tag is left out, so that an ACK, which has
 * one, finds the INVITE, which has none; no two transactions differ in it alone.
 * @see RFC 3261 §17.2.3
 */
export function serverKey(request: SipRequest, via: Via, method = request.method): string {
  const group = method === "ACK" ? "INVITE" : method;
  const { branch = "" } = via;
  // The cookie alone is as good as none: it is unique to nothing. @see RFC 4475 §3.2.1
  if (branch.startsWith(BRANCH_COOKIE) && branch.length > BRANCH_COOKIE.length) {
    // Call-ID is no part of the RFC's rule: it parts what stacks with branches of theirs that are
    // not unique from call to call would mix up.
    const callId = headerValue(request, "call-id") ?? "";
    return [branch, via.host.toLowerCase(), String(via.port ?? 5060), group, callId].join(" ");
  }
  return [
    group,
    request.uri,
    tagIn(request, "from") ?? "",
    headerValue(request, "call-id"),
    sequenceText(request),
    `${via.host.toLowerCase()}:${via.port ?? 5060}`,
    branch,
  ].join(" ");
}

/**
 * What two copies of one request that came over different ways have in common; `undefined` for a
 * request inside a dialog, which cannot be merged. @see RFC 3261 §8.2.2.2
 */
export function mergeKey(request: SipRequest): string | undefined {
  if (tagIn(request, "to") !== undefined) return undefined;
  const fromTag = tagIn(request, "from") ?? "";
  return [headerValue(request, "call-id"), fromTag, headerValue(request, "cseq")].join(" ");
}

function sequenceText(request: SipRequest): string {
  const cseq = headerValue(request, "cseq") ?? "";
  const end = cseq.search(/\s/);
  return end < 0 ? cseq : cseq.slice(0, end);
}
