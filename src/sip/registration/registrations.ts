import { type SocketAddress, sameAddress } from "../../base/address.ts";
import { earliestMs } from "../../base/core.ts";
import { aorOf, credentialsOf } from "../account-book.ts";
import { ClientRequest, type SentRequest } from "../client-request.ts";
import { DeadlineQueue } from "../deadline-queue.ts";
import type { Subscriptions } from "../events/subscriptions.ts";
import { samePlace } from "../location/blacklist.ts";
import type { Stack } from "../stack.ts";
import { isStream } from "../transaction/transports.ts";
import type { SipAccount, SipAddress } from "../user-agent-types.ts";
import { headerValue, type SipRequest, type SipResponse } from "../wire/message.ts";
import { parseNameAddr } from "../wire/name-addr.ts";
import { grantedBy, seenAddress } from "./granted.ts";
import { leaseOf, secondsOf } from "./lease.ts";
import { keepAliveFor, PathKeeper } from "./path-keeper.ts";
import {
  addressOf,
  contactOf,
  instanceParam,
  registerContacts,
  registerRequest,
} from "./register-request.ts";
import {
  REGISTRATION_IDLE,
  type RegistrationAction,
  type RegistrationConfig,
  type RegistrationInput,
  type RegistrationState,
  registrationDeadlineMs,
  registrationStep,
} from "./registration.ts";
import { RegistrationWatch, type Revoked } from "./registration-watch.ts";

/**
 * How often in a row a registration is repeated because the server saw us elsewhere than we said: a
 * translator that gives every packet another port would have us do it for ever.
 */
export const ADDRESS_CHANGES_MAX = 2;

interface Registration {
  readonly account: SipAccount;
  readonly config: RegistrationConfig;
  readonly callId: string;
  readonly fromTag: string;
  state: RegistrationState;
  sequence: number;
  request: ClientRequest | undefined;
  /** What the last refusal was, for the event. */
  refusal: { readonly status?: number; readonly reason: string };
  /** The Contact URI that the server has of us. */
  bound: string | undefined;
  keeper: PathKeeper | undefined;
  addressChanges: number;
}

/** The registrations of all accounts: the machine's actions carried out. */
export class Registrations {
  readonly #stack: Stack;
  readonly #live = new Map<string, Registration>();
  readonly #deadlines = new DeadlineQueue<Registration>();
  readonly #watch: RegistrationWatch;

  constructor(stack: Stack, subscriptions: Subscriptions) {
    this.#stack = stack;
    this.#watch = new RegistrationWatch(subscriptions, {
      bound: (account) => this.#live.get(account)?.bound,
      revoked: (account, why, nowMs) => this.#revoked(account, why, nowMs),
    });
  }

  /** Takes an account; one of the same id is replaced without a word to its server. */
  add(account: SipAccount, nowMs: number): void {
    const before = this.#live.get(account.id);
    if (before !== undefined) this.#drop(before, nowMs);
    this.#stack.accounts.set(account);
    const { createToken } = this.#stack.config;
    const contact = contactOf(this.#stack, account, addressOf(account.server)) ?? "";
    const registration: Registration = {
      account,
      config: { expiresS: account.expiresS, spreadSeed: `${aorOf(account)} ${contact}` },
      callId: createToken(),
      fromTag: createToken(),
      state: REGISTRATION_IDLE,
      sequence: 0,
      request: undefined,
      refusal: { reason: "" },
      bound: undefined,
      keeper: undefined,
      addressChanges: 0,
    };
    this.#live.set(account.id, registration);
    if (account.register) this.#step(registration, { kind: "start" }, nowMs);
  }

  /** Gives an account up; where it may be bound its server is told. */
  remove(id: string, nowMs: number): void {
    const registration = this.#live.get(id);
    if (registration === undefined) {
      this.#stack.log("debug", `there is no account ${id} to remove`);
      return;
    }
    this.#watch.removed(registration.account, nowMs);
    this.#step(registration, { kind: "stop" }, nowMs);
  }

  /** The registrar says that our contact is gone. */
  #revoked(account: string, { event, waitMs }: Revoked, nowMs: number): void {
    const registration = this.#live.get(account);
    if (registration === undefined) return;
    registration.refusal = { reason: `the server ended the registration (${event})` };
    this.#step(registration, { kind: "revoked", waitMs }, nowMs);
  }

  /** A connection to there broke: who is called on it needs another one. */
  connectionLost(to: SipAddress, nowMs: number): void {
    if (!isStream(to.transport)) return;
    for (const registration of [...this.#live.values()]) {
      const reached = this.#stack.accounts.reachedOf(registration.account.id);
      if (reached === undefined || !samePlace(reached, to)) continue;
      this.#step(registration, { kind: "flow-lost" }, nowMs);
    }
  }

  /** Everybody registers anew: our addresses may be others. */
  networkChanged(nowMs: number): void {
    for (const registration of [...this.#live.values()]) {
      registration.addressChanges = 0;
      this.#step(registration, { kind: "renew" }, nowMs);
    }
  }

  /** A single line end came, the answer to a keep-alive. */
  pong(from: SipAddress, nowMs: number): void {
    for (const registration of [...this.#live.values()]) {
      registration.keeper?.pong(from, nowMs);
      this.#setDeadline(registration);
    }
  }

  /** A STUN message came. `bytes` is borrowed. */
  stun(bytes: Uint8Array, from: SipAddress, nowMs: number): void {
    for (const registration of [...this.#live.values()]) {
      registration.keeper?.stun(bytes, from, nowMs);
      this.#setDeadline(registration);
    }
  }

  deadlineMs(): number | undefined {
    return this.#deadlines.earliestMs();
  }

  /** Runs one timer that is due; false where none is. */
  timeout(nowMs: number): boolean {
    const registration = this.#deadlines.takeDue(nowMs);
    if (registration === undefined) return false;
    const { keeper } = registration;
    if (keeper !== undefined && keeper.deadlineMs() <= nowMs) keeper.timeout(nowMs);
    this.#step(registration, { kind: "timeout" }, nowMs);
    return true;
  }

  #step(registration: Registration, input: RegistrationInput, nowMs: number): void {
    const step = registrationStep(registration.config, registration.state, input, nowMs);
    registration.state = step.state;
    if (step.state.kind !== "registered") this.#stopKeeper(registration, nowMs);
    this.#setDeadline(registration);
    for (const action of step.actions) this.#act(registration, action, nowMs);
    const isLeaving = step.state.kind === "unregistering" || step.state.kind === "gone";
    if (isLeaving && this.#live.get(registration.account.id) === registration) {
      this.#stack.accounts.delete(registration.account.id);
    }
    if (step.state.kind === "gone") this.#drop(registration, nowMs);
  }

  #setDeadline(registration: Registration): void {
    const { state, keeper, account } = registration;
    if (this.#live.get(account.id) !== registration) return;
    const deadlineMs = earliestMs(registrationDeadlineMs(state), keeper?.deadlineMs());
    this.#deadlines.set(registration, deadlineMs);
  }

  #stopKeeper(registration: Registration, nowMs: number): void {
    registration.keeper?.stop(nowMs);
    registration.keeper = undefined;
  }

  #act(registration: Registration, action: RegistrationAction, nowMs: number): void {
    const { account, refusal } = registration;
    switch (action.kind) {
      case "send":
        this.#send(registration, action.expiresS, nowMs);
        return;
      case "tell-registered":
        this.#stack.emit({
          kind: "registered",
          account: account.id,
          expiresS: action.expiresS,
          server: registration.request?.sent?.to ?? addressOf(account.server),
        });
        return;
      case "tell-failed":
        this.#stack.emit({
          kind: "registration-failed",
          account: account.id,
          ...refusal,
          retryMs: action.retryMs,
        });
        return;
      case "tell-unregistered":
        this.#stack.emit({ kind: "unregistered", account: account.id });
        return;
    }
  }

  #send(registration: Registration, expiresS: number, nowMs: number): void {
    const { account } = registration;
    registration.request?.abandon(nowMs);
    const request = new ClientRequest(
      this.#stack,
      {
        request: registerRequest(this.#stack, registration, ++registration.sequence, expiresS),
        hop: account.server,
        ...(account.backups === undefined ? {} : { backups: account.backups }),
        credentials: credentialsOf(account),
        contacts: (to) => registerContacts(this.#stack, account, to, registration.bound),
        fallback: this.#stack.accounts.reachedOf(account.id),
      },
      {
        takeSequence: () => ++registration.sequence,
        onResponse: (response, sent, atMs) => {
          // An answer to an attempt that was given up changes nothing.
          if (registration.request !== request || response.status < 200) return;
          this.#onResponse(registration, response, sent, expiresS, atMs);
        },
        onFailed: (status, reason, atMs) => {
          if (registration.request !== request) return;
          this.#stack.accounts.setReached(account.id, undefined);
          registration.refusal = status === 408 ? { reason } : { reason };
          this.#step(registration, { kind: "unanswered" }, atMs);
        },
      },
    );
    registration.request = request;
    request.start(nowMs);
  }

  #onResponse(
    registration: Registration,
    response: SipResponse,
    sent: SentRequest,
    askedS: number,
    nowMs: number,
  ): void {
    const { account } = registration;
    const { status, reason } = response;
    // What was sent, not what would be sent now: another account may have learned since.
    const contactUri = sentContact(sent.request);
    const leaseS = leaseOf(response, contactUri, askedS, instanceParam(account));
    if (status >= 200 && status < 300 && (leaseS > 0 || askedS === 0)) {
      registration.bound = askedS === 0 ? undefined : contactUri;
      this.#stack.accounts.setReached(account.id, sent.to);
      const isBackup = this.#isBackup(account, sent.to, nowMs);
      this.#step(registration, { kind: "accepted", leaseS, isBackup }, nowMs);
      if (registration.state.kind === "registered") {
        this.#settle(registration, response, sent.to, contactUri, nowMs);
        this.#watch.registered(account, nowMs);
      }
      return;
    }
    registration.refusal =
      status < 300 ? { status, reason: "the server did not keep our contact" } : { status, reason };
    this.#step(
      registration,
      {
        kind: "refused",
        status,
        minExpiresS: secondsOf(headerValue(response, "min-expires")),
        retryAfterS: secondsOf(headerValue(response, "retry-after")),
      },
      nowMs,
    );
  }

  /** Whether another server than the first one has us, because the first one failed. */
  #isBackup({ server, backups = [] }: SipAccount, to: SipAddress, nowMs: number): boolean {
    const failed = this.#stack.blacklist.hasAny(nowMs);
    const isFirst = server.host === to.host && (server.port ?? to.port) === to.port;
    return failed && !isFirst && (backups.length > 0 || server.host !== to.host);
  }

  /** Takes note of what the server granted and of where it saw us. */
  #settle(
    registration: Registration,
    response: SipResponse,
    to: SipAddress,
    contactUri: string,
    nowMs: number,
  ): void {
    const { account } = registration;
    const granted = grantedBy(response, contactUri, instanceParam(account));
    const { gruu: _, ...plain } = granted;
    const taken = account.usesGruu === true ? granted : { ...plain, gruu: undefined };
    this.#stack.accounts.setGranted(account.id, taken);
    // Where nobody can connect to us we are called on our connection, by the name of its near end.
    const local = this.#stack.localOf(to);
    const nearEnd = local?.port === 0 ? this.#stack.nearEnds.of(to) : undefined;
    const seen = seenAddress(response) ?? nearEnd;
    const hasMoved = seen !== undefined && this.#follow(registration, to, seen);
    if (hasMoved && registration.addressChanges <= ADDRESS_CHANGES_MAX) {
      this.#step(registration, { kind: "renew" }, nowMs);
      return;
    }
    if (!hasMoved) registration.addressChanges = 0;
    const isBehindTranslator = this.#stack.publicAddresses.of(to) !== undefined;
    const keepAlive = keepAliveFor(account, to, granted, isBehindTranslator);
    if (keepAlive === undefined) return;
    registration.keeper = new PathKeeper(
      this.#stack,
      account,
      to,
      keepAlive,
      {
        lost: (atMs) => this.#pathLost(registration, to, atMs),
        moved: (address, atMs) => {
          if (this.#follow(registration, to, address)) {
            this.#step(registration, { kind: "renew" }, atMs);
          }
        },
      },
      nowMs,
    );
    this.#setDeadline(registration);
  }

  /** Takes over the address that the far end sees us at; true where our Contact is another then. */
  #follow(registration: Registration, to: SipAddress, seen: SocketAddress): boolean {
    const local = this.#stack.localOf(to);
    if (registration.account.followsPublicAddress === false || local === undefined) return false;
    // On a connection of ours the port seen is not where we listen; without a translator in between
    // that is no reason to name it, unless nobody can connect to us anyway.
    const isOurs = sameAddress(seen, local) || (seen.host === local.host && isListening(to, local));
    this.#stack.publicAddresses.learn(to, isOurs ? undefined : seen);
    // It may have been learned by another account already: what the server has of this one counts.
    if (contactOf(this.#stack, registration.account, to) === registration.bound) return false;
    registration.addressChanges++;
    if (registration.addressChanges > ADDRESS_CHANGES_MAX) {
      this.#stack.log("warn", `${to.host} sees us at another address each time`);
    }
    return true;
  }

  #pathLost(registration: Registration, to: SipAddress, nowMs: number): void {
    this.#stack.log("warn", `${registration.account.id}: ${to.host} does not answer any more`);
    this.#stack.blacklist.failed(to, nowMs);
    this.#step(registration, { kind: "renew" }, nowMs);
  }

  #drop(registration: Registration, nowMs: number): void {
    registration.request?.abandon(nowMs);
    registration.request = undefined;
    this.#stopKeeper(registration, nowMs);
    this.#deadlines.set(registration, undefined);
    if (this.#live.get(registration.account.id) === registration) {
      this.#live.delete(registration.account.id);
    }
  }
}

/** The first Contact of a REGISTER of ours. */
function sentContact(request: SipRequest): string {
  const contact = parseNameAddr(headerValue(request, "contact") ?? "");
  return contact.ok ? contact.value.uriText : "";
}

/** Whether peers can connect to us on that transport. */
function isListening({ transport }: SipAddress, local: SocketAddress): boolean {
  return isStream(transport) && local.port !== 0;
}
