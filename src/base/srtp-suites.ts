/**
 * The crypto suites of SRTP that we know. Lengths in bytes; a master key on the wire is key and
 * salt, one behind the other.
 *
 * @see RFC 4568 §6.2 (AES_CM_128), RFC 6188 (AES_256_CM), RFC 7714 §14.1 (AEAD_AES_…_GCM)
 */
export const SRTP_SUITES = {
  AES_CM_128_HMAC_SHA1_80: { keyBytes: 16, saltBytes: 14 },
  AES_CM_128_HMAC_SHA1_32: { keyBytes: 16, saltBytes: 14 },
  AES_256_CM_HMAC_SHA1_80: { keyBytes: 32, saltBytes: 14 },
  AES_256_CM_HMAC_SHA1_32: { keyBytes: 32, saltBytes: 14 },
  AEAD_AES_128_GCM: { keyBytes: 16, saltBytes: 12 },
  AEAD_AES_256_GCM: { keyBytes: 32, saltBytes: 12 },
} as const satisfies Readonly<Record<string, SrtpSuiteLengths>>;

/** How long a suite's master key and its master salt are. */
export interface SrtpSuiteLengths {
  readonly keyBytes: 16 | 32;
  readonly saltBytes: 12 | 14;
}

/** The name of a suite, as SDP writes it. */
export type SrtpSuite = keyof typeof SRTP_SUITES;

/** All of them. */
export const SRTP_SUITE_NAMES: readonly SrtpSuite[] = Object.keys(SRTP_SUITES).filter(isSrtpSuite);

/** Whether a text names a suite that we know, in SDP's own spelling. */
export function isSrtpSuite(text: string): text is SrtpSuite {
  return Object.hasOwn(SRTP_SUITES, text);
}

/** Bytes of a suite's master key with its salt. */
export function srtpMasterBytes(suite: SrtpSuite): number {
  const { keyBytes, saltBytes } = SRTP_SUITES[suite];
  return keyBytes + saltBytes;
}

/** Whether calls are encrypted: never, where the far end can, or always. */
export type SrtpPolicy = "off" | "optional" | "required";

/** The keys of both directions: master key and salt behind it, as long as the suite says. */
export interface SrtpKeys {
  readonly suite: SrtpSuite;
  readonly send: Uint8Array;
  readonly receive: Uint8Array;
}

/** What a media session lends to SDP: whether encryption is a must, and for SDES our keys. */
export interface MediaSecurity {
  readonly policy: Exclude<SrtpPolicy, "off">;
  /** For SDES, best first; none where its keys are not taken. */
  readonly keys: readonly SrtpMasterKey[];
  /** So many of them, from the best on, stand in our own offers; all where absent. */
  readonly offered?: number;
  /** Absent where keys by DTLS are not taken. */
  readonly dtls?: DtlsSecurity;
}

/** Our side of keys by DTLS. @see RFC 5763 */
export interface DtlsSecurity {
  /** Of our certificate by SHA-256, as SDP writes it: `AB:CD:…`. @see RFC 8122 §5 */
  readonly fingerprint: string;
  /** Whether they go before those of SDES. */
  readonly isFirst: boolean;
}

/** Keys by DTLS as agreed on. */
export interface DtlsFlow {
  /** Whether the handshake is ours to begin. @see RFC 5763 §5 */
  readonly role: "active" | "passive";
  /** One of these, by SHA-256 and written as ours, the far end's certificate must have. */
  readonly fingerprints: readonly string[];
}

/** Our key of one suite: master key and salt behind it. */
export interface SrtpMasterKey {
  readonly suite: SrtpSuite;
  readonly master: Uint8Array;
}
