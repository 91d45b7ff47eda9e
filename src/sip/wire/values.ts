import type { SipHeader } from "./message.ts";
import type { SipParams } from "./params.ts";

/** @see RFC 3261 §20.16 */
export interface CSeq {
  /** 0 … 2³¹−1. */
  readonly sequence: number;
  readonly method: string;
}

/** The URI schemes this stack can follow. */
export type UriScheme = "sip" | "sips" | "tel";

/**
 * A `sip:`, `sips:` or `tel:` URI, unescaped: `user`, `password`, parameters and headers hold what
 * the percent escapes stand for, as latin-1 carried bytes. Of a `tel:` URI `user` is the number as
 * written and `host` is empty. `host` of an IPv6 reference stands without its brackets.
 * @see RFC 3261 §19.1, RFC 3966
 */
export interface SipUri {
  readonly scheme: UriScheme;
  /** Empty where the URI has none. */
  readonly user: string;
  readonly password?: string | undefined;
  readonly host: string;
  readonly port?: number | undefined;
  readonly params: SipParams;
  /** What stands behind `?`. A value may hold anything, line ends too: check before use. */
  readonly headers?: readonly SipHeader[] | undefined;
}

/**
 * A value of From, To, Contact, Route, Record-Route and their kin, in either form
 * (`"Name" <uri>;params` or `uri;params`). Text is latin-1 carried.
 * @see RFC 3261 §20.10
 */
export interface NameAddr {
  /** Without quotes and escapes; absent where there is none or an empty one. */
  readonly displayName?: string | undefined;
  /** Undefined where the scheme is none we know (`mailto:`, `http:`); `uriText` is there. */
  readonly uri: SipUri | undefined;
  /** The URI as it stood. */
  readonly uriText: string;
  /** Header parameters (`tag`, `expires`, `q`), not the URI's. */
  readonly params: SipParams;
}

/** One Via value. @see RFC 3261 §20.42 */
export interface Via {
  /** Upper case: `UDP`, `TCP`, `TLS`, … */
  readonly transport: string;
  /** The sent-by host; IPv6 without brackets. */
  readonly host: string;
  readonly port?: number | undefined;
  /** All parameters, `branch` among them; `rport` without a value is there as `undefined`. */
  readonly params: SipParams;
  readonly branch?: string | undefined;
}
