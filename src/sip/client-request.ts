import { printAddress } from "../base/address.ts";
import type { DigestHash } from "./auth/digest.ts";
import {
  answerChallenge,
  type DigestChallenge,
  nextNonceOf,
  selectChallenge,
} from "./auth/digest-client.ts";
import { samePlace } from "./location/blacklist.ts";
import { secondsOf } from "./registration/lease.ts";
import type { Stack } from "./stack.ts";
import type { ClientTransactionId } from "./transaction/client-transactions.ts";
import type { SipAddress, SipHop } from "./user-agent-types.ts";
import { printCSeq } from "./wire/cseq.ts";
import { prependHeader, withHeader, withoutHeader } from "./wire/headers.ts";
import { ipFamily } from "./wire/host.ts";
import {
  headerValue,
  headerValues,
  type SipHeader,
  type SipRequest,
  type SipResponse,
} from "./wire/message.ts";
import { printMessage } from "./wire/print-message.ts";

/** Challenges that one request answers before it gives up. */
export const CHALLENGES_MAX = 3;

/** A larger datagram may be fragmented and lost. @see RFC 3261 §18.1.1 */
export const SAFE_DATAGRAM_BYTES = 1300;

/**
 * How long a server may stay without a sign of life where another one could be asked. Timers B and
 * F are for the last one: nobody who dials waits 32 s for each that is dead.
 */
export const FAILOVER_MS = 5_000;

/** Who we are to a server that asks. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
  /** The only realm they are for; any where absent. Readable text, as the others. */
  readonly realm?: string | undefined;
  /** The only hashes that they are used with. */
  readonly algorithms?: readonly DigestHash[] | undefined;
  /** Whose they are: what one server announced is not answered to another. */
  readonly account: string;
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

/** The ways that a request may take, the best first. */
export interface Route {
  /** `undefined`: the URI names no hop that we can reach. */
  readonly hop: SipHop | undefined;
  /** Tried before anything is looked up: where the server answered last. */
  readonly prefer?: SipAddress;
  /** Route values, the next hop first. */
  readonly routes?: readonly string[];
  /** Located one after the other, where nothing before them answers. */
  readonly backups?: readonly SipHop[];
}

/** What is to be sent, and where. */
export interface ClientRequestSpec extends Route {
  /** Complete but for Via. */
  readonly request: SipRequest;
  readonly credentials?: Credentials | undefined;
  /** Where it goes when the hop has no address: where the far end was heard before. */
  readonly fallback?: SipAddress | undefined;
  /** Makes the Contact header fields, for each address that is tried. */
  readonly contacts?: (to: SipAddress) => readonly SipHeader[];
}

type AuthHeader = "authorization" | "proxy-authorization";

/**
 * One request of ours from look-up to final response: it finds the address, goes on to the next
 * one where the transport fails, nobody answers or the server says 503, and answers challenges.
 * @see RFC 3263 §4.3
 */
export class ClientRequest {
  readonly #stack: Stack;
  readonly #spec: ClientRequestSpec;
  readonly #owner: RequestOwner;
  #request: SipRequest;
  #hops: SipHop[];
  #addresses: SipAddress[] = [];
  readonly #tried: SipAddress[] = [];
  /** Why the last address would not do. */
  #failure: { readonly status: 408 | 503; readonly reason: string } | undefined;
  #sent: SentRequest | undefined;
  #challenged = 0;
  readonly #challenges = new Map<AuthHeader, { challenge: DigestChallenge; uses: number }>();
  readonly #answeredNonces = new Set<string>();
  #forgone = false;

  constructor(stack: Stack, spec: ClientRequestSpec, owner: RequestOwner) {
    this.#stack = stack;
    this.#spec = spec;
    this.#owner = owner;
    const { hop, backups = [], prefer, routes = [] } = spec;
    const route = routes.map((value) => ({ name: "route", value }));
    const { request } = spec;
    this.#request = { ...request, headers: [...route, ...request.headers] };
    this.#hops = hop === undefined ? [] : [hop, ...backups];
    if (prefer !== undefined) this.#addresses = [prefer];
  }

  /** The last attempt; `undefined` before the first. */
  get sent(): SentRequest | undefined {
    return this.#sent;
  }

  /** Starts. It may end before this returns. */
  start(nowMs: number): void {
    this.#signAhead();
    const [hop] = this.#hops;
    const prefer = this.#addresses[0];
    // Whether there is another server decides how long this one may be silent.
    if (hop !== undefined && prefer !== undefined) this.#lookBehind(hop, prefer, nowMs);
    this.#next(nowMs);
  }

  /** Locates the hop behind the preferred address, where that takes no time: an IP address does. */
  #lookBehind(hop: SipHop, prefer: SipAddress, nowMs: number): void {
    if (ipFamily(hop.host) === undefined) return;
    this.#stack.locator.locate(hop, nowMs, (found, atMs) => {
      const others = found.filter((address) => !samePlace(address, prefer));
      this.#addresses = [prefer, ...this.#stack.blacklist.sorted(others, atMs)];
      this.#hops.shift();
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
    if (response.status === 503) {
      this.#stack.blacklist.failed(sent.to, nowMs, retryAfterMs(response));
      if (this.#hasMore && !this.#forgone) {
        this.#stack.log("info", `${sent.to.host} is out of service: another is asked`);
        this.#next(nowMs);
        return;
      }
    } else this.#stack.blacklist.answered(sent.to);
    if (response.status >= 200 && response.status < 300) this.#keepNextNonce(response);
    if ((response.status === 401 || response.status === 407) && this.#answer(response)) {
      // The one who asked gets the answer, and all the time it needs.
      this.#send(sent.to, nowMs);
      return;
    }
    this.#owner.onResponse(response, sent, nowMs);
  }

  /** For the dispatcher: the running transaction failed. */
  fail(cause: "timeout" | "transport", transaction: ClientTransactionId, nowMs: number): void {
    const sent = this.#sent;
    if (sent === undefined || sent.transaction !== transaction) return;
    this.#stack.blacklist.failed(sent.to, nowMs);
    this.#failure =
      cause === "timeout"
        ? { status: 408, reason: "nobody answered" }
        : { status: 503, reason: "the network refused to carry it" };
    if (this.#forgone) this.#end(nowMs);
    else this.#next(nowMs);
  }

  get #hasMore(): boolean {
    return this.#hops.length > 0 || this.#addresses.some((address) => !this.#wasTried(address));
  }

  #wasTried(address: SipAddress): boolean {
    return this.#tried.some((tried) => samePlace(tried, address));
  }

  #end(nowMs: number): void {
    const { status, reason } = this.#failure ?? {
      status: 503,
      reason: "the address names no host that can be reached",
    };
    this.#owner.onFailed(status, reason, nowMs);
  }

  /** Sends to the next address; looks the next hop up where there is none. */
  #next(nowMs: number): void {
    for (;;) {
      const address = this.#addresses.shift();
      if (address !== undefined) {
        if (this.#wasTried(address)) continue;
        this.#tried.push(address);
        if (this.#send(address, nowMs)) return;
        continue;
      }
      const hop = this.#hops.shift();
      if (hop !== undefined) {
        if (!this.#locate(hop, nowMs)) return;
        continue;
      }
      const { fallback } = this.#spec;
      if (fallback === undefined || this.#tried.length > 0) {
        this.#end(nowMs);
        return;
      }
      this.#addresses = [fallback];
    }
  }

  /** True where the addresses are there already; else it goes on once they are. */
  #locate(hop: SipHop, nowMs: number): boolean {
    let isLater = false;
    let isThere = false;
    this.#stack.locator.locate(hop, nowMs, (found, atMs) => {
      if (this.#forgone) return;
      if (found.length === 0) {
        this.#failure ??= { status: 503, reason: `the name ${hop.host} has no address` };
      }
      this.#addresses = [...this.#stack.blacklist.sorted(found, atMs)];
      isThere = true;
      if (isLater) this.#next(atMs);
    });
    isLater = true;
    return isThere;
  }

  /** False where it cannot even be tried: the reason is kept. */
  #send(to: SipAddress, nowMs: number): boolean {
    const via = this.#stack.newVia(to);
    if (via === undefined) {
      this.#failure ??= { status: 503, reason: "there is no transport of that kind" };
      return false;
    }
    const request = prependHeader(this.#withContact(to), "via", via);
    const sizeBytes = printMessage(request).length;
    if (to.transport === "udp" && sizeBytes > SAFE_DATAGRAM_BYTES) {
      const stream = this.#streamInstead(to, nowMs);
      if (stream !== undefined) {
        this.#addresses.unshift(to);
        this.#tried.pop();
        this.#tried.push(stream);
        return this.#send(stream, nowMs);
      }
      const text = `${request.method} of ${sizeBytes} bytes may be lost on its way`;
      this.#stack.log("warn", text, { to: printAddress(to) });
    }
    const patienceMs = this.#hasMore ? FAILOVER_MS : undefined;
    const started = this.#stack.clients.start(request, to, nowMs, this, patienceMs);
    if (started === undefined) {
      this.#failure = { status: 503, reason: "too many requests are under way" };
      return false;
    }
    this.#sent = { request, to, transaction: started.id };
    this.#owner.onSent?.(this.#sent, nowMs);
    return true;
  }

  /** Where a request goes that is too long for a datagram. @see RFC 3261 §18.1.1 */
  #streamInstead(to: SipAddress, nowMs: number): SipAddress | undefined {
    const { blacklist, transports } = this.#stack;
    const stream: SipAddress = { transport: "tcp", host: to.host, port: to.port };
    const isKnownNotTo = blacklist.has(stream, nowMs) || this.#wasTried(stream);
    return transports.includes("tcp") && !isKnownNotTo ? stream : undefined;
  }

  #withContact(to: SipAddress): SipRequest {
    const contacts = this.#spec.contacts?.(to) ?? [];
    if (contacts.length === 0) return this.#request;
    const others = this.#request.headers.filter(({ name }) => name !== "contact");
    return { ...this.#request, headers: [...others, ...contacts] };
  }

  /** Prepares the next attempt; false where the challenge cannot be answered, or was before. */
  #answer(response: SipResponse): boolean {
    const { credentials } = this.#spec;
    if (credentials === undefined || this.#forgone) return false;
    if (this.#challenged >= CHALLENGES_MAX) return false;
    const isProxy = response.status === 407;
    const name = isProxy ? "proxy-authenticate" : "www-authenticate";
    const challenge = selectChallenge(headerValues(response, name), credentials);
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
    const sequence = this.#owner.takeSequence();
    const { method } = this.#request;
    this.#request = withHeader(this.#request, "cseq", printCSeq({ sequence, method }));
    this.#sign(credentials);
    return true;
  }

  /** Answers, before they are made, the challenges that the server has announced. */
  #signAhead(): void {
    const { credentials } = this.#spec;
    if (credentials === undefined) return;
    for (const header of ["authorization", "proxy-authorization"] as const) {
      const challenge = this.#stack.nextNonces.take(credentials.account, header);
      if (challenge !== undefined) this.#challenges.set(header, { challenge, uses: 0 });
    }
    if (this.#challenges.size > 0) this.#sign(credentials);
  }

  /** Keeps what a server announces for the next request. */
  #keepNextNonce(response: SipResponse): void {
    const { credentials } = this.#spec;
    if (credentials === undefined) return;
    for (const [header, info] of INFO_HEADERS) {
      const answered = this.#challenges.get(header)?.challenge;
      const nonce = nextNonceOf(headerValue(response, info) ?? "");
      if (answered === undefined || nonce === undefined || nonce === "") continue;
      this.#stack.nextNonces.keep(credentials.account, header, { ...answered, nonce });
    }
  }

  /** Puts the answer to each challenge into the request. */
  #sign(credentials: Credentials): void {
    const { method, uri, body } = this.#request;
    let request = this.#request;
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
  }
}

/** Which header field of an answer speaks of which of ours. @see RFC 7615 */
const INFO_HEADERS = [
  ["authorization", "authentication-info"],
  ["proxy-authorization", "proxy-authentication-info"],
] as const;

/** How long a server asks to be left alone. */
function retryAfterMs(response: SipResponse): number {
  return (secondsOf(headerValue(response, "retry-after")) ?? 0) * 1000;
}
