import type { SipHeader, SipMessage } from "./message.ts";
import { splitList } from "./tokens.ts";

/** The message with these header fields; field by field, since to spread one takes far longer. */
function withHeaders<M extends SipMessage>(message: M, headers: readonly SipHeader[]): M {
  const { kind, body } = message;
  const made: SipMessage =
    kind === "request"
      ? { kind, method: message.method, uri: message.uri, headers, body }
      : { kind, status: message.status, reason: message.reason, headers, body };
  // Of the kind that it is made of; a message has no other members.
  return made as M;
}

/** The message with exactly one such header field: the first is replaced in place, or appended. */
export function withHeader<M extends SipMessage>(message: M, name: string, value: string): M {
  const headers: SipHeader[] = [];
  let placed = false;
  for (const header of message.headers) {
    if (header.name !== name) headers.push(header);
    else if (!placed) {
      headers.push({ name, value });
      placed = true;
    }
  }
  if (!placed) headers.push({ name, value });
  return withHeaders(message, headers);
}

/** The message without any header field of that name. */
export function withoutHeader<M extends SipMessage>(message: M, name: string): M {
  return withHeaders(
    message,
    message.headers.filter((header) => header.name !== name),
  );
}

/** The message with a value before the first of its name (before all where there is none). */
export function prependHeader<M extends SipMessage>(message: M, name: string, value: string): M {
  const first = message.headers.findIndex((header) => header.name === name);
  return withHeaders(message, message.headers.toSpliced(Math.max(0, first), 0, { name, value }));
}

/** The message with the first value of that name replaced; unchanged where there is none. */
export function replaceTopHeader<M extends SipMessage>(message: M, name: string, value: string): M {
  const first = message.headers.findIndex((header) => header.name === name);
  if (first === -1) return message;
  return withHeaders(message, message.headers.toSpliced(first, 1, { name, value }));
}

/** The items of a comma list such as Require, Supported or Allow, over all its header fields. */
export function listItems(message: SipMessage, name: string): readonly string[] {
  const items: string[] = [];
  for (const header of message.headers) {
    if (header.name === name) items.push(...splitList(header.value));
  }
  return items;
}
