import { headerValue, parseSessionId, printSessionId, type SipMessage } from "../sip/index.ts";

/** The identifiers that a message of the far end names a call by, for its record. */
export function sessionIdOf(message: SipMessage): { readonly sessionId?: string } {
  const told = parseSessionId(headerValue(message, "session-id"));
  return told === undefined ? {} : { sessionId: printSessionId(told) };
}
