import { invariant } from "../../base/invariant.ts";
import { printedName } from "./header-names.ts";
import type { SipMessage } from "./message.ts";
import { isToken } from "./tokens.ts";
import { safeUriText } from "./uri.ts";

/** A text on one line: a line end could add a header field, or end the header section. */
function onOneLine(text: string): string {
  return text.includes("\n") || text.includes("\r") ? text.replace(/[\r\n]+/g, " ") : text;
}

/**
 * Writes a message: canonical header names, Content-Length always right (one among the headers is
 * ignored). A line end inside a value becomes a space and a space inside the Request-URI an escape,
 * so that no value can add a header field.
 * @throws InvariantError where a method or a header name is no token, or a status has not three
 * digits: those are never a peer's to choose
 */
export function printMessage(message: SipMessage): string {
  let out: string;
  if (message.kind === "request") {
    invariant(isToken(message.method), `method "${message.method}" is no token`);
    out = `${message.method} ${safeUriText(message.uri)} SIP/2.0\r\n`;
  } else {
    const { status } = message;
    invariant(Number.isInteger(status) && status >= 100 && status <= 699, `status ${status}`);
    out = `SIP/2.0 ${status} ${onOneLine(message.reason)}\r\n`;
  }
  for (const { name, value } of message.headers) {
    invariant(isToken(name), `header name "${name}" is no token`);
    const printed = printedName(name);
    if (printed !== "Content-Length") out += `${printed}: ${onOneLine(value)}\r\n`;
  }
  return `${out}Content-Length: ${message.body.length}\r\n\r\n${message.body}`;
}
