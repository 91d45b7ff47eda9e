import { invariant } from "../../base/invariant.ts";
import { lineStart } from "./header-names.ts";
import type { SipHeader, SipMessage } from "./message.ts";
import { PieceWriter } from "./piece-writer.ts";
import { isToken, onOneLine } from "./tokens.ts";
import { safeUriText } from "./uri.ts";
import { WireHeader } from "./wire-header.ts";

const CONTENT_LENGTH = "Content-Length: ";

/**
 * Writes a message: canonical header names, Content-Length always right (one among the headers is
 * ignored). A line end inside a value becomes a space and a space inside the Request-URI an escape,
 * so that no value can add a header field.
 * @throws InvariantError where a method or a header name is no token, or a status has not three
 * digits: those are never a peer's to choose
 */
export function printMessage(message: SipMessage): string {
  const out = new PieceWriter();
  if (message.kind === "request") {
    if (!isToken(message.method)) invariant(false, `method "${message.method}" is no token`);
    out.add(`${message.method} ${safeUriText(message.uri)} SIP/2.0\r\n`);
  } else {
    const { status } = message;
    invariant(Number.isInteger(status) && status >= 100 && status <= 699, `status ${status}`);
    out.add(`SIP/2.0 ${status} ${onOneLine(message.reason)}\r\n`);
  }
  WireHeader.print(message.headers, out, lineOf);
  out.add(`${CONTENT_LENGTH}${message.body.length}\r\n\r\n${message.body}`);
  return out.finish();
}

/** The line of a header field; none for a Content-Length. */
function lineOf(header: SipHeader): string {
  const start = lineStart(header.name);
  if (start === undefined) invariant(false, `header name "${header.name}" is no token`);
  if (start === CONTENT_LENGTH) return "";
  // What came from the wire has no line end in it.
  const value = header instanceof WireHeader ? header.value : onOneLine(header.value);
  return `${start}${value}\r\n`;
}
