import { err, ok, type Result } from "../../base/result.ts";
import { parseCSeq } from "./cseq.ts";
import { WIRE_LIMITS } from "./limits.ts";
import type { SipHeader, SipMessage } from "./message.ts";
import { parseNameAddr } from "./name-addr.ts";
import { scanHeaders } from "./scan-headers.ts";
import { parseStartLine, type StartLine } from "./start-line.ts";
import { decimalOf } from "./tokens.ts";
import { parseVia } from "./via.ts";

/**
 * Why a datagram is no message.
 *
 * - `keep-alive`: nothing but line ends, spaces or NULs: answer nothing
 * - `not-sip`: the first line is no SIP start line at all: drop it
 * - `too-large`, `too-many-headers`: past a limit of {@link WIRE_LIMITS}
 * - `bad-start-line`: a status code that is none; `bad-version`: SIP, but not 2.0
 * - `bad-uri`: a Request-URI that breaks the grammar
 * - `bad-header`: a header field that cannot be read; `duplicate-header`: two where one may be
 * - `missing-header`: To, From, Call-ID, CSeq or Via is not there
 * - `method-mismatch`: CSeq names another method than the request line
 * - `bad-content-length`: no number, or more than the datagram holds. @see RFC 3261 §18.3
 */
export type SipParseErrorKind =
  | "keep-alive"
  | "not-sip"
  | "too-large"
  | "too-many-headers"
  | "bad-start-line"
  | "bad-version"
  | "bad-uri"
  | "bad-header"
  | "duplicate-header"
  | "missing-header"
  | "method-mismatch"
  | "bad-content-length";

/** A refusal, with enough to answer it without state. */
export interface SipParseError {
  readonly kind: SipParseErrorKind;
  /** For a person: what and where. */
  readonly detail: string;
  /**
   * There where the datagram began like a request: answer it (not an ACK) with `status`, from the
   * header fields that could be read. A response that cannot be read is dropped.
   */
  readonly request?: {
    readonly method: string;
    /** 400, 505 or 513. */
    readonly status: number;
    readonly headers: readonly SipHeader[];
  };
}

/** What is wrong, before it is known what can be answered. */
interface Fault {
  readonly kind: SipParseErrorKind;
  readonly detail: string;
}

/** Header fields that may come once only, and are needed or decide how the message is read. */
type SingleName = "to" | "from" | "call-id" | "cseq" | "max-forwards" | "content-length";

const REQUIRED = ["to", "from", "call-id", "cseq"] as const satisfies readonly SingleName[];

/**
 * Reads one datagram. Compact names become long ones, folded lines one, comma lists of addresses
 * separate values; what follows Content-Length is cut off. Linear in the length; never throws.
 *
 *     [CRLF…] start-line CRLF (name ":" value CRLF)… CRLF body[Content-Length] rest
 */
export function parseMessage(text: string): Result<SipMessage, SipParseError> {
  if (text.length > WIRE_LIMITS.messageBytes) {
    return err({ kind: "too-large", detail: `${text.length} bytes` });
  }
  let at = 0;
  while (at < text.length && isLineEnd(text.charCodeAt(at))) at++;
  if (isIdle(text, at)) return err({ kind: "keep-alive", detail: "nothing but line ends" });
  const lf = text.indexOf("\n", at);
  if (lf === -1) return err({ kind: "not-sip", detail: "no line end" });
  const lineEnd = text.charCodeAt(lf - 1) === 0x0d ? lf - 1 : lf;
  const line = text.slice(at, lineEnd);
  const start = line.includes("\r") ? undefined : parseStartLine(line);
  if (start === undefined) return err({ kind: "not-sip", detail: "no start line of SIP" });
  const { headers, bodyAt, fault } = scanHeaders(text, lf + 1);
  const fields = readFields(headers, start);
  const first = start.fault ?? fault ?? (fields.ok ? undefined : fields.error);
  if (first !== undefined || !fields.ok) return refusal(first, start, headers);
  const { contentLength = text.length - bodyAt } = fields.value;
  if (bodyAt + contentLength > text.length) {
    const detail = `${contentLength} bytes declared, ${text.length - bodyAt} there`;
    return refusal({ kind: "bad-content-length", detail }, start, headers);
  }
  const body = text.slice(bodyAt, bodyAt + contentLength);
  return ok(
    start.kind === "request"
      ? { kind: "request", method: start.method, uri: start.uri, headers, body }
      : { kind: "response", status: start.status, reason: start.reason, headers, body },
  );
}

function isLineEnd(unit: number): boolean {
  return unit === 0x0d || unit === 0x0a;
}

/** Nothing but NULs, line ends and spaces: devices send them to keep a path through a NAT open. */
function isIdle(text: string, at: number): boolean {
  for (let next = at; next < text.length; next++) {
    const unit = text.charCodeAt(next);
    if (unit !== 0 && unit !== 0x20 && !isLineEnd(unit)) return false;
  }
  return true;
}

function refusal(
  fault: Fault | undefined,
  start: StartLine,
  headers: readonly SipHeader[],
): Result<never, SipParseError> {
  const { kind, detail } = fault ?? { kind: "bad-header", detail: "" };
  if (start.kind === "response") return err({ kind, detail });
  const status = kind === "bad-version" ? 505 : kind === "too-large" ? 513 : 400;
  return err({ kind, detail, request: { method: start.method, status, headers } });
}

/** Checks the fields that every message must have, and reads Content-Length. */
function readFields(
  headers: readonly SipHeader[],
  start: StartLine,
): Result<{ readonly contentLength: number | undefined }, Fault> {
  const single = new Map<string, string>();
  let vias = 0;
  for (const { name, value } of headers) {
    if (name === "via") {
      vias++;
      const via = parseVia(value);
      if (!via.ok) return err({ kind: "bad-header", detail: `via: ${via.error}` });
    } else if (isSingle(name)) {
      if (single.has(name)) return err({ kind: "duplicate-header", detail: name });
      single.set(name, value);
    } else if (name === "contact" && start.kind === "request" && value !== "*") {
      const contact = parseNameAddr(value);
      if (!contact.ok) return err({ kind: "bad-header", detail: `contact: ${contact.error}` });
    }
  }
  if (vias === 0) return err({ kind: "missing-header", detail: "via" });
  for (const name of REQUIRED) {
    if (!single.get(name)) return err({ kind: "missing-header", detail: name });
  }
  return checkSingles(single, start);
}

function isSingle(name: string): name is SingleName {
  switch (name) {
    case "to":
    case "from":
    case "call-id":
    case "cseq":
    case "max-forwards":
    case "content-length":
      return true;
    default:
      return false;
  }
}

function checkSingles(
  single: ReadonlyMap<string, string>,
  start: StartLine,
): Result<{ readonly contentLength: number | undefined }, Fault> {
  for (const name of ["to", "from"] as const) {
    const party = parseNameAddr(single.get(name) ?? "");
    if (!party.ok) return err({ kind: "bad-header", detail: `${name}: ${party.error}` });
  }
  const cseq = parseCSeq(single.get("cseq") ?? "");
  if (!cseq.ok) return err({ kind: "bad-header", detail: `cseq: ${cseq.error}` });
  if (start.kind === "request" && cseq.value.method !== start.method) {
    const detail = `${start.method} with CSeq of ${cseq.value.method}`;
    return err({ kind: "method-mismatch", detail });
  }
  const hops = single.get("max-forwards");
  if (hops !== undefined && decimalOf(hops, 255) === undefined) {
    return err({ kind: "bad-header", detail: "max-forwards: not 0 to 255" });
  }
  const length = single.get("content-length");
  const contentLength = length === undefined ? undefined : decimalOf(length, 0x7fffffff);
  if (length !== undefined && contentLength === undefined) {
    return err({ kind: "bad-content-length", detail: "no number of bytes" });
  }
  return ok({ contentLength });
}
