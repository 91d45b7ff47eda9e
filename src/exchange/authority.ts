import { networkOf } from "../base/host-network.ts";
import {
  checkNonce,
  createAuthenticationInfo,
  createChallenge,
  createNonce,
  type DigestAlgorithm,
  type DigestCredentials,
  headerValues,
  parseCredentials,
  type SipAddress,
  type SipHeader,
  type SipRequest,
  verifyCredentials,
} from "../sip/index.ts";
import {
  DEFAULT_DIGEST_ALGORITHMS,
  EXCHANGE_LIMITS,
  type ExchangeConfig,
} from "./exchange-types.ts";
import { GUESS_LIMITS, GuessLimit } from "./guess-limit.ts";

/** Whether a request comes from who it says it does. */
export type Verdict =
  /** `user` is proven, or believed where nothing is to be proven. */
  | {
      readonly kind: "known";
      readonly user: string;
      /** What stands in a 2xx to it: that we know the password as well. */
      readonly headers?: readonly SipHeader[];
    }
  /** To be answered 401 with these header fields. */
  | { readonly kind: "challenge"; readonly headers: readonly SipHeader[] }
  /** To be answered 403; `isRepeated`: it was told already why. */
  | { readonly kind: "refused"; readonly why: string; readonly isRepeated?: boolean };

/**
 * Digest authentication of REGISTER and INVITE, as a user agent server (401).
 *
 * A nonce carries its time under a seal, so that nothing is kept for those who only knock. Once it
 * has been used, its count is remembered: each request must count higher, which makes a captured
 * one worthless.
 */
export class Authority {
  readonly #config: ExchangeConfig;
  readonly #passwords: ReadonlyMap<string, string | undefined>;
  readonly #algorithms: readonly DigestAlgorithm[];
  /** Nonces that were used, the first used first. */
  readonly #used = new Map<string, { readonly count: number; readonly sinceMs: number }>();
  readonly #guesses = new GuessLimit();
  #secret: string;

  constructor(config: ExchangeConfig) {
    this.#config = config;
    this.#passwords = new Map(config.users.map(({ user, password }) => [user, password]));
    this.#algorithms = config.digestAlgorithms ?? DEFAULT_DIGEST_ALGORITHMS;
    this.#secret = config.createToken();
  }

  isUser(user: string): boolean {
    return this.#passwords.has(user);
  }

  /**
   * What a request without credentials for us is to be answered with, before anything is kept for
   * it; undefined where it has some, or needs none.
   */
  challengeFor(
    request: SipRequest,
    claimed: string,
    nowMs: number,
  ): readonly SipHeader[] | undefined {
    if (this.#isFree(claimed) || this.#credentialsOf(request) !== undefined) return undefined;
    const verdict = this.#challenge(nowMs, false);
    return verdict.kind === "challenge" ? verdict.headers : undefined;
  }

  #isFree(claimed: string): boolean {
    const isBelieved = this.#passwords.has(claimed) && this.#passwords.get(claimed) === undefined;
    return !this.#config.authenticate || isBelieved;
  }

  /** The credentials for our realm that a request carries. */
  #credentialsOf(
    request: SipRequest,
  ): { readonly authorization: string; readonly credentials: DigestCredentials } | undefined {
    for (const name of ["authorization", "proxy-authorization"]) {
      for (const authorization of headerValues(request, name)) {
        const credentials = parseCredentials(authorization);
        if (!credentials.ok || credentials.value.realm !== this.#config.domain) continue;
        return { authorization, credentials: credentials.value };
      }
    }
    return undefined;
  }

  /**
   * Judges a request that claims to come from `claimed`. `source` is where it came from: inside the
   * box nobody guesses.
   */
  judge(request: SipRequest, claimed: string, source: SipAddress, nowMs: number): Verdict {
    if (this.#isFree(claimed)) return { kind: "known", user: claimed };
    const signed = this.#credentialsOf(request);
    if (signed === undefined) return this.#challenge(nowMs, false);
    const guesser = source.transport === "memory" ? undefined : networkOf(source.host);
    // Whose password it is counts, not whom the request is from; users that are none are as one.
    const { user } = signed.credentials;
    const guessed = this.isUser(user) ? user : "";
    if (guesser !== undefined && this.#guesses.isOver(guesser, guessed, nowMs)) {
      const why = "there were too many wrong passwords";
      return { kind: "refused", why, isRepeated: true };
    }
    const verdict = this.#verify(request, signed.authorization, signed.credentials, nowMs);
    if (guesser === undefined) return verdict;
    if (verdict.kind === "known") this.#guesses.right(guesser, guessed);
    if (verdict.kind !== "refused") return verdict;
    const isLast = this.#guesses.wrong(guesser, guessed, nowMs);
    const minutes = GUESS_LIMITS.countsMs / 60_000;
    const more = isLast ? `; no more are looked at for ${minutes} minutes` : "";
    return { ...verdict, why: `${verdict.why}${more}` };
  }

  #verify(
    request: SipRequest,
    authorization: string,
    { user }: DigestCredentials,
    nowMs: number,
  ): Verdict {
    const password = this.#passwords.get(user);
    if (password === undefined) return { kind: "refused", why: `there is no user ${user}` };
    // The signed URI is not held against the Request-URI, which a proxy between may have rewritten
    // (RFC 3261 §22.4); that a request cannot be sent twice is the nonce count's doing.
    const verified = verifyCredentials({
      authorization,
      method: request.method,
      realm: this.#config.domain,
      algorithms: this.#algorithms,
      qop: this.#config.digestQop,
      secret: { kind: "password", password },
      hashes: this.#config.hashes,
      body: request.body,
    });
    if (!verified.ok) return { kind: "refused", why: `${verified.error} for user ${user}` };
    const { nonce, nonceCount } = verified.value;
    if (!this.#isFresh(nonce, nonceCount, nowMs)) return this.#challenge(nowMs, true);
    const value = createAuthenticationInfo({
      credentials: verified.value,
      secret: { kind: "password", password },
      hashes: this.#config.hashes,
    });
    return { kind: "known", user, headers: [{ name: "authentication-info", value }] };
  }

  #challenge(nowMs: number, stale: boolean): Verdict {
    const nonce = createNonce({
      nowMs,
      token: this.#config.createToken(),
      secret: this.#secret,
      hashes: this.#config.hashes,
    });
    const headers = this.#algorithms.map((algorithm) => ({
      name: "www-authenticate",
      value: createChallenge({
        ...{ realm: this.#config.domain, nonce, stale, algorithm },
        qop: this.#config.digestQop,
      }),
    }));
    return { kind: "challenge", headers };
  }

  #isFresh(nonce: string, nonceCount: number, nowMs: number): boolean {
    const state = checkNonce({
      nonce,
      nowMs,
      lifetimeMs: EXCHANGE_LIMITS.nonceMs,
      secret: this.#secret,
      hashes: this.#config.hashes,
    });
    if (state !== "fresh") return false;
    const used = this.#used.get(nonce);
    // Without qop there is no count: then a nonce is good once.
    if (used !== undefined && nonceCount <= used.count) return false;
    if (used === undefined) this.#makeRoom(nowMs);
    this.#used.set(nonce, { count: nonceCount, sinceMs: used?.sinceMs ?? nowMs });
    return true;
  }

  /** Forgets what is too old to be used; under a flood, all: a new secret makes it worthless. */
  #makeRoom(nowMs: number): void {
    for (const [nonce, { sinceMs }] of this.#used) {
      if (sinceMs + EXCHANGE_LIMITS.nonceMs >= nowMs) break;
      this.#used.delete(nonce);
    }
    if (this.#used.size < EXCHANGE_LIMITS.nonces) return;
    this.#used.clear();
    this.#secret = this.#config.createToken();
  }
}
