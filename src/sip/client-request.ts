import { printAddress } from "../base/address.ts";
import { answerChallenge, type DigestChallenge, selectChallenge } from "./auth/digest-client.ts";
import type { Stack } from "./stack.ts";
import type { ClientTransactionId } from "./transaction/client-transactions.ts";
import type { SipAddress } from "./user-agent-types.ts";
import { printCSeq } from "./wire/cseq.ts";
import { prependHeader, withHeader, withoutHeader } from "./wire/headers.ts";
import { headerValues, type SipRequest, type SipResponse } from "./wire/message.ts";

/** Challenges that one request answers before it gives up. */
export const CHALLENGES_MAX = 3;

/** A larger datagram may be fragmented and lost. @see RFC 3261 §18.1.1 */
export const SAFE_DATAGRAM_BYTES = 1300;

/** Who we are to a server that asks. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
  /** The only realm they are for; any where absent. Readable text, as the others. */
  readonly realm?: string | undefined;
}

/** One attempt as it was sent. */
export interface SentRequest {
  readonly request: SipRequest;
  readonly to: SipAddress;
  readonly transaction: ClientTransactionId;
}

/** Whoever wants a request answered. Calls may come while the request is being started. */
export interface RequestOwner {
  /** The CSeq number for one more attempt. */
  takeSequence(): number;
  /** Any response but a challenge that was answered. For an INVITE 2xx may come more than once. */
  onResponse(response: SipResponse, sent: SentRequest, nowMs: number): void;
  /** 408: nobody answered. 503: it could not be sent. */
  onFailed(status: 408 | 503, reason: string, nowMs: number): void;
  /** An attempt went out; a second one where the first was challenged. */
  onSent?(sent: SentRequest, nowMs: number): void;
}

/** What is to be sent, and where. */
export interface ClientRequestSpec {
  /** Complete but for Via. */
  readonly request: SipRequest;
  /** The host may be a name. `undefined`: the URI names no hop that we can reach. */
  readonly hop: SipAddress | undefined;
  readonly credentials?: Credentials | undefined;
  /** Where it goes when the hop has no address: where the far end was heard before. */
  readonly fallback?: SipAddress | undefined;
  /** How many of the hop's addresses to pass over at first (those that did not answer before). */
  readonly skipAddresses?: number;
}

type AuthHeader = "authorization" | "proxy-authorization";

/**
 * One request of ours from look-up to final response: it finds the address, goes on to the next
 * one where the transport fails, and answers challenges.
 */
export class ClientRequest {
  readonly #stack: Stack;
  readonly #spec: ClientRequestSpec;
  readonly #owner: RequestOwner;
  #request: SipRequest;
  #addresses: readonly SipAddress[] = [];
  #addressIndex = 0;
  #sent: SentRequest | undefined;
  #challenged = 0;
  readonly #challenges = new Map<AuthHeader, { challenge: DigestChallenge; uses: number }>();
  readonly #answeredNonces = new Set<string>();
  #forgone = false;

  constructor(stack: Stack, spec: ClientRequestSpec, owner: RequestOwner) {
    this.#stack = stack;
    this.#spec = spec;
    this.#owner = owner;
    this.#request = spec.request;
  }

  /** The last attempt; `undefined` before the first. */
  get sent(): SentRequest | undefined {
    return this.#sent;
  }

  /** Which of the hop's addresses was tried last. */
  get addressIndex(): number {
    return this.#addressIndex;
  }

  /** Starts. It may end before this returns. */
  start(nowMs: number): void {
    const { fallback } = this.#spec;
    const hop = this.#spec.hop ?? fallback;
    if (hop === undefined) {
      this.#owner.onFailed(503, "the address names no host that can be reached", nowMs);
      return;
    }
    this.#stack.locator.locate(hop, nowMs, (found, atMs) => {
      if (this.#forgone) return;
      const addresses = found.length === 0 && fallback !== undefined ? [fallback] : found;
      if (addresses.length === 0) {
        this.#owner.onFailed(503, `the name ${hop.host} has no address`, atMs);
        return;
      }
      this.#addresses = addresses;
      this.#addressIndex = (this.#spec.skipAddresses ?? 0) % addresses.length;
      this.#send(atMs);
    });
  }

  /** No further attempts, and nothing sent that was not yet. Responses are still handed on. */
  forgo(): void {
    this.#forgone = true;
  }

  /** Forgoes, and forgets the transaction: nothing is sent or told any more. */
  abandon(nowMs: number): void {
    this.#forgone = true;
    if (this.#sent !== undefined) this.#stack.clients.abandon(this.#sent.transaction, nowMs);
  }

  /** For the dispatcher: a response to the running transaction. */
  receive(response: SipResponse, transaction: ClientTransactionId, nowMs: number): void {
    const sent = this.#sent;
    // A late copy for an attempt that was challenged and replaced.
    if (sent === undefined || sent.transaction !== transaction) return;
    if ((response.status === 401 || response.status === 407) && this.#answer(response)) {
      this.#send(nowMs);
      return;
    }
    this.#owner.onResponse(response, sent, nowMs);
  }

  /** For the dispatcher: the running transaction failed. */
  fail(cause: "timeout" | "transport", transaction: ClientTransactionId, nowMs: number): void {
    if (this.#sent?.transaction !== transaction) return;
    if (
      cause === "transport" &&
      !this.#forgone &&
      this.#addressIndex + 1 < this.#addresses.length
    ) {
      this.#addressIndex++;
      this.#send(nowMs);
      return;
    }
    if (cause === "timeout") this.#owner.onFailed(408, "nobody answered", nowMs);
    else this.#owner.onFailed(503, "the network refused to carry it", nowMs);
  }

  #send(nowMs: number): void {
    const to = this.#addresses[this.#addressIndex];
    const via = to === undefined ? undefined : this.#stack.newVia(to.transport);
    if (to === undefined || via === undefined) {
      this.#owner.onFailed(503, "there is no transport of that kind", nowMs);
      return;
    }
    const request = prependHeader(this.#request, "via", via);
    const started = this.#stack.clients.start(request, to, nowMs, this);
    if (started === undefined) {
      this.#owner.onFailed(503, "too many requests are under way", nowMs);
      return;
    }
    this.#sent = { request, to, transaction: started.id };
    if (to.transport === "udp" && started.sizeBytes > SAFE_DATAGRAM_BYTES) {
      const text = `${request.method} of ${started.sizeBytes} bytes may be lost on its way`;
      this.#stack.log("warn", text, { to: printAddress(to) });
    }
    this.#owner.onSent?.(this.#sent, nowMs);
  }

  /** Prepares the next attempt; false where the challenge cannot be answered, or was before. */
  #answer(response: SipResponse): boolean {
    const { credentials } = this.#spec;
    if (credentials === undefined || this.#forgone) return false;
    if (this.#challenged >= CHALLENGES_MAX) return false;
    const isProxy = response.status === 407;
    const name = isProxy ? "proxy-authenticate" : "www-authenticate";
    const challenge = selectChallenge(headerValues(response, name), credentials.realm);
    if (!challenge.ok) {
      this.#stack.log("warn", `a challenge cannot be answered: ${challenge.error}`);
      return false;
    }
    const { realm, nonce } = challenge.value;
    const nonceKey = `${name} ${nonce} ${realm}`;
    // The same nonce again means that the answer was wrong: a second one would be wrong too.
    if (this.#answeredNonces.has(nonceKey)) return false;
    this.#answeredNonces.add(nonceKey);
    this.#challenged++;
    const header = isProxy ? "proxy-authorization" : "authorization";
    this.#challenges.set(header, { challenge: challenge.value, uses: 0 });
    const { method, uri, body } = this.#request;
    let request = withHeader(
      this.#request,
      "cseq",
      printCSeq({ sequence: this.#owner.takeSequence(), method }),
    );
    for (const [answerName, entry] of this.#challenges) {
      entry.uses++;
      const value = answerChallenge({
        challenge: entry.challenge,
        method,
        uri,
        ...credentials,
        cnonce: this.#stack.config.createToken(),
        nonceCount: entry.uses,
        hashes: this.#stack.config.hashes,
        body,
      });
      request = withoutHeader(request, answerName);
      request = { ...request, headers: [...request.headers, { name: answerName, value }] };
    }
    this.#request = request;
    return true;
  }
}
