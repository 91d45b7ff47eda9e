import type { SrtpSuite } from "./srtp-suites.ts";

/** Who begins the handshake: the client. In SDP it is called `active`. @see RFC 5763 §5 */
export type DtlsRole = "client" | "server";

/** The master key and salt of each side, as long as the suite says. @see RFC 5764 §4.2 */
export interface DtlsKeys {
  readonly suite: SrtpSuite;
  readonly client: Uint8Array;
  readonly server: Uint8Array;
}

/**
 * How far a handshake has come. One that is `established` has proved that the far end holds the
 * key of this certificate (DER), and nothing of whose certificate it is.
 */
export type DtlsState =
  | { readonly kind: "handshaking" }
  | {
      readonly kind: "established";
      readonly keys: DtlsKeys;
      readonly certificate: Uint8Array;
    }
  | { readonly kind: "failed"; readonly reason: string }
  /** The far end has said goodbye. */
  | { readonly kind: "closed" };

/**
 * One DTLS association with one far end. Calls give back the datagrams to send, in their order;
 * whatever bytes come, none throws.
 */
export interface DtlsAssociation {
  readonly state: DtlsState;
  /** The client's first words; a server has none. */
  start(): readonly Uint8Array[];
  take(datagram: Uint8Array): readonly Uint8Array[];
  /** When `timeout` is to be called next, ms from now; undefined: not before something comes. */
  waitMs(): number | undefined;
  /** Says again what got no answer. Too early, it does nothing. @see RFC 6347 §4.2.4 */
  timeout(): readonly Uint8Array[];
  /** Says goodbye. Once; nothing may be called afterwards. */
  close(): readonly Uint8Array[];
}

/** DTLS for the keys of SRTP, whoever computes it. @see RFC 5764 */
export interface DtlsEngine {
  /** Ours, DER: fresh at each start, signed by itself. @see RFC 8122 §5, RFC 5763 §5 */
  readonly certificate: Uint8Array;
  /** @param suites for the far end to choose from, best first: some of `DTLS_SUITES` */
  associate(role: DtlsRole, suites: readonly SrtpSuite[]): DtlsAssociation;
}

/** The suites that DTLS has a number for. @see RFC 5764 §4.1.2, RFC 7714 §14.2 */
export const DTLS_SUITES = [
  "AES_CM_128_HMAC_SHA1_80",
  "AES_CM_128_HMAC_SHA1_32",
  "AEAD_AES_128_GCM",
  "AEAD_AES_256_GCM",
] as const satisfies readonly SrtpSuite[];

/** Whether a datagram on a port of voice is DTLS. @see RFC 7983 §7 */
export function isDtls(bytes: Uint8Array): boolean {
  const first = bytes[0] ?? 0;
  return first >= 20 && first <= 63;
}
