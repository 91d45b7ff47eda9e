import type { BlockCipher, Ciphers } from "../../../base/ciphers.ts";
import { SRTP_SUITES, type SrtpSuite } from "../../../base/srtp-suites.ts";

/** What one direction of SRTP, or of SRTCP, works with. `authentication` is empty for GCM. */
export interface SessionKeys {
  readonly encryption: Uint8Array;
  readonly authentication: Uint8Array;
  /** As long as the master salt. */
  readonly salt: Uint8Array;
}

/** Session keys of both protocols. */
export interface DerivedKeys {
  readonly rtp: SessionKeys;
  readonly rtcp: SessionKeys;
}

/** What a session key is for. @see RFC 3711 §4.3.1, §4.3.2 */
const LABEL = {
  rtpEncryption: 0,
  rtpAuthentication: 1,
  rtpSalt: 2,
  rtcpEncryption: 3,
  rtcpAuthentication: 4,
  rtcpSalt: 5,
} as const;

/** Bytes of an HMAC-SHA-1 key. @see RFC 3711 §5.2 */
const AUTHENTICATION_BYTES = 20;
const BLOCK_BYTES = 16;
/** Where the label is added to the master salt. @see RFC 3711 §4.3.1 (key_id = label ‖ r) */
const LABEL_AT = 7;

/**
 * Derives the session keys from a master key and its salt, which lie one behind the other. The
 * rate of derivation is zero: once for the life of the master key.
 *
 * A salt of 12 bytes (GCM) stands in the high bytes of the 14.
 * @see RFC 3711 §4.3, RFC 6188 §3, RFC 7714 §11
 */
export function deriveKeys(suite: SrtpSuite, master: Uint8Array, ciphers: Ciphers): DerivedKeys {
  const { keyBytes, saltBytes } = SRTP_SUITES[suite];
  const cipher = ciphers.aesBlocks(master.subarray(0, keyBytes));
  const salt = master.subarray(keyBytes, keyBytes + saltBytes);
  const authenticationBytes = saltBytes === 14 ? AUTHENTICATION_BYTES : 0;
  const derive = (label: number, bytes: number): Uint8Array =>
    pseudoRandom(cipher, salt, label, bytes);
  return {
    rtp: {
      encryption: derive(LABEL.rtpEncryption, keyBytes),
      authentication: derive(LABEL.rtpAuthentication, authenticationBytes),
      salt: derive(LABEL.rtpSalt, saltBytes),
    },
    rtcp: {
      encryption: derive(LABEL.rtcpEncryption, keyBytes),
      authentication: derive(LABEL.rtcpAuthentication, authenticationBytes),
      salt: derive(LABEL.rtcpSalt, saltBytes),
    },
  };
}

/** AES in counter mode, from (label XOR salt) · 2^16 on. @see RFC 3711 §4.3.3 */
function pseudoRandom(
  cipher: BlockCipher,
  salt: Uint8Array,
  label: number,
  bytes: number,
): Uint8Array {
  const blocks = Math.ceil(bytes / BLOCK_BYTES);
  const counters = new Uint8Array(blocks * BLOCK_BYTES);
  for (let block = 0; block < blocks; block++) {
    const at = block * BLOCK_BYTES;
    counters.set(salt, at);
    counters[at + LABEL_AT] = (counters[at + LABEL_AT] ?? 0) ^ label;
    counters[at + BLOCK_BYTES - 1] = block;
  }
  return cipher(counters).slice(0, bytes);
}
