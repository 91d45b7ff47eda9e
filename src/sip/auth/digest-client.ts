import type { Hashes } from "../../base/hashes.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { parseAuthParams } from "../wire/auth-params.ts";
import { quoted } from "../wire/tokens.ts";
import {
  algorithmOf,
  carriedText,
  type DigestAlgorithm,
  type DigestHash,
  type DigestInput,
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
  /** The only hashes; every known one where absent. A server cannot talk us down below them. */
  readonly algorithms?: readonly DigestHash[] | undefined;
}

/** The challenges of an answer that can be answered, and why others cannot. */
export interface SelectedChallenges {
  /** One of each realm, in the order of the realms. */
  readonly challenges: readonly DigestChallenge[];
  readonly refused: readonly string[];
}

/** Realms of one answer that are looked at; whoever sends more is not answered in the others. */
export const REALMS_OF_ANSWER_MAX = 8;

/**
 * The strongest challenge of each realm among the values of WWW-Authenticate or
 * Proxy-Authenticate; among equals the first. @see RFC 8760 §2.4
 */
export function selectChallenges(
  values: readonly string[],
  { algorithms }: ChallengeLimits = {},
): SelectedChallenges {
  const byRealm = new Map<string, DigestChallenge>();
  const refused: string[] = [];
  for (const value of values) {
    const challenge = parseChallenge(value);
    if (!challenge.ok) {
      refused.push(challenge.error);
      continue;
    }
    const { realm, algorithm } = challenge.value;
    if (algorithms?.includes(hashNameOf(algorithm)) === false) {
      refused.push(`${algorithm} is not allowed`);
      continue;
    }
    const best = byRealm.get(realm);
    if (best === undefined && byRealm.size >= REALMS_OF_ANSWER_MAX) refused.push("too many realms");
    else if (best === undefined || weaknessOf(algorithm) < weaknessOf(best.algorithm)) {
      byRealm.set(realm, challenge.value);
    }
  }
  return { challenges: [...byRealm.values()], refused };
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
  const { challenge, uri, cnonce } = answer;
  const { algorithm, qop, realm, nonce } = challenge;
  const response = digestResponse(inputOf(answer));
  const fields = [
    `username=${quoted(carriedText(answer.user))}`,
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(uri)}`,
    `response="${response}"`,
    `algorithm=${algorithm}`,
  ];
  if (challenge.opaque !== undefined) fields.push(`opaque=${quoted(challenge.opaque)}`);
  if (qop !== "none") fields.push(`qop=${qop}`, `nc=${printNonceCount(answer.nonceCount)}`);
  if (qop !== "none" || algorithm.endsWith("-sess")) fields.push(`cnonce=${quoted(cnonce)}`);
  return `Digest ${fields.join(", ")}`;
}

/**
 * What a server that knows the password says in `rspauth` of its answer to a request that was
 * signed so; `body` is the answer's. @see RFC 7616 §3.5
 */
export function serverProof(answer: DigestAnswer): string {
  return digestResponse({ ...inputOf(answer), method: "" });
}

function inputOf(answer: DigestAnswer): DigestInput {
  const { challenge, method, uri, cnonce, hashes, body = "" } = answer;
  const { algorithm, qop, realm, nonce } = challenge;
  const user = carriedText(answer.user);
  const password = carriedText(answer.password);
  return {
    algorithm,
    qop,
    secretHash: hashOf(hashes, algorithm, `${user}:${realm}:${password}`),
    nonce,
    nonceCount: printNonceCount(answer.nonceCount),
    cnonce,
    method,
    uri,
    body,
    hashes,
  };
}

/** What Authentication-Info or Proxy-Authentication-Info says. @see RFC 7616 §3.5 */
export interface AuthenticationInfo {
  /** The nonce that the server wants next. */
  readonly nextnonce?: string | undefined;
  /** Its proof that it knows the password. */
  readonly rspauth?: string | undefined;
  /** Of the answer that it speaks of. */
  readonly cnonce?: string | undefined;
}

/** Reads the value of Authentication-Info; what cannot be read says nothing. */
export function infoOf(value: string): AuthenticationInfo {
  // The value is a challenge's parameters without a scheme.
  const parsed = parseAuthParams(`Digest ${value}`);
  if (!parsed.ok) return {};
  const { params } = parsed.value;
  return {
    nextnonce: params.get("nextnonce"),
    rspauth: params.get("rspauth"),
    cnonce: params.get("cnonce"),
  };
}
