import { latin1FromBytes } from "../base/bytes.ts";
import { type Core, earliestMs } from "../base/core.ts";
import { unreachable } from "../base/invariant.ts";
import { bindingAnswer } from "../base/stun/binding-answer.ts";
import { isStun } from "../base/stun/stun-message.ts";
import { Notifier } from "./events/notifier.ts";
import { Subscriptions } from "./events/subscriptions.ts";
import { IncomingRequests } from "./incoming-requests.ts";
import type { DnsAnswer } from "./locator.ts";
import { AddressProbe } from "./nat/address-probe.ts";
import { Registrations } from "./registration/registrations.ts";
import type { GuardCounts } from "./security/source-guard.ts";
import { sendRequest } from "./send-request.ts";
import { OutgoingInvite } from "./session/outgoing-invite.ts";
import { respondStatus } from "./session/respond-status.ts";
import { Stack } from "./stack.ts";
import type {
  SipAddress,
  UaCommand,
  UaInput,
  UaOutput,
  UserAgentConfig,
} from "./user-agent-types.ts";
import { parseMessage } from "./wire/parse-message.ts";

/** What a ping is answered with. @see RFC 5626 §3.5.1 */
const PONG = new Uint8Array([0x0d, 0x0a]);

/** Timers run in one `timeout`; what is left is due at once again. */
const TIMERS_PER_TIMEOUT = 10_000;

/** How much a user agent keeps, in counts. */
export interface UserAgentLoad {
  readonly clientTransactions: number;
  readonly serverTransactions: number;
  readonly dialogs: number;
  readonly sessions: number;
  /** INVITEs to us that are not answered yet. */
  readonly invites: number;
  /** What we are told of, and what we tell others of. */
  readonly subscriptions: number;
  readonly watches: number;
  /** REFERs whose senders ask by themselves what becomes of them, and who asks. */
  readonly refers: number;
}

/**
 * A SIP user agent: accounts with their registrations, sessions both ways, and requests outside of
 * them. It is a {@link Core}: datagrams, commands and timeouts go in; datagrams, look-ups, events
 * and log entries come out.
 *
 * Layers, each in its folder: `wire` (text), `transaction` (RFC 3261 §17), `dialog`, `session` and
 * `registration`. What comes in a datagram is parsed, matched to a transaction, then to a dialog,
 * and brought to the leg that answers it; a command goes straight to its leg.
 *
 * No datagram makes it throw. A command with a session id that is gone does nothing: ends cross.
 */
export class UserAgent implements Core<UaInput, UaOutput> {
  readonly #stack: Stack;
  readonly #requests: IncomingRequests;
  readonly #registrations: Registrations;
  readonly #subscriptions: Subscriptions;
  readonly #addressProbe: AddressProbe | undefined;
  #isProbing = false;
  /** Who grants flows answers what keeps them open. @see RFC 5626 §8 */
  readonly #answersStun: boolean;
  readonly #notifier: Notifier;

  constructor(config: UserAgentConfig) {
    this.#stack = new Stack(config);
    this.#notifier = new Notifier(this.#stack);
    this.#requests = new IncomingRequests(this.#stack, this.#notifier);
    this.#subscriptions = new Subscriptions(this.#stack);
    this.#registrations = new Registrations(this.#stack, this.#subscriptions);
    this.#answersStun = config.serves.includes("REGISTER");
    const { stunServer } = config;
    if (stunServer === undefined) return;
    this.#addressProbe = new AddressProbe(this.#stack, stunServer, (nowMs) =>
      this.#registrations.addressChanged(nowMs),
    );
  }

  handle(input: UaInput, nowMs: number): readonly UaOutput[] {
    switch (input.kind) {
      case "datagram":
        this.#receive(input.bytes, input.from, nowMs);
        break;
      case "command":
        this.#command(input.command, nowMs);
        break;
      case "resolved":
        this.#resolved(input.query, { record: "address", hosts: input.hosts }, nowMs);
        break;
      case "resolved-srv":
        this.#resolved(input.query, { record: "srv", records: input.records }, nowMs);
        break;
      case "resolved-naptr":
        this.#resolved(input.query, { record: "naptr", records: input.records }, nowMs);
        break;
      case "send-failed":
        this.#sendFailed(input.to, input.reason, nowMs);
        break;
      case "connected":
        this.#stack.nearEnds.learn(input.to, input.local);
        break;
      case "network-changed":
        this.#networkChanged(nowMs);
        break;
      case "timeout":
        this.#timeout(nowMs);
        break;
      default:
        unreachable(input);
    }
    return this.#stack.drain();
  }

  deadlineMs(): number | undefined {
    const { clients, servers, locator, legs } = this.#stack;
    return earliestMs(
      clients.deadlineMs(),
      servers.deadlineMs(),
      locator.deadlineMs(),
      legs.deadlines.earliestMs(),
      this.#registrations.deadlineMs(),
      this.#addressProbe?.deadlineMs(),
      this.#subscriptions.deadlineMs(),
      this.#notifier.deadlineMs(),
    );
  }

  /** What was dropped without a word so far. */
  get dropped(): GuardCounts {
    return this.#stack.guard?.counts ?? { scanners: 0, floods: 0 };
  }

  /** What it keeps at the moment: for figures, and to see that nothing is left behind. */
  get load(): UserAgentLoad {
    const { clients, servers, legs } = this.#stack;
    return {
      clientTransactions: clients.size,
      serverTransactions: servers.size,
      dialogs: legs.dialogs,
      sessions: legs.sessions,
      invites: legs.invites,
      subscriptions: this.#subscriptions.size,
      watches: this.#notifier.size,
      refers: this.#notifier.refers,
    };
  }

  /** Whether what comes from there comes from a server of that account. */
  isServerOf(account: string, source: SipAddress, nowMs: number): boolean {
    return this.#stack.accounts.isServerOf(account, source, nowMs);
  }

  #resolved(query: string, answer: DnsAnswer, nowMs: number): void {
    this.#stack.locator.resolved(query, answer, nowMs);
  }

  #receive(bytes: Uint8Array, from: SipAddress, nowMs: number): void {
    if (isPing(bytes)) {
      this.#stack.send(PONG, from);
      return;
    }
    if (bytes.length === 2 && bytes[0] === 0x0d && bytes[1] === 0x0a) {
      this.#registrations.pong(from, nowMs);
      return;
    }
    if (isStun(bytes)) {
      if (this.#answersStun && from.transport === "udp") this.#answerStun(bytes, from, nowMs);
      this.#registrations.stun(bytes, from, nowMs);
      this.#addressProbe?.stun(bytes, from, nowMs);
      return;
    }
    if (this.#stack.dropsUnread(bytes, from, nowMs)) return;
    const parsed = parseMessage(latin1FromBytes(bytes), bytes);
    if (!parsed.ok) {
      this.#requests.refuseMalformed(parsed.error, from, nowMs);
      return;
    }
    const message = parsed.value;
    if (message.kind === "request") {
      this.#requests.receive(message, from, nowMs);
      return;
    }
    for (const event of this.#stack.clients.receive(message, nowMs)) {
      if (event.kind === "response") {
        event.user?.receive(event.response, event.transaction, nowMs);
      }
    }
  }

  /** What nobody signs is answered as often as a source may ask for anything else. */
  #answerStun(bytes: Uint8Array, from: SipAddress, nowMs: number): void {
    const answer = bindingAnswer(bytes, from);
    if (answer === undefined || this.#stack.guard?.dropsUnreadable(from, nowMs) === true) return;
    this.#stack.send(answer, from);
  }

  #sendFailed(to: SipAddress, reason: string, nowMs: number): void {
    this.#stack.log("info", `sending to ${to.host} failed: ${reason}`, { port: to.port });
    for (const event of this.#stack.clients.sendFailed(to, nowMs)) {
      if (event.kind === "failed") event.user?.fail(event.cause, event.transaction, nowMs);
    }
    this.#registrations.connectionLost(to, nowMs);
  }

  #networkChanged(nowMs: number): void {
    this.#stack.blacklist.clear();
    this.#stack.publicAddresses.clear();
    this.#stack.nearEnds.clear();
    this.#stack.accounts.networkChanged(nowMs);
    this.#registrations.networkChanged(nowMs);
    this.#addressProbe?.start(nowMs);
  }

  #timeout(nowMs: number): void {
    const { servers, locator, legs } = this.#stack;
    for (let count = 0; count < TIMERS_PER_TIMEOUT; count++) {
      const isRun =
        this.#clientTimeout(nowMs) ||
        servers.timeout(nowMs) !== undefined ||
        locator.timeout(nowMs) ||
        this.#registrations.timeout(nowMs) ||
        this.#addressProbe?.timeout(nowMs) === true ||
        this.#subscriptions.timeout(nowMs) ||
        this.#notifier.timeout(nowMs);
      if (isRun) continue;
      const leg = legs.deadlines.takeDue(nowMs);
      if (leg === undefined) return;
      leg.timeout(nowMs);
    }
  }

  #clientTimeout(nowMs: number): boolean {
    const events = this.#stack.clients.timeout(nowMs);
    if (events === undefined) return false;
    for (const event of events) {
      if (event.kind === "failed") event.user?.fail(event.cause, event.transaction, nowMs);
      if (event.kind === "quiet") event.user?.quiet(event.transaction, nowMs);
    }
    return true;
  }

  #command(command: UaCommand, nowMs: number): void {
    const { legs } = this.#stack;
    switch (command.kind) {
      case "add-account":
        this.#registrations.add(command.account, nowMs);
        this.#startProbe(nowMs);
        return;
      case "remove-account":
        this.#registrations.remove(command.account, nowMs);
        return;
      case "invite":
        OutgoingInvite.start(this.#stack, command, nowMs);
        return;
      case "respond":
        legs.session(command.session)?.respond(command, nowMs);
        return;
      case "reinvite":
        legs.session(command.session)?.reinvite(command, nowMs);
        return;
      case "take-back":
        legs.session(command.session)?.takeBack?.(nowMs);
        return;
      case "ack":
        legs.session(command.session)?.ack(command, nowMs);
        return;
      case "end":
        if (
          command.request !== undefined &&
          legs.session(command.session)?.standing.stage !== "up"
        ) {
          this.#stack.emit({ kind: "response", request: command.request, status: 481 });
        }
        legs.session(command.session)?.end(command, nowMs);
        return;
      case "subscribe":
        this.#subscriptions.subscribe(command, nowMs);
        return;
      case "unsubscribe":
        this.#subscriptions.unsubscribe(command.subscription, nowMs);
        return;
      case "tell":
      case "refuse-watch":
      case "end-watch":
        this.#notifier.command(command, nowMs);
        return;
      case "session-request":
      case "refer":
        this.#sessionRequest(command, nowMs);
        return;
      case "send-request":
        sendRequest(this.#stack, command, nowMs);
        return;
      case "reply":
        this.#reply(command, nowMs);
        return;
      default:
        unreachable(command);
    }
  }

  /** With the first account: before that nobody needs to know. */
  #startProbe(nowMs: number): void {
    if (this.#isProbing) return;
    this.#isProbing = true;
    this.#addressProbe?.start(nowMs);
  }

  #sessionRequest(
    command: Extract<UaCommand, { readonly kind: "session-request" | "refer" }>,
    nowMs: number,
  ): void {
    const leg = this.#stack.legs.session(command.session);
    if (leg !== undefined) leg.request(command, nowMs);
    else this.#stack.emit({ kind: "response", request: command.request, status: 481 });
  }

  #reply(command: Extract<UaCommand, { readonly kind: "reply" }>, nowMs: number): void {
    const transaction = this.#stack.transactionOf(command.request);
    const request =
      transaction === undefined ? undefined : this.#stack.servers.requestOf(transaction);
    if (transaction === undefined || request === undefined) {
      this.#stack.log("debug", `${command.request} waits for no reply any more`);
      return;
    }
    const { reason, headers, body } = command;
    const status = respondStatus(command.status);
    const leg = this.#stack.legs.invite(transaction);
    if (status >= 300 && leg?.declines?.(transaction, request, status, nowMs) === true) return;
    const tells = status < 300 && request.method === "UPDATE";
    const own = tells ? (leg?.answerHeaders?.() ?? []) : [];
    const all = { reason, headers: [...own, ...(headers ?? [])], body };
    this.#stack.reply(transaction, request, status, nowMs, all);
    if (status >= 200) leg?.replied?.(transaction, nowMs);
  }
}

/** A double line end, which some peers send to keep a path open. @see RFC 5626 §3.5.1 */
function isPing(bytes: Uint8Array): boolean {
  return (
    bytes.length === 4 &&
    bytes[0] === 0x0d &&
    bytes[1] === 0x0a &&
    bytes[2] === 0x0d &&
    bytes[3] === 0x0a
  );
}
