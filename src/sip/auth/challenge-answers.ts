import { err, ok, type Result } from "../../base/result.ts";
import type { Stack } from "../stack.ts";
import { withHeader, withoutHeader } from "../wire/headers.ts";
import { headerValue, headerValues, type SipRequest, type SipResponse } from "../wire/message.ts";
import { tagOf } from "../wire/name-addr.ts";
import type { Credentials, UserPassword } from "./credentials.ts";
import { carriedText } from "./digest.ts";
import {
  answerChallenge,
  type DigestChallenge,
  infoOf,
  selectChallenges,
  serverProof,
} from "./digest-client.ts";
import { sameSecretText } from "./digest-server.ts";

/** Challenges that one request answers before it gives up. */
const CHALLENGES_MAX = 3;

type AuthHeader = "authorization" | "proxy-authorization";

/** Which header fields of an answer challenge, and which speak of an answer of ours. */
const FIELDS = [
  { answer: "authorization", challenge: "www-authenticate", info: "authentication-info" },
  {
    answer: "proxy-authorization",
    challenge: "proxy-authenticate",
    info: "proxy-authentication-info",
  },
] as const satisfies readonly {
  readonly answer: AuthHeader;
  readonly challenge: string;
  readonly info: string;
}[];

interface Answered {
  readonly header: AuthHeader;
  readonly challenge: DigestChallenge;
  readonly who: UserPassword;
  cnonce: string;
  uses: number;
}

/**
 * The challenges that one request has met, each realm of each header field for itself, and the
 * answers to them. @see RFC 3261 §22.2, §22.3
 */
export class ChallengeAnswers {
  readonly #stack: Stack;
  readonly #credentials: Credentials;
  readonly #answered = new Map<string, Answered>();
  readonly #nonces = new Set<string>();
  #rounds = 0;

  constructor(stack: Stack, credentials: Credentials) {
    this.#stack = stack;
    this.#credentials = credentials;
  }

  /** The request with the answers to what the server has announced for it, if it has. */
  signAhead(request: SipRequest): SipRequest {
    const { account } = this.#credentials;
    for (const { answer } of FIELDS) {
      for (const challenge of this.#stack.nextNonces.take(account, answer)) {
        const who = this.#whoIn(challenge.realm, request);
        if (who !== undefined) this.#keep(answer, challenge, who);
      }
    }
    return this.#answered.size === 0 ? request : this.#sign(request);
  }

  /**
   * The request with its challenges answered, under the CSeq that `takeSequence` gives it. The
   * error says why it cannot be; nothing was taken then.
   */
  answer(
    request: SipRequest,
    response: SipResponse,
    printNextCSeq: () => string,
  ): Result<SipRequest, string> {
    if (this.#rounds >= CHALLENGES_MAX) return err("it was challenged too often");
    const reasons: string[] = [];
    let isNew = false;
    for (const { answer, challenge: field } of FIELDS) {
      const values = headerValues(response, field);
      const { algorithms } = this.#credentials;
      const { challenges, refused } = selectChallenges(values, { algorithms });
      reasons.push(...refused);
      for (const challenge of challenges) {
        const { realm, nonce } = challenge;
        const who = this.#whoIn(realm, request);
        const key = `${answer} ${nonce} ${realm}`;
        if (who === undefined) {
          reasons.push(`the realm "${realm}" is not one of the account's (see "realms" of a line)`);
          continue;
        }
        // The same nonce again means that the answer was wrong: a second one would be wrong too.
        if (this.#nonces.has(key)) return err("the server refuses the password");
        this.#nonces.add(key);
        this.#keep(answer, challenge, who);
        isNew = true;
      }
    }
    if (!isNew) return err(reasons.length === 0 ? "it holds no challenge" : reasons.join("; "));
    this.#rounds++;
    return ok(this.#sign(withHeader(request, "cseq", printNextCSeq())));
  }

  /**
   * Reads what a 2xx says of our answers: keeps the nonce for the next request, unless the server
   * fails to prove that it knows the password as well.
   */
  confirmed(request: SipRequest, response: SipResponse): void {
    for (const { answer, info } of FIELDS) {
      const value = headerValue(response, info);
      if (value === undefined) continue;
      const said = infoOf(value);
      // Where several were answered its cnonce tells which it speaks of, else the first.
      const ours = [...this.#answered.values()].filter(({ header }) => header === answer);
      const meant = ours.find(({ cnonce }) => cnonce === said.cnonce) ?? ours[0];
      if (meant === undefined) continue;
      if (said.rspauth !== undefined && !this.#isProof(meant, said.rspauth, request, response)) {
        const text = "a server's answer does not prove that it knows the password (rspauth)";
        this.#stack.log("warn", text, { realm: meant.challenge.realm });
        continue;
      }
      if (said.nextnonce === undefined || said.nextnonce === "") continue;
      const next = { ...meant.challenge, nonce: said.nextnonce };
      this.#stack.nextNonces.keep(this.#credentials.account, answer, next);
    }
  }

  /** Whose name and password a realm is answered with; nobody's where it is none of ours. */
  #whoIn(realm: string, request: SipRequest): UserPassword | undefined {
    const { others = [], realm: own, account } = this.#credentials;
    const other = others.find((one) => carriedText(one.realm) === realm);
    if (other !== undefined) return other;
    if (own !== undefined) return carriedText(own) === realm ? this.#credentials : undefined;
    return this.#stack.accounts.takesRealm(account, realm, kindOf(request))
      ? this.#credentials
      : undefined;
  }

  #keep(header: AuthHeader, challenge: DigestChallenge, who: UserPassword): void {
    const key = `${header} ${challenge.realm}`;
    this.#answered.set(key, { header, challenge, who, cnonce: "", uses: 0 });
  }

  /** Puts the answer to each challenge into the request. */
  #sign(unsigned: SipRequest): SipRequest {
    let request = unsigned;
    for (const { answer } of FIELDS) request = withoutHeader(request, answer);
    const signed = [...this.#answered.values()].map((entry) => {
      entry.uses++;
      entry.cnonce = this.#stack.config.createToken();
      return { name: entry.header, value: answerChallenge(this.#inputOf(entry, request)) };
    });
    return { ...request, headers: [...request.headers, ...signed] };
  }

  #isProof(entry: Answered, rspauth: string, request: SipRequest, { body }: SipResponse): boolean {
    const wanted = serverProof({ ...this.#inputOf(entry, request), body });
    return sameSecretText(wanted, rspauth.toLowerCase());
  }

  #inputOf(
    { challenge, who: { user, password }, cnonce, uses }: Answered,
    { method, uri, body }: SipRequest,
  ): Parameters<typeof answerChallenge>[0] {
    const { hashes } = this.#stack.config;
    return { challenge, method, uri, user, password, cnonce, nonceCount: uses, hashes, body };
  }
}

/** What decides whether the realm of a challenge may become known by it. */
function kindOf({ method, headers }: SipRequest): "register" | "outside" | "inside" {
  if (method === "REGISTER") return "register";
  const to = headers.find(({ name }) => name === "to");
  return tagOf(to?.value ?? "") === undefined ? "outside" : "inside";
}
