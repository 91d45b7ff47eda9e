import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** A certificate that is signed by its own key. */
export interface OwnCertificate {
  /** DER. */
  readonly certificate: Uint8Array;
  /** DER, as SEC 1 has it. Never to a log. */
  readonly privateKey: Uint8Array;
}

/** Tags of DER. @see ITU-T X.690 §8 */
const TAG = {
  integer: 0x02,
  bits: 0x03,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  time: 0x18,
  sequence: 0x30,
  set: 0x31,
  version: 0xa0,
} as const;

/** ecdsa-with-SHA256, 1.2.840.10045.4.3.2. @see RFC 5758 §3.2 */
const ECDSA_SHA256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
/** commonName, 2.5.4.3. @see RFC 5280 App. A.1 */
const COMMON_NAME = [0x55, 0x04, 0x03];
const SERIAL_BYTES = 8;

/**
 * A fresh key on P-256 and a certificate for it, which says nothing of whose it is: far ends know
 * it by the fingerprint that signalling tells. It is valid at any time, since a board's clock may
 * not be set when it is made. @see RFC 5763 §5, RFC 8122 §5, RFC 5280 §4.1
 */
export function createOwnCertificate(name: string): OwnCertificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = der(TAG.sequence, der(TAG.oid, ECDSA_SHA256));
  const who = der(
    TAG.sequence,
    der(
      TAG.set,
      der(TAG.sequence, der(TAG.oid, COMMON_NAME), der(TAG.utf8, Buffer.from(name, "utf8"))),
    ),
  );
  const serial = randomBytes(SERIAL_BYTES);
  // Positive, and no byte that could be left out. @see RFC 5280 §4.1.2.2
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const signed = der(
    TAG.sequence,
    der(TAG.version, der(TAG.integer, [2])),
    der(TAG.integer, serial),
    algorithm,
    who,
    der(
      TAG.sequence,
      der(TAG.utcTime, Buffer.from("700101000000Z")),
      // Without an end that is known. @see RFC 5280 §4.1.2.5
      der(TAG.time, Buffer.from("99991231235959Z")),
    ),
    who,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = sign("sha256", signed, privateKey);
  return {
    certificate: der(TAG.sequence, signed, algorithm, der(TAG.bits, [0], signature)),
    privateKey: new Uint8Array(privateKey.export({ type: "sec1", format: "der" })),
  };
}

/** One value with its tag and its length, of less than 64 KiB. @see ITU-T X.690 §8.1.3 */
function der(tag: number, ...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const body = Buffer.concat(parts.map((part) => Uint8Array.from(part)));
  const { length } = body;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return new Uint8Array([tag, ...size, ...body]);
}
