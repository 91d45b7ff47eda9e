/**
 * What a SIP message may not exceed. Past a limit a parser gives an error; nothing grows with what
 * a peer sends.
 */
export const WIRE_LIMITS = {
  /** The largest UDP payload field. @see RFC 3261 §18.1.1 */
  messageBytes: 65535,
  /** A Request-URI. */
  uriBytes: 8192,
  /** Header fields of one message, after comma lists are split, and lines that are none. */
  headers: 256,
  /** One header field with its folded lines. */
  headerLineBytes: 8192,
  /** Lines of one message that continue a header field. */
  folds: 1024,
  /** Parameters behind one URI, name-addr, Via or challenge. */
  params: 64,
} as const;
