import type { Hashes } from "../../base/hashes.ts";
import { carriedText, hashOf } from "./digest.ts";
import { sameSecretText } from "./digest-server.ts";

/**
 * A nonce that carries its birth and a seal, so that a server keeps nothing until it is used.
 *
 *     birth in ms, base 36 "." token "." seal
 *
 * `token` makes two of the same millisecond differ (letters and digits); `secret` is the server's
 * own, fresh at each start, since `nowMs` begins anew then. `holder` is whom it is given to: under
 * the seal, so that it is worth nothing to anybody else, and told to nobody.
 * @see RFC 7616 §3.3 (nonce)
 */
export function createNonce(nonce: {
  readonly nowMs: number;
  readonly token: string;
  readonly secret: string;
  readonly holder: string;
  readonly hashes: Hashes;
}): string {
  const open = `${Math.floor(nonce.nowMs).toString(36)}.${nonce.token}`;
  return `${open}.${sealOf(open, nonce)}`;
}

interface SealKeys {
  readonly secret: string;
  readonly holder: string;
  readonly hashes: Hashes;
}

/** Hashed twice with the secret in front: a seal cannot be lengthened into another. */
function sealOf(open: string, { secret, holder, hashes }: SealKeys): string {
  const key = carriedText(secret);
  const inner = hashOf(hashes, "SHA-256", `${key}:${open}:${carriedText(holder)}`);
  return hashOf(hashes, "SHA-256", `${key}:${inner}`).slice(0, 32);
}

/**
 * Whether a nonce is ours, of that holder, and not older than `lifetimeMs`. Answer any other with
 * a challenge that says `stale`: another password is not what it needs. That a nonce is not used
 * twice with the same count is for the caller to remember.
 */
export function checkNonce(check: {
  readonly nonce: string;
  readonly nowMs: number;
  readonly lifetimeMs: number;
  readonly secret: string;
  readonly holder: string;
  readonly hashes: Hashes;
}): "fresh" | "stale" | "foreign" {
  const dot = check.nonce.lastIndexOf(".");
  const open = check.nonce.slice(0, Math.max(0, dot));
  const match = /^([0-9a-z]{1,11})\.[0-9A-Za-z]*$/.exec(open);
  if (match?.[1] === undefined) return "foreign";
  const seal = sealOf(open, check);
  if (!sameSecretText(seal, check.nonce.slice(dot + 1))) return "foreign";
  const ageMs = check.nowMs - Number.parseInt(match[1], 36);
  return ageMs >= -1 && ageMs <= check.lifetimeMs ? "fresh" : "stale";
}
