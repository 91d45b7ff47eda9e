import { bytesFromLatin1 } from "../../base/bytes.ts";
import { headerValue, type SipHeader, type SipMessage } from "../wire/message.ts";

/** Who has no identifier yet. @see RFC 7989 §4.2 */
const NIL = "0".repeat(32);

/** The two identifiers of a session: of who speaks, and of whom is spoken to. */
export interface SessionId {
  readonly local: string;
  readonly remote: string;
}

/** Reads a Session-ID; without `remote` it is of a peer that knows the older form alone. */
export function parseSessionId(value: string | undefined): SessionId | undefined {
  const found = /^\s*([0-9a-f]{32})\s*(?:;\s*remote\s*=\s*([0-9a-f]{32})\s*)?(?:;[^,]*)?$/i.exec(
    value ?? "",
  );
  const [, local, remote = NIL] = found ?? [];
  return local === undefined
    ? undefined
    : { local: local.toLowerCase(), remote: remote.toLowerCase() };
}

/** Writes a Session-ID. @see RFC 7989 §5 */
export function printSessionId({ local, remote }: SessionId): string {
  return `${local};remote=${remote}`;
}

/** The identifiers that a message carries. */
export function sessionIdIn(message: SipMessage): SessionId | undefined {
  return parseSessionId(headerValue(message, "session-id"));
}

/**
 * Our own identifier for a call: the same as often as it is asked for, and nothing that another
 * call's could be told from. It has the form of a UUID made of a name. @see RFC 7989 §4.1
 */
export function ownSessionId(
  sha256: (bytes: Uint8Array) => string,
  secret: string,
  callId: string,
): string {
  const digest = sha256(bytesFromLatin1(`${secret} ${callId}`))
    .padEnd(32, "0")
    .slice(0, 32);
  return `${digest.slice(0, 12)}5${digest.slice(13, 16)}8${digest.slice(17)}`;
}

/** What an answer says: our identifier as the asker knows it, or else `own`; and the asker's. */
export function answeredSessionId(request: string | undefined, own: string): SipHeader {
  const asked = parseSessionId(request);
  const local = asked === undefined || asked.remote === NIL ? own : asked.remote;
  const value = printSessionId({ local, remote: asked?.local ?? NIL });
  return { name: "session-id", value };
}

/** What a new call says. */
export function newSessionId(own: string): SipHeader {
  return { name: "session-id", value: printSessionId({ local: own, remote: NIL }) };
}

/** The session of a dialog after a message of the far end, as we see it. */
export function heardSessionId(
  known: SessionId | undefined,
  message: SipMessage,
): SessionId | undefined {
  const told = known === undefined ? undefined : sessionIdIn(message);
  if (known === undefined || told === undefined || told.local === known.remote) return known;
  return { ...known, remote: told.local };
}
