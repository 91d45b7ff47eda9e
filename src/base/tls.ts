/**
 * What the far end of a TLS stream showed. Whether that will do is for the stream's user to judge,
 * before it sends anything.
 */
export interface TlsPeer {
  /** `TLSv1.2`, `TLSv1.3`. */
  readonly protocol: string;
  /** Why the chain does not lead to an authority that is believed; absent where it does. */
  readonly distrust?: string;
  /** Whether `distrust` is about dates, as far as can be told: it may hide another fault. */
  readonly isDateFault?: boolean;
  /** Who the certificate says it is for, as it says it. Empty where none was shown. */
  readonly names: readonly TlsName[];
  /** SHA-256 of the certificate: lower-case hexadecimal without colons; empty without one. */
  readonly fingerprint: string;
}

/** One name of a certificate: of its subjectAltName, or (`cn`) of its subject. */
export interface TlsName {
  readonly kind: "dns" | "uri" | "ip" | "cn";
  readonly value: string;
}
