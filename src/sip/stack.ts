import { printAddress, type SocketAddress } from "../base/address.ts";
import type { LogEvent, LogLevel } from "../base/log-event.ts";
import { AccountBook } from "./account-book.ts";
import { carriedText } from "./auth/digest.ts";
import { NextNonces } from "./auth/next-nonces.ts";
import { answeredSessionId, ownSessionId } from "./dialog/session-id.ts";
import { Blacklist } from "./location/blacklist.ts";
import { isIpAddress, Locator } from "./locator.ts";
import { PublicAddresses } from "./nat/public-addresses.ts";
import { createResponse, type ResponseParts } from "./responses.ts";
import { KnownCalls } from "./security/known-calls.ts";
import { SourceGuard } from "./security/source-guard.ts";
import { LegRegistry } from "./session/leg-registry.ts";
import { RELIABLE } from "./session/reliable.ts";
import { TIMER } from "./session/session-timer.ts";
import { ClientTransactions } from "./transaction/client-transactions.ts";
import { type ServerTransactionId, ServerTransactions } from "./transaction/server-transactions.ts";
import {
  DEFAULT_TIMERS,
  giveUpMs,
  type TransactionConfigs,
  type TransactionTimers,
  transactionConfigs,
} from "./transaction/timers.ts";
import { BRANCH_COOKIE } from "./transaction/transaction-key.ts";
import type { TransactionUser } from "./transaction/transaction-user.ts";
import { isStream } from "./transaction/transports.ts";
import type {
  SipAddress,
  SipTransport,
  UaEvent,
  UaOutput,
  UserAgentConfig,
} from "./user-agent-types.ts";
import type { SipHeader, SipRequest } from "./wire/message.ts";
import { printNameAddr } from "./wire/name-addr.ts";
import { NO_PARAMS, type SipParams } from "./wire/params.ts";
import { looksLikeResponse, peekCallId } from "./wire/peek-call-id.ts";
import { printUri } from "./wire/uri.ts";

/** What the ids of `request` events begin with. */
const REQUEST_PREFIX = "request ";

/** Where a name's records offer several, the first of these that they offer is taken. */
const PREFERRED = ["udp", "tcp", "tls", "memory"] as const satisfies readonly SipTransport[];

/** Methods that a user agent answers by itself. */
const CORE_METHODS = ["INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "PRACK", "UPDATE"] as const;

/** Extensions of every user agent. @see RFC 3891 §6.2, RFC 3262 §4 */
const CORE_EXTENSIONS = ["replaces", RELIABLE] as const;

/** Of a Contact whose owner wants to be reached over the flow that he is registered over. */
const OVER_OUR_FLOW: SipParams = new Map([["ob", undefined]]);

/** What every part of one user agent shares: outputs, transactions, names, sessions. */
export class Stack {
  readonly config: UserAgentConfig;
  readonly timers: TransactionTimers;
  readonly configs: TransactionConfigs;
  readonly clients: ClientTransactions<TransactionUser | undefined>;
  readonly servers: ServerTransactions;
  readonly locator: Locator;
  readonly legs: LegRegistry;
  readonly accounts = new AccountBook();
  /** Addresses that did not answer. */
  readonly blacklist = new Blacklist();
  readonly nextNonces = new NextNonces();
  readonly publicAddresses = new PublicAddresses();
  /** The near ends of our connections: where we are reached on them by who opens none himself. */
  readonly nearEnds = new PublicAddresses();
  /** Keeps scanners and floods away; undefined where nothing was said of limits. */
  readonly guard: SourceGuard | undefined;
  readonly #knownCalls = new KnownCalls(() => this.#callIds());
  /** Looks at a REFER about a session first; true where it is not to be handed up as it is. */
  onRefer:
    | ((
        refer: {
          readonly transaction: ServerTransactionId;
          readonly request: SipRequest;
          readonly source: SipAddress;
        },
        session: string,
        nowMs: number,
      ) => boolean)
    | undefined;
  /** To tag of answers that we keep no state for. */
  readonly statelessTag: string;
  /** Methods that are not answered 405. */
  readonly allowed: readonly string[];
  /** Extensions that peers may require of us, in lower case. */
  readonly supported: readonly string[];
  /** What others may subscribe to, as Allow-Events has it. */
  readonly #events: string;
  readonly #abilities: readonly SipHeader[];
  readonly #userAgent: SipHeader;
  readonly #sessionSecret: string;
  #outputs: UaOutput[] = [];

  constructor(config: UserAgentConfig) {
    this.config = config;
    this.timers = { ...DEFAULT_TIMERS, ...config.timers };
    this.configs = transactionConfigs(this.timers);
    this.statelessTag = config.createToken();
    this.#sessionSecret = config.sessionIds === true ? config.createToken() : "";
    const log = (level: LogLevel, text: string) => this.log(level, text);
    this.guard = config.guard === undefined ? undefined : new SourceGuard(config.guard, log);
    const tells = config.tells ?? [];
    const subscribe = tells.length === 0 ? [] : ["SUBSCRIBE"];
    this.allowed = [...new Set([...CORE_METHODS, ...config.serves, ...subscribe])];
    this.#events = tells.map(({ name }) => name).join(", ");
    const refers = config.serves.includes("REFER");
    this.supported = [
      ...CORE_EXTENSIONS,
      ...(config.extensions ?? []),
      ...(refers ? ["norefersub", "nosub"] : []),
      ...(config.sessionTimer === undefined ? [] : [TIMER]),
    ];
    this.#abilities = [
      { name: "allow", value: this.allowed.join(", ") },
      // An empty list says that there is no extension. @see RFC 3261 §20.37
      { name: "supported", value: this.supported.join(", ") },
      // @see RFC 6665 §4.4.4
      ...(this.#events === "" ? [] : [{ name: "allow-events", value: this.#events }]),
    ];
    this.#userAgent = { name: "user-agent", value: carriedText(config.userAgentName) };
    const send = (bytes: Uint8Array, to: SipAddress) => this.send(bytes, to);
    this.clients = new ClientTransactions(this.timers, send, (user) => user?.forgotten?.());
    this.servers = new ServerTransactions(this.timers, send, config.createToken);
    this.legs = new LegRegistry((callId) => this.#knownCalls.add(callId));
    this.locator = new Locator((output) => this.#outputs.push(output), {
      patienceMs: giveUpMs(this.timers),
      transports: this.transports,
      createToken: config.createToken,
    });
  }

  /** What has come out since the last call. */
  drain(): readonly UaOutput[] {
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }

  send(bytes: Uint8Array, to: SipAddress): void {
    this.#outputs.push({ kind: "send", bytes, to });
  }

  emit(event: UaEvent): void {
    this.#outputs.push({ kind: "event", event });
  }

  /** `text` never holds a credential. */
  log(level: LogLevel, text: string, data?: LogEvent["data"]): void {
    const event = { level, area: "sip", text, ...(data === undefined ? {} : { data }) };
    this.#outputs.push({ kind: "log", event });
  }

  /**
   * Whether a datagram is dropped before anything but its Call-ID is looked at: a request that
   * belongs to nothing we have, from a source that has sent as much as it may.
   */
  dropsUnread(bytes: Uint8Array, source: SipAddress, nowMs: number): boolean {
    const { guard } = this;
    if (guard?.isSpent(source, nowMs) !== true || looksLikeResponse(bytes)) return false;
    const callId = peekCallId(bytes);
    if (callId !== undefined && this.#knownCalls.has(callId, nowMs)) return false;
    return guard.dropsUnreadable(source, nowMs);
  }

  /** A request of that Call-ID is kept from now on. */
  keeps(callId: string, nowMs: number): void {
    this.#knownCalls.add(callId, nowMs);
  }

  *#callIds(): Iterable<string> {
    yield* this.servers.callIds();
    yield* this.legs.callIds();
  }

  /** Answers a request. False where its transaction is over. */
  reply(
    transaction: ServerTransactionId,
    request: SipRequest,
    status: number,
    nowMs: number,
    parts: ResponseParts = {},
  ): boolean {
    const toTag = parts.toTag ?? this.servers.tagOf(transaction);
    const own = this.sessionIdFor(request, parts.headers);
    const isWhole = own.length === 0;
    const all = isWhole ? parts : { ...parts, headers: [...own, ...(parts.headers ?? [])] };
    const response = createResponse(request, status, all, toTag);
    return this.servers.respond(transaction, response, nowMs);
  }

  /** Hands a request up that the layers above serve; they answer it with `reply`. */
  emitRequest(
    transaction: ServerTransactionId,
    message: SipRequest,
    nowMs: number,
    session?: string,
    account?: string,
  ): void {
    const source = this.servers.sourceOf(transaction);
    if (source === undefined) return;
    const isRefer = message.method === "REFER" && session !== undefined;
    if (isRefer && this.onRefer?.({ transaction, request: message, source }, session, nowMs))
      return;
    this.emit({
      kind: "request",
      request: `${REQUEST_PREFIX}${transaction}`,
      message,
      source,
      ...this.originOf(source, nowMs),
      ...(session === undefined ? {} : { session }),
      ...(account === undefined ? {} : { account }),
    });
  }

  /** What an event says of where its message came from. */
  originOf(source: SipAddress | undefined, nowMs: number): { readonly fromServer?: true } {
    const isServer = source !== undefined && this.accounts.isAnyServer(source, nowMs);
    return isServer ? { fromServer: true } : {};
  }

  /** The transaction of a request that was handed up. */
  transactionOf(request: string): ServerTransactionId | undefined {
    if (!request.startsWith(REQUEST_PREFIX)) return undefined;
    const id = Number(request.slice(REQUEST_PREFIX.length));
    return Number.isSafeInteger(id) ? id : undefined;
  }

  /** The transports that we have, the one we like best first. */
  get transports(): readonly SipTransport[] {
    return PREFERRED.filter((transport) => this.config.local[transport] !== undefined);
  }

  /**
   * A top Via with a fresh branch, asking for `rport` (RFC 3581 §3) and, where we can be called
   * back on the connection, with `alias` (RFC 5923); `undefined` where we have no transport
   * that leads there.
   */
  newVia(to: SipTransport | SipAddress): string | undefined {
    const transport = typeof to === "string" ? to : to.transport;
    const local = this.localOf(to);
    if (local === undefined) return undefined;
    const branch = BRANCH_COOKIE + this.config.createToken();
    const alias = transport === "tls" && local.port !== 0 ? ";alias" : "";
    const sentBy = printSentBy(local);
    return `SIP/2.0/${transport.toUpperCase()} ${sentBy};rport${alias};branch=${branch}`;
  }

  /** Our address on a transport, of the family that the other end has. */
  localOf(to: SipTransport | SipAddress): SocketAddress | undefined {
    const { local, local6 } = this.config;
    if (typeof to === "string") return local[to];
    const own = local[to.transport];
    const isV6 = to.host.includes(":");
    // Nearly always: no name need be told from an address then.
    if (!isV6 && own?.host.includes(":") === false) return own;
    if (to.transport === "memory" || !isIpAddress(to.host)) return own;
    return [own, local6?.[to.transport]].find((one) => one?.host.includes(":") === isV6);
  }

  /**
   * Our Contact URI toward a peer: the address that it sees us at where that is not our own.
   * `user` is unescaped. `secure`: the other side names itself by `sips:`, and so do we.
   * @see RFC 3261 §8.1.1.8, §12.1.1
   */
  contactUri(near: SipTransport | SipAddress, user: string, secure: boolean): string | undefined {
    const local = this.localOf(near);
    if (local === undefined) return undefined;
    if (typeof near === "string") return this.ownContactUri(near, user, secure);
    const gruu = this.accounts.gruuOf(user, near);
    if (gruu !== undefined) return gruu;
    // So that what comes inside the dialog takes our flow as well. @see RFC 5626 §4.3
    const keeps = this.accounts.keepsFlow(user, near);
    return this.ownContactUri(near, user, secure, keeps ? OVER_OUR_FLOW : undefined);
  }

  /** The same, never a URI that a registrar gave us: for REGISTER. */
  ownContactUri(
    near: SipTransport | SipAddress,
    user: string,
    secure: boolean,
    params: SipParams = NO_PARAMS,
  ): string | undefined {
    const local = this.localOf(near);
    if (local === undefined) return undefined;
    const transport = typeof near === "string" ? near : near.transport;
    const seen = typeof near === "string" ? undefined : this.publicAddresses.of(near);
    const { host, port } = seen ?? local;
    // `sips:` is over TLS whatever is said beside it. @see RFC 5630 §3.1.4
    const isNamed = isStream(transport) && !secure;
    return printUri({
      scheme: secure ? "sips" : "sip",
      user,
      host,
      ...(port === 0 ? {} : { port }),
      params: isNamed ? new Map([["transport", transport], ...params]) : params,
    });
  }

  /** Our Contact value toward a peer, or nothing where we have no such transport. */
  contactHeaders(
    near: SipTransport | SipAddress,
    user: string,
    secure: boolean,
  ): readonly SipHeader[] {
    const uriText = this.contactUri(near, user, secure);
    if (uriText === undefined) return [];
    return [{ name: "contact", value: printNameAddr({ uriText, params: NO_PARAMS }) }];
  }

  /** The Session-ID of an answer to a request of a call, where none is given. */
  sessionIdFor(
    request: Pick<SipRequest, "method" | "headers">,
    given: readonly SipHeader[] = [],
  ): readonly SipHeader[] {
    if (this.config.sessionIds !== true || given.some(({ name }) => name === "session-id")) {
      return [];
    }
    const asked = request.headers.find(({ name }) => name === "session-id");
    if (asked === undefined && request.method !== "INVITE") return [];
    const callId = request.headers.find(({ name }) => name === "call-id")?.value ?? "";
    return [answeredSessionId(asked?.value, this.ownSessionId(callId))];
  }

  /** Our own identifier for the session of a call. */
  ownSessionId(callId: string): string {
    return ownSessionId(this.config.hashes.sha256, this.#sessionSecret, callId);
  }

  /** Whether others may subscribe to something. */
  get isNotifier(): boolean {
    return this.#events !== "";
  }

  /** What we can do, for requests and answers that make a dialog and for OPTIONS. */
  abilityHeaders(): readonly SipHeader[] {
    return this.#abilities;
  }

  /** User-Agent, beside what a request or answer has otherwise. */
  userAgentHeader(): SipHeader {
    return this.#userAgent;
  }
}

/** An address as a Via has it: without a port where there is none to be reached at. */
function printSentBy(local: SocketAddress): string {
  if (local.port !== 0) return printAddress(local);
  return local.host.includes(":") ? `[${local.host}]` : local.host;
}
