import type { Hashes } from "../../base/hashes.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { parseAuthParams } from "../wire/auth-params.ts";
import { quoted } from "../wire/tokens.ts";
import {
  algorithmOf,
  carriedText,
  type DigestAlgorithm,
  type DigestHash,
  type DigestQop,
  digestResponse,
  hashNameOf,
  hashOf,
  printNonceCount,
  weaknessOf,
} from "./digest.ts";

/** A digest challenge that we can answer. Text is latin-1 carried. @see RFC 7616 §3.3 */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque?: string | undefined;
  /** The nonce was too old; the password was right. */
  readonly stale: boolean;
  readonly algorithm: DigestAlgorithm;
  /** Which quality of protection we shall use. */
  readonly qop: DigestQop;
}

/** `auth` where it is offered; an empty or missing list asks for the old form. */
function chosenQop(offered: string | undefined): DigestQop | undefined {
  const options = (offered ?? "")
    .split(",")
    .map((option) => option.trim().toLowerCase())
    .filter((option) => option !== "");
  if (options.length === 0) return "none";
  if (options.includes("auth")) return "auth";
  return options.includes("auth-int") ? "auth-int" : undefined;
}

/** Reads one challenge. The error says why it cannot be answered. */
export function parseChallenge(value: string): Result<DigestChallenge, string> {
  const parsed = parseAuthParams(value);
  if (!parsed.ok) return parsed;
  const { scheme, params } = parsed.value;
  if (scheme !== "digest") return err(`scheme ${scheme}`);
  const realm = params.get("realm");
  const nonce = params.get("nonce");
  const algorithm = algorithmOf(params.get("algorithm"));
  const qop = chosenQop(params.get("qop"));
  if (realm === undefined || nonce === undefined) return err("no realm or no nonce");
  if (algorithm === undefined) return err(`algorithm ${params.get("algorithm") ?? ""}`);
  if (qop === undefined) return err(`qop ${params.get("qop") ?? ""}`);
  const stale = params.get("stale")?.toLowerCase() === "true";
  return ok({ realm, nonce, opaque: params.get("opaque"), stale, algorithm, qop });
}

/** What may be answered at all. */
export interface ChallengeLimits {
  /** The only realm, readable text; any where absent. */
  readonly realm?: string | undefined;
  /** The only hashes; every known one where absent. A server cannot talk us down below them. */
  readonly algorithms?: readonly DigestHash[] | undefined;
}

/**
 * The strongest challenge we can answer among the values of WWW-Authenticate or Proxy-Authenticate;
 * among equals the first. The error says why none will do.
 */
export function selectChallenge(
  challenges: readonly string[],
  { realm, algorithms }: ChallengeLimits = {},
): Result<DigestChallenge, string> {
  const onlyRealm = realm === undefined ? undefined : carriedText(realm);
  let best: DigestChallenge | undefined;
  const reasons: string[] = [];
  for (const value of challenges) {
    const challenge = parseChallenge(value);
    if (!challenge.ok) reasons.push(challenge.error);
    else if (onlyRealm !== undefined && challenge.value.realm !== onlyRealm) {
      reasons.push("a realm that is not ours");
    } else if (algorithms?.includes(hashNameOf(challenge.value.algorithm)) === false) {
      reasons.push(`${challenge.value.algorithm} is not allowed`);
    } else if (
      best === undefined ||
      weaknessOf(challenge.value.algorithm) < weaknessOf(best.algorithm)
    ) {
      best = challenge.value;
    }
  }
  if (best !== undefined) return ok(best);
  return err(reasons.length === 0 ? "no challenge" : `cannot answer: ${reasons.join("; ")}`);
}

/** What an answer is made of. */
export interface DigestAnswer {
  readonly challenge: DigestChallenge;
  readonly method: string;
  /** The Request-URI as it will stand in the request line. */
  readonly uri: string;
  /** Readable text, as is `password`: sent and hashed as UTF-8. @see RFC 7616 §4 */
  readonly user: string;
  readonly password: string;
  /** A fresh unguessable token. */
  readonly cnonce: string;
  /** How often this nonce has been used, this time included: 1 first. */
  readonly nonceCount: number;
  readonly hashes: Hashes;
  /** The message's body: for `auth-int`. */
  readonly body?: string;
}

/** The value of Authorization or Proxy-Authorization. @see RFC 7616 §3.4 */
export function answerChallenge(answer: DigestAnswer): string {
  const { challenge, method, uri, cnonce, hashes, body = "" } = answer;
  const { algorithm, qop, realm, nonce } = challenge;
  const user = carriedText(answer.user);
  const password = carriedText(answer.password);
  const nonceCount = printNonceCount(answer.nonceCount);
  const secretHash = hashOf(hashes, algorithm, `${user}:${realm}:${password}`);
  const response = digestResponse({
    algorithm,
    qop,
    secretHash,
    nonce,
    nonceCount,
    cnonce,
    method,
    uri,
    body,
    hashes,
  });
  const fields = [
    `username=${quoted(user)}`,
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(uri)}`,
    `response="${response}"`,
    `algorithm=${algorithm}`,
  ];
  if (challenge.opaque !== undefined) fields.push(`opaque=${quoted(challenge.opaque)}`);
  if (qop !== "none") fields.push(`qop=${qop}`, `nc=${nonceCount}`);
  if (qop !== "none" || algorithm.endsWith("-sess")) fields.push(`cnonce=${quoted(cnonce)}`);
  return `Digest ${fields.join(", ")}`;
}

/**
 * The nonce that a server wants next, from the value of Authentication-Info or
 * Proxy-Authentication-Info; undefined where it names none. @see RFC 7616 §3.5
 */
export function nextNonceOf(info: string): string | undefined {
  // The value is a challenge's parameters without a scheme.
  const parsed = parseAuthParams(`Digest ${info}`);
  return parsed.ok ? parsed.value.params.get("nextnonce") : undefined;
}
