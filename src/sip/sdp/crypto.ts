import { base64FromBytes, bytesFromBase64 } from "../../base/base64.ts";
import {
  isSrtpSuite,
  type MediaSecurity,
  type SrtpMasterKey,
  srtpMasterBytes,
} from "../../base/srtp-suites.ts";
import { attributes, type SdpMedia } from "./sdp.ts";

/** Lines of one stream that are looked at. */
export const CRYPTO_LINES_LIMIT = 16;

/**
 * One `crypto` attribute that we can do.
 *
 *     a=crypto:tag SP suite SP inline:key‖salt[|lifetime][|MKI:length] *(SP session-parameter)
 *
 * @see RFC 4568 §9.1
 */
export interface SdpCrypto extends SrtpMasterKey {
  /** 1 to 9 digits, which the answer repeats. */
  readonly tag: string;
}

/** Parameters without which we can do as well. @see RFC 4568 §6.3.6 (WSH), §6.3.7 (extensions) */
const HARMLESS = /^(?:WSH=[0-9]{2,}|KDR=0|-.*)$/;

/**
 * Reads the value of a crypto attribute; undefined where it breaks the grammar, and where it asks
 * for what we do not have: an unknown suite, several keys or a key with an identifier (MKI), a key
 * derivation rate, and anything unencrypted or unauthenticated.
 */
export function parseCrypto(value: string): SdpCrypto | undefined {
  const [tag = "", suite = "", keyParams = "", ...parameters] = value.trim().split(/ +/);
  if (!/^[0-9]{1,9}$/.test(tag) || !isSrtpSuite(suite)) return undefined;
  if (!parameters.every((parameter) => HARMLESS.test(parameter))) return undefined;
  // What stands behind the key is its lifetime, which no call outlives; an MKI has a colon.
  const match = /^inline:([A-Za-z0-9+/=]{1,64})(?:\|(?:2\^)?[0-9]{1,15})?$/.exec(keyParams);
  const master = match?.[1] === undefined ? undefined : bytesFromBase64(match[1]);
  if (master === undefined || master.length !== srtpMasterBytes(suite)) return undefined;
  return { tag, suite, master };
}

/** The value of a crypto attribute. */
export function printCrypto({ tag, suite, master }: SdpCrypto): string {
  return `${tag} ${suite} inline:${base64FromBytes(master)}`;
}

/** Our side of each suite, as an offer lists it: tags count from 1. */
export function offeredCrypto(security: MediaSecurity | undefined): readonly SdpCrypto[] {
  const keys = security?.keys.slice(0, security.offered) ?? [];
  return keys.map((key, at) => ({ tag: `${at + 1}`, ...key }));
}

/** A suite that both have: their line, and our key for it. */
export interface CryptoMatch {
  readonly theirs: SdpCrypto;
  readonly ours: SrtpMasterKey;
}

/** The first of a stream's crypto lines that we can do. @see RFC 4568 §7.1.2 */
export function matchCrypto(
  stream: SdpMedia,
  keys: readonly SrtpMasterKey[],
): CryptoMatch | undefined {
  for (const value of attributes(stream.lines, "crypto").slice(0, CRYPTO_LINES_LIMIT)) {
    const theirs = parseCrypto(value);
    const ours = keys.find(({ suite }) => suite === theirs?.suite);
    if (theirs !== undefined && ours !== undefined) return { theirs, ours };
  }
  return undefined;
}
