import { err, ok, type Result } from "../../base/result.ts";
import { Essentials } from "./essentials.ts";
import { ROLE, roleOf } from "./header-names.ts";
import { WIRE_LIMITS } from "./limits.ts";
import type { SipHeader, SipMessage } from "./message.ts";
import { type HeaderScan, scanHeaders } from "./scan-headers.ts";
import { parseStartLine, plainStartLine, type StartLine } from "./start-line.ts";
import { decimalOf } from "./tokens.ts";
import { setUnits } from "./units.ts";
import type { WireHeader } from "./wire-header.ts";

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

/**
 * Reads one datagram. Compact names become long ones, folded lines one, comma lists of addresses
 * separate values; what follows Content-Length is cut off. Linear in the length; never throws.
 * `datagram` are the bytes that `text` was decoded from, where they are at hand.
 *
 *     [CRLF…] start-line CRLF (name ":" value CRLF)… CRLF body[Content-Length] rest
 */
export function parseMessage(
  text: string,
  datagram?: Uint8Array,
): Result<SipMessage, SipParseError> {
  if (text.length > WIRE_LIMITS.messageBytes) {
    return err({ kind: "too-large", detail: `${text.length} bytes` });
  }
  let at = 0;
  while (at < text.length && isLineEnd(text.charCodeAt(at))) at++;
  if (isIdle(text, at)) return err({ kind: "keep-alive", detail: "nothing but line ends" });
  const lf = text.indexOf("\n", at);
  if (lf === -1) return err({ kind: "not-sip", detail: "no line end" });
  const lineEnd = text.charCodeAt(lf - 1) === 0x0d ? lf - 1 : lf;
  const cr = text.indexOf("\r", at);
  const isCut = cr !== -1 && cr < lineEnd;
  setUnits(text, datagram);
  let start = isCut ? undefined : plainStartLine(text, at, lineEnd);
  if (start === undefined && !isCut) {
    start = parseStartLine(text, at, lineEnd);
    // Its reader may have looked at others.
    setUnits(text, datagram);
  }
  if (start === undefined) return err({ kind: "not-sip", detail: "no start line of SIP" });
  const scan = scanHeaders(text, lf + 1);
  const { headers, bodyAt, fault } = scan;
  const fields = readFields(scan, start);
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
  { headers, essentials, isPlain }: HeaderScan,
  start: StartLine,
): Result<{ readonly contentLength: number | undefined }, Fault> {
  if (isPlain) return checkEssentials(essentials, start);
  const checked = new Essentials();
  for (const header of headers) {
    const role = roleOf(header.name);
    if (!checked.take(role, header)) return err({ kind: "duplicate-header", detail: header.name });
    if (role === ROLE.via) {
      const via = header.via();
      if (!via.ok) return err({ kind: "bad-header", detail: `via: ${via.error}` });
    } else if (role === ROLE.contact && start.kind === "request" && header.value !== "*") {
      const contact = header.address();
      if (!contact.ok) return err({ kind: "bad-header", detail: `contact: ${contact.error}` });
    }
  }
  return checkEssentials(checked, start);
}

function checkEssentials(
  essentials: Essentials,
  start: StartLine,
): Result<{ readonly contentLength: number | undefined }, Fault> {
  if (essentials.vias === 0) return err({ kind: "missing-header", detail: "via" });
  const { to, from, callId, cseq, maxForwards, contentLength: length } = essentials;
  if (!to?.value) return err({ kind: "missing-header", detail: "to" });
  if (!from?.value) return err({ kind: "missing-header", detail: "from" });
  if (!callId?.value) return err({ kind: "missing-header", detail: "call-id" });
  if (!cseq?.value) return err({ kind: "missing-header", detail: "cseq" });
  const party = firstBroken(to, from);
  if (party !== undefined) return err({ kind: "bad-header", detail: party });
  const sequence = cseq.cseq();
  if (!sequence.ok) return err({ kind: "bad-header", detail: `cseq: ${sequence.error}` });
  if (start.kind === "request" && sequence.value.method !== start.method) {
    const detail = `${start.method} with CSeq of ${sequence.value.method}`;
    return err({ kind: "method-mismatch", detail });
  }
  if (maxForwards !== undefined && decimalOf(maxForwards.value, 255) === undefined) {
    return err({ kind: "bad-header", detail: "max-forwards: not 0 to 255" });
  }
  const contentLength = length === undefined ? undefined : decimalOf(length.value, 0x7fffffff);
  if (length !== undefined && contentLength === undefined) {
    return err({ kind: "bad-content-length", detail: "no number of bytes" });
  }
  return ok({ contentLength });
}

function firstBroken(to: WireHeader, from: WireHeader): string | undefined {
  const callee = to.address();
  if (!callee.ok) return `to: ${callee.error}`;
  const caller = from.address();
  return caller.ok ? undefined : `from: ${caller.error}`;
}
