import { printAddress } from "../base/address.ts";
import type { LogEvent, LogLevel } from "../base/log-event.ts";
import { AccountBook } from "./account-book.ts";
import { carriedText } from "./auth/digest.ts";
import type { ClientRequest } from "./client-request.ts";
import { Locator } from "./locator.ts";
import { createResponse, type ResponseParts } from "./responses.ts";
import { LegRegistry } from "./session/leg-registry.ts";
import { ClientTransactions } from "./transaction/client-transactions.ts";
import { type ServerTransactionId, ServerTransactions } from "./transaction/server-transactions.ts";
import { DEFAULT_TIMERS, giveUpMs, type TransactionTimers } from "./transaction/timers.ts";
import { BRANCH_COOKIE } from "./transaction/transaction-key.ts";
import type {
  SipAddress,
  SipTransport,
  UaEvent,
  UaOutput,
  UserAgentConfig,
} from "./user-agent-types.ts";
import type { SipHeader, SipRequest } from "./wire/message.ts";
import { printNameAddr } from "./wire/name-addr.ts";
import { printUri } from "./wire/uri.ts";

/** What the ids of `request` events begin with. */
const REQUEST_PREFIX = "request ";

/** Methods that a user agent answers by itself. */
const CORE_METHODS = ["INVITE", "ACK", "CANCEL", "BYE", "OPTIONS"] as const;

/** What every part of one user agent shares: outputs, transactions, names, sessions. */
export class Stack {
  readonly config: UserAgentConfig;
  readonly timers: TransactionTimers;
  readonly clients: ClientTransactions<ClientRequest | undefined>;
  readonly servers: ServerTransactions;
  readonly locator: Locator;
  readonly legs = new LegRegistry();
  readonly accounts = new AccountBook();
  /** To tag of answers that we keep no state for. */
  readonly statelessTag: string;
  /** Methods that are not answered 405. */
  readonly allowed: readonly string[];
  #outputs: UaOutput[] = [];

  constructor(config: UserAgentConfig) {
    this.config = config;
    this.timers = { ...DEFAULT_TIMERS, ...config.timers };
    this.statelessTag = config.createToken();
    this.allowed = [...new Set([...CORE_METHODS, ...config.serves])];
    const send = (bytes: Uint8Array, to: SipAddress) => this.send(bytes, to);
    this.clients = new ClientTransactions(this.timers, send);
    this.servers = new ServerTransactions(this.timers, send, config.createToken);
    this.locator = new Locator((output) => this.#outputs.push(output), giveUpMs(this.timers));
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

  /** Answers a request. False where its transaction is over. */
  reply(
    transaction: ServerTransactionId,
    request: SipRequest,
    status: number,
    nowMs: number,
    parts: ResponseParts = {},
  ): boolean {
    const toTag = parts.toTag ?? this.servers.tagOf(transaction);
    const response = createResponse(request, status, { ...parts, toTag });
    return this.servers.respond(transaction, response, nowMs);
  }

  /** Hands a request up that the layers above serve; they answer it with `reply`. */
  emitRequest(transaction: ServerTransactionId, message: SipRequest, session?: string): void {
    const source = this.servers.sourceOf(transaction);
    if (source === undefined) return;
    this.emit({
      kind: "request",
      request: `${REQUEST_PREFIX}${transaction}`,
      message,
      source,
      ...(session === undefined ? {} : { session }),
    });
  }

  /** The transaction of a request that was handed up. */
  transactionOf(request: string): ServerTransactionId | undefined {
    if (!request.startsWith(REQUEST_PREFIX)) return undefined;
    const id = Number(request.slice(REQUEST_PREFIX.length));
    return Number.isSafeInteger(id) ? id : undefined;
  }

  /**
   * A top Via with a fresh branch, asking for `rport` (RFC 3581 §3); `undefined` where we have no
   * such transport.
   */
  newVia(transport: SipTransport): string | undefined {
    const sentBy = this.#sentBy(transport);
    if (sentBy === undefined) return undefined;
    const branch = BRANCH_COOKIE + this.config.createToken();
    return `SIP/2.0/${transport.toUpperCase()} ${sentBy};rport;branch=${branch}`;
  }

  /** Our address of a transport as Via and Contact carry it. */
  #sentBy(transport: SipTransport): string | undefined {
    const local = this.config.local[transport];
    if (local === undefined) return undefined;
    if (local.port !== 0) return printAddress(local);
    return local.host.includes(":") ? `[${local.host}]` : local.host;
  }

  /** Our Contact URI on a transport. `user` is unescaped. */
  contactUri(transport: SipTransport, user: string): string | undefined {
    const local = this.config.local[transport];
    if (local === undefined) return undefined;
    return printUri({
      scheme: "sip",
      user,
      host: local.host,
      ...(local.port === 0 ? {} : { port: local.port }),
      params: new Map(),
    });
  }

  /** Our Contact value on a transport, or nothing where we have no such transport. */
  contactHeaders(transport: SipTransport, user: string): readonly SipHeader[] {
    const uriText = this.contactUri(transport, user);
    if (uriText === undefined) return [];
    return [{ name: "contact", value: printNameAddr({ uriText, params: new Map() }) }];
  }

  /** What we can do, for requests and answers that make a dialog and for OPTIONS. */
  abilityHeaders(): readonly SipHeader[] {
    return [{ name: "allow", value: this.allowed.join(", ") }];
  }

  /** User-Agent, beside what a request or answer has otherwise. */
  userAgentHeader(): SipHeader {
    return { name: "user-agent", value: carriedText(this.config.userAgentName) };
  }
}
