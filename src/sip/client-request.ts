import { printAddress } from "../base/address.ts";
import { ChallengeAnswers } from "./auth/challenge-answers.ts";
import type { Credentials } from "./auth/credentials.ts";
import { samePlace } from "./location/blacklist.ts";
import type { Route } from "./route.ts";
import type { Stack } from "./stack.ts";
import type { ClientTransactionId } from "./transaction/client-transactions.ts";
import type { TransactionUser } from "./transaction/transaction-user.ts";
import type { SipAddress, SipHop } from "./user-agent-types.ts";
import { printCSeq } from "./wire/cseq.ts";
import { prependHeader } from "./wire/headers.ts";
import { ipFamily } from "./wire/host.ts";
import { headerValue, type SipHeader, type SipRequest, type SipResponse } from "./wire/message.ts";
import { printMessage } from "./wire/print-message.ts";
import { secondsOf } from "./wire/seconds.ts";

/** A larger datagram may be fragmented and lost. @see RFC 3261 §18.1.1 */
const SAFE_DATAGRAM_BYTES = 1300;

/**
 * How long a server may stay without a sign of life where another one could be asked. Timers B and
 * F are for the last one: nobody who dials waits 32 s for each that is dead.
 */
export const FAILOVER_MS = 5_000;

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
  /**
   * An INVITE is answered after all by a server that was silent for so long that another one was
   * asked in its place. Its refusals are of no interest.
   */
  onLate?(response: SipResponse, sent: SentRequest, nowMs: number): void;
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

/**
 * One request of ours from look-up to final response: it finds the address, goes on to the next
 * one where the transport fails, nobody answers or the server says 503, and answers challenges.
 * @see RFC 3263 §4.3
 */
export class ClientRequest implements TransactionUser {
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
  readonly #answers: ChallengeAnswers | undefined;
  /** 503 of a server in whose place others were asked. */
  #outOfService: { readonly response: SipResponse; readonly sent: SentRequest } | undefined;
  /** Whether the last attempt has not been answered for longer than one waits where others are. */
  #isQuiet = false;
  #forgone = false;
  /** Every address that its hops were found to have. */
  readonly #located: SipAddress[] = [];
  /** INVITEs to servers that others were asked in place of: they may yet be answered. */
  readonly #left = new Map<ClientTransactionId, SentRequest>();

  constructor(stack: Stack, spec: ClientRequestSpec, owner: RequestOwner) {
    this.#stack = stack;
    this.#spec = spec;
    this.#owner = owner;
    const { hop, backups = [], prefer, routes = [], credentials } = spec;
    const route = routes.map((value) => ({ name: "route", value }));
    const { request } = spec;
    this.#request = { ...request, headers: [...route, ...request.headers] };
    this.#hops = hop === undefined ? [] : [hop, ...backups];
    if (prefer !== undefined) this.#addresses = [prefer];
    if (credentials !== undefined) this.#answers = new ChallengeAnswers(stack, credentials);
  }

  /** The last attempt; `undefined` before the first. */
  get sent(): SentRequest | undefined {
    return this.#sent;
  }

  /** The addresses that the names on its way lead to, those that were not tried included. */
  get located(): readonly SipAddress[] {
    return this.#located;
  }

  /** Starts. It may end before this returns. */
  start(nowMs: number): void {
    this.#request = this.#answers?.signAhead(this.#request) ?? this.#request;
    const [hop] = this.#hops;
    const prefer = this.#addresses[0];
    // Whether there is another server decides how long this one may be silent.
    if (hop !== undefined && prefer !== undefined) this.#lookBehind(hop, prefer, nowMs);
    this.#next(nowMs);
  }

  /**
   * Locates the hop behind the preferred address, where that takes no time: an IP address does. A
   * name is looked up where the preferred address is silent, see `quiet`.
   */
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

  /** Forgets the INVITEs to servers that were left. */
  abandonLeft(nowMs: number): void {
    for (const transaction of this.#left.keys()) this.#stack.clients.abandon(transaction, nowMs);
    this.#left.clear();
  }

  /** A response to the running transaction. */
  receive(response: SipResponse, transaction: ClientTransactionId, nowMs: number): void {
    const left = this.#left.get(transaction);
    if (left !== undefined) {
      if (response.status < 300) this.#owner.onLate?.(response, left, nowMs);
      return;
    }
    const sent = this.#sent;
    // A late copy for an attempt that was challenged and replaced.
    if (sent === undefined || sent.transaction !== transaction) return;
    this.#isQuiet = false;
    if (response.status === 503) {
      this.#stack.blacklist.failed(sent.to, nowMs, retryAfterMs(response));
      if (this.#hasMore && !this.#forgone) {
        this.#stack.log("info", `${sent.to.host} is out of service: another is asked`);
        this.#outOfService = { response, sent };
        this.#next(nowMs);
        return;
      }
    } else this.#stack.blacklist.answered(sent.to);
    const { status } = response;
    if (status >= 200 && status < 300) this.#answers?.confirmed(sent.request, response);
    if ((status === 401 || status === 407) && this.#answer(response)) {
      // The one who asked gets the answer, and all the time it needs.
      if (!this.#send(sent.to, nowMs)) this.#end(nowMs);
      return;
    }
    this.#owner.onResponse(response, sent, nowMs);
  }

  /**
   * Nobody has answered the running transaction for a while. It goes on unless there is somebody
   * else to ask.
   */
  quiet(transaction: ClientTransactionId, nowMs: number): void {
    const sent = this.#sent;
    if (sent === undefined || sent.transaction !== transaction || this.#forgone) return;
    this.#isQuiet = true;
    this.#seekOther(sent, nowMs);
  }

  #seekOther(sent: SentRequest, nowMs: number): void {
    if (this.#hasAddress) {
      // Before it has answered it cannot be cancelled. @see RFC 3261 §9.1
      if (this.#owner.onLate !== undefined) this.#left.set(sent.transaction, sent);
      if (this.#left.has(sent.transaction)) this.#stack.clients.hush(sent.transaction, nowMs);
      else this.#stack.clients.abandon(sent.transaction, nowMs);
      this.fail("timeout", sent.transaction, nowMs);
      return;
    }
    const hop = this.#hops.shift();
    if (hop === undefined) return;
    this.#stack.locator.locate(hop, nowMs, (found, atMs) => {
      if (!this.#isQuiet || this.#forgone || this.#sent !== sent) return;
      this.#addresses = [...this.#stack.blacklist.sorted(found, atMs)];
      this.#seekOther(sent, atMs);
    });
  }

  /** The running transaction failed. */
  fail(cause: "timeout" | "transport", transaction: ClientTransactionId, nowMs: number): void {
    const sent = this.#sent;
    if (sent === undefined || sent.transaction !== transaction) return;
    this.#stack.blacklist.failed(sent.to, nowMs);
    this.#isQuiet = false;
    this.#outOfService = undefined;
    this.#failure =
      cause === "timeout"
        ? { status: 408, reason: "nobody answered" }
        : { status: 503, reason: "the network refused to carry it" };
    if (this.#forgone) this.#end(nowMs);
    else this.#next(nowMs);
  }

  get #hasMore(): boolean {
    return this.#hops.length > 0 || this.#hasAddress;
  }

  get #hasAddress(): boolean {
    return this.#addresses.some((address) => !this.#wasTried(address));
  }

  #wasTried(address: SipAddress): boolean {
    return this.#tried.some((tried) => samePlace(tried, address));
  }

  #end(nowMs: number): void {
    if (this.#outOfService !== undefined) {
      // Nobody else was there: what was said is told, with how long to leave it alone.
      const { response, sent } = this.#outOfService;
      this.#outOfService = undefined;
      this.#owner.onResponse(response, sent, nowMs);
      return;
    }
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
      this.#located.push(...found);
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
    if (this.#answers === undefined || this.#forgone) return false;
    const { method } = this.#request;
    const answered = this.#answers.answer(this.#request, response, () =>
      printCSeq({ sequence: this.#owner.takeSequence(), method }),
    );
    if (answered.ok) this.#request = answered.value;
    else this.#stack.log("warn", `a challenge cannot be answered: ${answered.error}`);
    return answered.ok;
  }
}

/** How long a server asks to be left alone. */
function retryAfterMs(response: SipResponse): number {
  return (secondsOf(headerValue(response, "retry-after")) ?? 0) * 1000;
}
