/**
 * A SIP message as a value. All text is latin-1 carried: one code unit is one byte on the wire, so
 * offsets agree and nothing is lost; what a person reads goes through `utf8TextFromLatin1`.
 */

/** One header field. `name` is the canonical long name in lower case (`via`, `call-id`). */
export interface SipHeader {
  readonly name: string;
  readonly value: string;
}

/** A request. Header fields stand in the order of the wire, comma lists split where RFC 3261
 * allows it, so that each `via`, `route`, `record-route` and `contact` value is one entry. */
export interface SipRequest {
  readonly kind: "request";
  readonly method: string;
  readonly uri: string;
  readonly headers: readonly SipHeader[];
  readonly body: string;
}

/** A response. */
export interface SipResponse {
  readonly kind: "response";
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly SipHeader[];
  readonly body: string;
}

/** Either kind of message. `body` is as long as its Content-Length said. */
export type SipMessage = SipRequest | SipResponse;

/** The first value of a header field by canonical name. */
export function headerValue(message: SipMessage, name: string): string | undefined {
  for (const header of message.headers) if (header.name === name) return header.value;
  return undefined;
}

/** All values of a header field by canonical name, in order. */
export function headerValues(message: SipMessage, name: string): readonly string[] {
  const values: string[] = [];
  for (const header of message.headers) if (header.name === name) values.push(header.value);
  return values;
}
