import { bytesFromLatin1, latin1FromUtf8Text } from "../../base/bytes.ts";
import type { Hashes } from "../../base/hashes.ts";

/** The algorithms we know. @see RFC 7616 §3.3, RFC 8760 §2.1 */
export type DigestAlgorithm =
  | "MD5"
  | "MD5-sess"
  | "SHA-256"
  | "SHA-256-sess"
  | "SHA-512-256"
  | "SHA-512-256-sess";

/** An algorithm without its form for sessions. */
export type DigestHash = "MD5" | "SHA-256" | "SHA-512-256";

/** Quality of protection; `none` is the form before RFC 2617, without a count. */
export type DigestQop = "auth" | "auth-int" | "none";

/** The algorithms, the strongest first. */
const STRONGEST_FIRST = [
  "SHA-512-256-sess",
  "SHA-512-256",
  "SHA-256-sess",
  "SHA-256",
  "MD5-sess",
  "MD5",
] as const satisfies readonly DigestAlgorithm[];

/** The algorithm of that name in any case; MD5 where none is named. */
export function algorithmOf(name: string | undefined): DigestAlgorithm | undefined {
  if (name === undefined) return "MD5";
  return STRONGEST_FIRST.find((algorithm) => algorithm.toUpperCase() === name.toUpperCase());
}

/** 0 for the strongest algorithm. */
export function weaknessOf(algorithm: DigestAlgorithm): number {
  return STRONGEST_FIRST.indexOf(algorithm);
}

/** The hash that an algorithm stands on. */
export function hashNameOf(algorithm: DigestAlgorithm): DigestHash {
  if (algorithm.startsWith("MD5")) return "MD5";
  return algorithm.startsWith("SHA-256") ? "SHA-256" : "SHA-512-256";
}

/** A readable text as UTF-8, latin-1 carried. Half a surrogate pair becomes U+FFFD. */
export function carriedText(text: string): string {
  const whole = text.replace(
    /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    "\ufffd",
  );
  return latin1FromUtf8Text(whole);
}

/** The hash of a latin-1 carried text, in lower-case hexadecimal. */
export function hashOf(hashes: Hashes, algorithm: DigestAlgorithm, carried: string): string {
  const bytes = bytesFromLatin1(carried);
  switch (hashNameOf(algorithm)) {
    case "MD5":
      return hashes.md5(bytes);
    case "SHA-256":
      return hashes.sha256(bytes);
    case "SHA-512-256":
      return hashes.sha512Trunc256(bytes);
  }
}

/** What the response to a challenge is computed from. Texts are latin-1 carried. */
export interface DigestInput {
  readonly algorithm: DigestAlgorithm;
  readonly qop: DigestQop;
  /** H(user ":" realm ":" password), in hexadecimal. */
  readonly secretHash: string;
  readonly nonce: string;
  /** Eight hexadecimal digits, as they stand on the wire. */
  readonly nonceCount: string;
  readonly cnonce: string;
  readonly method: string;
  readonly uri: string;
  readonly body: string;
  readonly hashes: Hashes;
}

/** The response: what client and server must both arrive at. @see RFC 7616 §3.4.1 */
export function digestResponse(input: DigestInput): string {
  const { algorithm, qop, nonce, nonceCount, cnonce, method, uri, body, hashes } = input;
  const hash = (text: string) => hashOf(hashes, algorithm, text);
  const session = algorithm.endsWith("-sess");
  const a1 = session ? hash(`${input.secretHash}:${nonce}:${cnonce}`) : input.secretHash;
  const a2 = hash(qop === "auth-int" ? `${method}:${uri}:${hash(body)}` : `${method}:${uri}`);
  if (qop === "none") return hash(`${a1}:${nonce}:${a2}`);
  return hash(`${a1}:${nonce}:${nonceCount}:${cnonce}:${qop}:${a2}`);
}

/** A nonce count as the wire has it. */
export function printNonceCount(nonceCount: number): string {
  return nonceCount.toString(16).padStart(8, "0");
}
