import { utf8TextFromLatin1 } from "../../base/bytes.ts";
import type { Hashes } from "../../base/hashes.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { parseAuthParams } from "../wire/auth-params.ts";
import { sameUri } from "../wire/same-uri.ts";
import { quoted } from "../wire/tokens.ts";
import { parseUri } from "../wire/uri.ts";
import {
  algorithmOf,
  carriedText,
  type DigestAlgorithm,
  type DigestQop,
  digestResponse,
  hashOf,
  printNonceCount,
} from "./digest.ts";

/**
 * A value of WWW-Authenticate or Proxy-Authenticate, with qop `auth` unless told. A server that
 * takes several algorithms sends one value each, the one it likes best first. @see RFC 8760 §2.3
 */
export function createChallenge(challenge: {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque?: string | undefined;
  readonly stale?: boolean;
  readonly algorithm: DigestAlgorithm;
  readonly qop?: readonly Exclude<DigestQop, "none">[] | undefined;
}): string {
  const { realm, nonce, opaque, stale = false, algorithm, qop = ["auth"] } = challenge;
  const fields = [`realm=${quoted(realm)}`, `nonce=${quoted(nonce)}`];
  if (opaque !== undefined) fields.push(`opaque=${quoted(opaque)}`);
  if (stale) fields.push("stale=true");
  fields.push(`algorithm=${algorithm}`, `qop="${qop.join(",")}"`);
  return `Digest ${fields.join(", ")}`;
}

/** What a server knows of a user: the password, or H(user:realm:password) in hexadecimal. */
export type DigestSecret =
  | { readonly kind: "password"; readonly password: string }
  | { readonly kind: "ha1"; readonly ha1: string };

/** Credentials as a request carries them; text latin-1 carried, but for `user`. */
export interface DigestCredentials {
  /** Readable text. */
  readonly user: string;
  readonly realm: string;
  readonly nonce: string;
  readonly uri: string;
  /** Lower-case hexadecimal. */
  readonly response: string;
  readonly algorithm: DigestAlgorithm;
  readonly qop: DigestQop;
  /** Empty where there is none. */
  readonly cnonce: string;
  /** 0 where qop is `none`. */
  readonly nonceCount: number;
  readonly opaque?: string | undefined;
}

const HEX_DIGITS: Readonly<Record<DigestAlgorithm, number>> = {
  MD5: 32,
  "MD5-sess": 32,
  "SHA-256": 64,
  "SHA-256-sess": 64,
  "SHA-512-256": 64,
  "SHA-512-256-sess": 64,
};

/** What was hashed at the other end as it stood on the wire. */
interface SignedCredentials {
  readonly credentials: DigestCredentials;
  readonly carriedUser: string;
  readonly nonceCountText: string;
}

/** Reads the value of Authorization or Proxy-Authorization. The error says what is wrong. */
export function parseCredentials(authorization: string): Result<DigestCredentials, string> {
  const signed = parseSigned(authorization);
  return signed.ok ? ok(signed.value.credentials) : signed;
}

function parseSigned(authorization: string): Result<SignedCredentials, string> {
  const parsed = parseAuthParams(authorization);
  if (!parsed.ok) return parsed;
  const { scheme, params } = parsed.value;
  if (scheme !== "digest") return err(`scheme ${scheme}`);
  const algorithm = algorithmOf(params.get("algorithm"));
  if (algorithm === undefined) return err("unknown algorithm");
  const user = params.get("username");
  const realm = params.get("realm");
  const nonce = params.get("nonce");
  const uri = params.get("uri");
  const response = params.get("response")?.toLowerCase() ?? "";
  if (user === undefined || realm === undefined || nonce === undefined || uri === undefined) {
    return err("username, realm, nonce or uri is missing");
  }
  if (response.length !== HEX_DIGITS[algorithm] || !/^[0-9a-f]+$/.test(response)) {
    return err("no response of the algorithm's length");
  }
  const qop = qopOf(params.get("qop"));
  const cnonce = params.get("cnonce") ?? "";
  const count = params.get("nc") ?? "";
  if (qop === undefined) return err("unknown qop");
  if (qop !== "none" && (cnonce === "" || !/^[0-9A-Fa-f]{8}$/.test(count))) {
    return err("cnonce or nc is missing or broken");
  }
  if (algorithm.endsWith("-sess") && cnonce === "") return err("cnonce is missing");
  const credentials = {
    user: utf8TextFromLatin1(user),
    realm,
    nonce,
    uri,
    response,
    algorithm,
    qop,
    cnonce,
    nonceCount: qop === "none" ? 0 : Number.parseInt(count, 16),
    opaque: params.get("opaque"),
  };
  return ok({ credentials, carriedUser: user, nonceCountText: count });
}

function qopOf(name: string | undefined): DigestQop | undefined {
  if (name === undefined) return "none";
  const lower = name.toLowerCase();
  return lower === "auth" || lower === "auth-int" ? lower : undefined;
}

/** Why credentials do not hold. */
export type DigestRefusal =
  /** They cannot be read, or use an algorithm we do not know. */
  | "malformed"
  /** Signed with an algorithm that the server did not offer. */
  | "wrong-algorithm"
  /** With a quality of protection that the server did not offer. */
  | "wrong-qop"
  /** For another realm than ours. */
  | "wrong-realm"
  /** For another Request-URI. */
  | "wrong-uri"
  /** The user or the password is wrong. */
  | "wrong-response";

/**
 * Checks credentials. Whether `nonce` is ours and fresh, and `nonceCount` new, is for the caller
 * (see {@link checkNonce}); a nonce that failed that test must not be believed whatever this says.
 */
export function verifyCredentials(check: {
  readonly authorization: string;
  readonly method: string;
  readonly realm: string;
  /** The Request-URI; where given it must be equal to the one signed. */
  readonly uri?: string;
  /** The algorithms that were offered; every known one where absent. An `ha1` fits one only. */
  readonly algorithms?: readonly DigestAlgorithm[];
  /** The qualities of protection that were offered; every known one, and none, where absent. */
  readonly qop?: readonly DigestQop[] | undefined;
  readonly secret: DigestSecret;
  readonly hashes: Hashes;
  readonly body?: string;
}): Result<DigestCredentials, DigestRefusal> {
  const parsed = parseSigned(check.authorization);
  if (!parsed.ok) return err("malformed");
  const { credentials, carriedUser, nonceCountText } = parsed.value;
  const { algorithm, realm, nonce, cnonce, qop, uri } = credentials;
  const { hashes, secret, method, body = "" } = check;
  if (check.algorithms?.includes(algorithm) === false) return err("wrong-algorithm");
  if (check.qop?.includes(qop) === false) return err("wrong-qop");
  if (realm !== check.realm) return err("wrong-realm");
  if (check.uri !== undefined && !isSameTarget(uri, check.uri)) return err("wrong-uri");
  const input = {
    algorithm,
    qop,
    secretHash: secretHashOf(secret, hashes, algorithm, carriedUser, realm),
    nonce,
    nonceCount: nonceCountText,
    cnonce,
    method,
    uri,
    body,
    hashes,
  };
  const wanted = digestResponse(input);
  return sameSecretText(wanted, credentials.response) ? ok(credentials) : err("wrong-response");
}

function secretHashOf(
  secret: DigestSecret,
  hashes: Hashes,
  algorithm: DigestAlgorithm,
  carriedUser: string,
  realm: string,
): string {
  if (secret.kind === "ha1") return secret.ha1.toLowerCase();
  return hashOf(hashes, algorithm, `${carriedUser}:${realm}:${carriedText(secret.password)}`);
}

/**
 * The value of Authentication-Info in the answer to a request whose credentials hold: our proof
 * that we know the password too. `body` is the answer's. @see RFC 7616 §3.5
 */
export function createAuthenticationInfo(proof: {
  readonly credentials: DigestCredentials;
  readonly secret: DigestSecret;
  readonly hashes: Hashes;
  readonly body?: string;
}): string {
  const { credentials, secret, hashes, body = "" } = proof;
  const { algorithm, qop, realm, nonce, cnonce, uri } = credentials;
  const nonceCount = printNonceCount(credentials.nonceCount);
  const carriedUser = carriedText(credentials.user);
  const secretHash = secretHashOf(secret, hashes, algorithm, carriedUser, realm);
  const rspauth = digestResponse({
    ...{ algorithm, qop, secretHash, nonce, nonceCount, cnonce, uri, body, hashes },
    method: "",
  });
  const fields = [`rspauth="${rspauth}"`];
  if (qop !== "none") {
    fields.push(`qop=${qop}`, `cnonce=${quoted(cnonce)}`, `nc=${nonceCount}`);
  }
  return fields.join(", ");
}

function isSameTarget(signed: string, requested: string): boolean {
  if (signed === requested) return true;
  const a = parseUri(signed);
  const b = parseUri(requested);
  return a.ok && b.ok && sameUri(a.value, b.value);
}

/** Equality whose time does not tell where two texts differ. */
export function sameSecretText(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let at = 0; at < a.length; at++) difference |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return difference === 0;
}
