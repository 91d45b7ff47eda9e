import { findBodyPart } from "./wire/body-part.ts";
import { listItems, withHeader } from "./wire/headers.ts";
import { headerValue, type SipHeader, type SipRequest } from "./wire/message.ts";
import { parseUri, uriScheme } from "./wire/uri.ts";

/** A refusal, and what the RFC wants said beside it. */
export interface Refusal {
  readonly status: number;
  readonly reason?: string;
  readonly headers: readonly SipHeader[];
}

/** What a new request, CANCEL excepted, may be refused for before anybody looks at what it asks. */
export interface RequestCheck {
  readonly request: SipRequest;
  /** Methods that are not answered 405. */
  readonly allowed: readonly string[];
  /** Extensions that may be required. */
  readonly supported: readonly string[];
  /** `none`: no To tag. `unknown`: a To tag of no dialog of ours. */
  readonly dialog: "none" | "known" | "unknown";
}

const SDP = "application/sdp";

/**
 * The checks that every such request passes, in the RFC's order. Max-Forwards is not among them:
 * at a user agent the last hop is reached (RFC 4475 §3.3.11); who forwards looks at it.
 * @see RFC 3261 §8.2
 */
export function checkRequest(check: RequestCheck): Refusal | undefined {
  const { request, allowed, supported, dialog } = check;
  const scheme = uriScheme(request.uri);
  if (scheme !== "sip" && scheme !== "sips" && scheme !== "tel") {
    return { status: scheme === undefined ? 400 : 416, headers: [] };
  }
  const uri = parseUri(request.uri);
  if (!uri.ok) return { status: 400, reason: "Bad Request-URI", headers: [] };
  if (dialog === "unknown") return { status: 481, headers: [] };
  if (!allowed.includes(request.method)) {
    return { status: 405, headers: [{ name: "allow", value: allowed.join(", ") }] };
  }
  const required = listItems(request, "require").filter(
    (tag) => !supported.includes(tag.toLowerCase()),
  );
  if (required.length > 0) {
    return { status: 420, headers: [{ name: "unsupported", value: required.join(", ") }] };
  }
  if (request.method === "INVITE") return checkSession(request);
  // @see RFC 3891 §3, RFC 3911 §4
  const names = request.headers.some(({ name }) => name === "replaces" || name === "join");
  return names
    ? { status: 400, reason: "Replaces And Join Are For INVITE", headers: [] }
    : undefined;
}

/** A body other than SDP, or an inviter that takes no SDP. */
function checkSession(request: SipRequest): Refusal | undefined {
  const encoding = headerValue(request, "content-encoding")?.trim().toLowerCase();
  if (!isBodiless(request)) {
    if (encoding !== undefined && encoding !== "" && encoding !== "identity") {
      return { status: 415, headers: [{ name: "accept-encoding", value: "identity" }] };
    }
    const isSdp = sessionBody(request) !== undefined;
    if (!isSdp && !isOptional(request)) {
      return { status: 415, headers: [{ name: "accept", value: SDP }] };
    }
  }
  const accepts = listItems(request, "accept").map((item) =>
    (item.split(";")[0] ?? "").trim().toLowerCase(),
  );
  const takesSdp = accepts.some(
    (type) => type === SDP || type === "application/*" || type === "*/*",
  );
  return accepts.length > 0 && !takesSdp ? { status: 406, headers: [] } : undefined;
}

/** @see RFC 3261 §20.11 */
function isOptional(request: SipRequest): boolean {
  const disposition = headerValue(request, "content-disposition") ?? "";
  return /;\s*handling\s*=\s*optional\s*(?:;|$)/i.test(disposition);
}

/**
 * Whether there is no body: some senders put one line end more behind the header fields, and say
 * neither how long nor what the body is.
 */
function isBodiless(request: SipRequest): boolean {
  const isLineEnd = request.body === "\r\n" || request.body === "\n";
  return request.body === "" || (isLineEnd && headerValue(request, "content-type") === undefined);
}

/** The SDP of a message, out of a multipart body too; `undefined` where there is none. */
export function sessionBody(request: SipRequest): string | undefined {
  if (isBodiless(request)) return undefined;
  // A body without a type is SDP with those who forgot to say so.
  const contentType = headerValue(request, "content-type") ?? SDP;
  return findBodyPart(contentType, request.body, SDP);
}

/** An INVITE as the layers above want it: its body is the SDP, or there is none. */
export function withSessionBody(request: SipRequest): SipRequest {
  const body = sessionBody(request) ?? "";
  if (body === request.body) return request;
  return { ...withHeader(request, "content-type", SDP), body };
}
