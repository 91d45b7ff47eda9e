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

/** Credentials as they stand, and read. */
interface Signed {
  readonly authorization: string;
  readonly credentials: DigestCredentials;
}

/** An answer that nothing is kept for. */
export interface Refusal {
  readonly status: number;
  readonly headers: readonly SipHeader[];
}

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
  /** Whose numbers those are that are no users themselves. */
  readonly #owners: ReadonlyMap<string, string>;
  readonly #algorithms: readonly DigestAlgorithm[];
  /** Nonces that were used, the first used first. */
  readonly #used = new Map<string, { readonly count: number; readonly sinceMs: number }>();
  readonly #guesses = new GuessLimit();
  #secret: string;

  constructor(config: ExchangeConfig) {
    this.#config = config;
    this.#passwords = new Map(config.users.map(({ user, password }) => [user, password]));
    this.#owners = new Map(
      config.users.flatMap(({ user, numbers = [] }) => numbers.map((number) => [number, user])),
    );
    this.#algorithms = config.digestAlgorithms ?? DEFAULT_DIGEST_ALGORITHMS;
    this.#secret = config.createToken();
  }

  /** Whether somebody can be called and watched by that name. */
  isUser(user: string): boolean {
    return this.#passwords.has(user) || this.#owners.has(user);
  }

  /** Who registers for a number: itself, or the private exchange that it is one of. */
  ownerOf(number: string): string {
    return this.#owners.get(number) ?? number;
  }

  /** Whether somebody may register for many numbers at once. */
  hasNumbers(user: string): boolean {
    return [...this.#owners.values()].includes(user);
  }

  /**
   * What a request is to be answered with before anything is kept for it; undefined where it is
   * worth a closer look, which {@link judge} has. A nonce is given to one host: who writes another
   * one's address into datagrams never hears any, and so never gets any further than this.
   */
  screen(
    request: SipRequest,
    claimed: string,
    source: SipAddress,
    nowMs: number,
  ): Refusal | undefined {
    if (this.#isFree(claimed)) return undefined;
    const signed = this.#credentialsOf(request);
    if (signed === undefined) return this.#refusal(source, nowMs, false);
    const { nonce, user } = signed.credentials;
    if (this.#stateOf(nonce, source, nowMs) !== "fresh") return this.#refusal(source, nowMs, true);
    return this.#isGuesser(source, user, nowMs) ? { status: 403, headers: [] } : undefined;
  }

  #refusal(source: SipAddress, nowMs: number, stale: boolean): Refusal {
    return { status: 401, headers: this.#challengeHeaders(source, nowMs, stale) };
  }

  /** Whether somebody has guessed so often that no password of his is looked at. */
  #isGuesser(source: SipAddress, user: string, nowMs: number): boolean {
    const guesser = guesserAt(source);
    return guesser !== undefined && this.#guesses.isOver(guesser, this.#guessed(user), nowMs);
  }

  /** Whose password it is counts, not whom the request is from; users that are none are as one. */
  #guessed(user: string): string {
    return this.#passwords.has(user) ? user : "";
  }

  #isFree(claimed: string): boolean {
    const isBelieved = this.#passwords.has(claimed) && this.#passwords.get(claimed) === undefined;
    return !this.#config.authenticate || isBelieved;
  }

  /** The credentials for our realm that a request carries. */
  #credentialsOf(request: SipRequest): Signed | undefined {
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
    if (signed === undefined) return this.#challenge(source, nowMs, false);
    const { user } = signed.credentials;
    if (this.#isGuesser(source, user, nowMs)) {
      const why = "there were too many wrong passwords";
      return { kind: "refused", why, isRepeated: true };
    }
    const verdict = this.#verify(request, signed, source, nowMs);
    const guesser = guesserAt(source);
    if (guesser === undefined) return verdict;
    const guessed = this.#guessed(user);
    if (verdict.kind === "known") this.#guesses.right(guesser, guessed);
    if (verdict.kind !== "refused") return verdict;
    const isLast = this.#guesses.wrong(guesser, guessed, nowMs);
    const minutes = GUESS_LIMITS.countsMs / 60_000;
    const more = isLast ? `; no more are looked at for ${minutes} minutes` : "";
    return { ...verdict, why: `${verdict.why}${more}` };
  }

  #verify(
    request: SipRequest,
    { authorization, credentials: { user } }: Signed,
    source: SipAddress,
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
    if (!this.#isFresh(nonce, nonceCount, source, nowMs)) {
      return this.#challenge(source, nowMs, true);
    }
    const value = createAuthenticationInfo({
      credentials: verified.value,
      secret: { kind: "password", password },
      hashes: this.#config.hashes,
    });
    return { kind: "known", user, headers: [{ name: "authentication-info", value }] };
  }

  #challenge(source: SipAddress, nowMs: number, stale: boolean): Verdict {
    return { kind: "challenge", headers: this.#challengeHeaders(source, nowMs, stale) };
  }

  #challengeHeaders(source: SipAddress, nowMs: number, stale: boolean): readonly SipHeader[] {
    const nonce = createNonce({
      nowMs,
      token: this.#config.createToken(),
      secret: this.#secret,
      holder: holderOf(source),
      hashes: this.#config.hashes,
    });
    return this.#algorithms.map((algorithm) => ({
      name: "www-authenticate",
      value: createChallenge({
        ...{ realm: this.#config.domain, nonce, stale, algorithm },
        qop: this.#config.digestQop,
      }),
    }));
  }

  #stateOf(nonce: string, source: SipAddress, nowMs: number): ReturnType<typeof checkNonce> {
    return checkNonce({
      nonce,
      nowMs,
      lifetimeMs: EXCHANGE_LIMITS.nonceMs,
      secret: this.#secret,
      holder: holderOf(source),
      hashes: this.#config.hashes,
    });
  }

  #isFresh(nonce: string, nonceCount: number, source: SipAddress, nowMs: number): boolean {
    if (this.#stateOf(nonce, source, nowMs) !== "fresh") return false;
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

/** Inside the box nobody guesses. */
function guesserAt(source: SipAddress): string | undefined {
  return source.transport === "memory" ? undefined : networkOf(source.host);
}

/** A port may change from one request to the next, behind a translator or on a new connection. */
function holderOf({ transport, host }: SipAddress): string {
  return transport === "memory" ? "" : networkOf(host);
}
