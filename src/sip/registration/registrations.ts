import { type SocketAddress, sameAddress } from "../../base/address.ts";
import { earliestMs } from "../../base/core.ts";
import type { SentRequest } from "../client-request.ts";
import { DeadlineQueue } from "../deadline-queue.ts";
import type { Subscriptions } from "../events/subscriptions.ts";
import { samePlace } from "../location/blacklist.ts";
import type { Stack } from "../stack.ts";
import { isStream } from "../transaction/transports.ts";
import type { SipAccount, SipAddress } from "../user-agent-types.ts";
import { headerValue, type SipResponse } from "../wire/message.ts";
import { secondsOf } from "../wire/seconds.ts";
import { AccountGroup } from "./account-group.ts";
import { grantedBy, seenAddress } from "./granted.ts";
import { leaseOf } from "./lease.ts";
import { keepAliveFor, PathKeeper } from "./path-keeper.ts";
import { addressOf, contactOf, instanceParam, sentContact } from "./register-request.ts";
import {
  type RegistrationAction,
  type RegistrationInput,
  registrationDeadlineMs,
  registrationStep,
} from "./registration.ts";
import { RegistrationWatch, type Revoked } from "./registration-watch.ts";
import {
  createRegistration,
  isBackupOf,
  type Registration,
  registerAttempt,
} from "./registration-way.ts";

/**
 * How often in a row a registration is repeated because the server saw us elsewhere than we said: a
 * translator that gives every packet another port would have us do it for ever.
 */
const ADDRESS_CHANGES_MAX = 2;

/** The registrations of all accounts: the machine's actions carried out. */
export class Registrations {
  readonly #stack: Stack;
  readonly #groups = new Set<AccountGroup>();
  readonly #live = new Set<Registration>();
  readonly #deadlines = new DeadlineQueue<Registration>();
  readonly #watch: RegistrationWatch;

  constructor(stack: Stack, subscriptions: Subscriptions) {
    this.#stack = stack;
    this.#watch = new RegistrationWatch(subscriptions, {
      bound: (account) => this.#boundOf(account)?.bound,
      revoked: (account, why, nowMs) => this.#revoked(account, why, nowMs),
    });
  }

  /** Takes an account; one of the same id is replaced without a word to its server. */
  add(account: SipAccount, nowMs: number): void {
    const isReplaced = this.#replace(account.id, nowMs);
    const { trunk } = account;
    const known = trunk === undefined ? undefined : this.#trunkGroup(trunk.id, nowMs);
    const group = known ?? new AccountGroup(this.#stack, account);
    group.add(account);
    if (isReplaced) this.#watch.replaced(account, nowMs);
    if (known !== undefined) return;
    this.#groups.add(group);
    for (const [way, server] of group.ways.entries()) {
      const registration = createRegistration(this.#stack, group, way, server);
      this.#live.add(registration);
      if (account.register) this.#step(registration, { kind: "start" }, nowMs);
    }
  }

  /** Gives an account up; where it may be bound its server is told. */
  remove(id: string, nowMs: number): void {
    const group = this.#groupOf(id);
    if (group === undefined) {
      this.#stack.log("debug", `there is no account ${id} to remove`);
      return;
    }
    if (group.size > 1) {
      group.release(id);
      return;
    }
    this.#watch.removed(group.account, nowMs);
    for (const registration of this.#waysOf(group)) {
      this.#step(registration, { kind: "stop" }, nowMs);
    }
  }

  /** Whether there was one of that id. */
  #replace(id: string, nowMs: number): boolean {
    const before = this.#groupOf(id);
    if (before === undefined) return false;
    if (before.size > 1 && !before.isLeaving) before.release(id);
    else this.#dropAll(before, nowMs);
    return true;
  }

  #groupOf(id: string): AccountGroup | undefined {
    return [...this.#groups].find((group) => group.has(id));
  }

  /** The group of a trunk; one that is on its way out makes room for another. */
  #trunkGroup(trunk: string, nowMs: number): AccountGroup | undefined {
    const group = [...this.#groups].find(
      ({ account }) => account.bulk === true && account.id === trunk,
    );
    if (group?.isLeaving !== true) return group;
    this.#dropAll(group, nowMs);
    return undefined;
  }

  #dropAll(group: AccountGroup, nowMs: number): void {
    for (const registration of this.#waysOf(group)) this.#drop(registration, nowMs);
  }

  #waysOf(group: AccountGroup): readonly Registration[] {
    return [...this.#live].filter((registration) => registration.group === group);
  }

  /** The first way by which a server has us. */
  #boundOf(account: string): Registration | undefined {
    return [...this.#live].find((one) => one.account.id === account && one.bound !== undefined);
  }

  /** The registrar says that our contact is gone. */
  #revoked(account: string, { event, waitMs }: Revoked, nowMs: number): void {
    const registration = this.#boundOf(account);
    if (registration === undefined) return;
    registration.refusal = { reason: `the server ended the registration (${event})` };
    this.#step(registration, { kind: "revoked", waitMs }, nowMs);
  }

  /** A connection to there broke: who is called on it needs another one. */
  connectionLost(to: SipAddress, nowMs: number): void {
    if (!isStream(to.transport)) return;
    for (const registration of [...this.#live]) {
      const { account, way } = registration;
      const reached = this.#stack.accounts.reachedOf(account.id, way);
      if (reached === undefined || !samePlace(reached, to)) continue;
      this.#step(registration, { kind: "flow-lost" }, nowMs);
    }
  }

  /** Everybody registers anew: our addresses may be others. */
  networkChanged(nowMs: number): void {
    for (const registration of [...this.#live]) {
      registration.addressChanges = 0;
      this.#step(registration, { kind: "renew" }, nowMs);
    }
  }

  /** We are seen elsewhere: who is named where we were registers anew. */
  addressChanged(nowMs: number): void {
    for (const registration of [...this.#live]) {
      const { account, way, bound } = registration;
      const to = this.#stack.accounts.reachedOf(account.id, way) ?? addressOf(account.server);
      if (bound === undefined || contactOf(this.#stack, account, to) === bound) continue;
      this.#step(registration, { kind: "renew" }, nowMs);
    }
  }

  /** A single line end came, the answer to a keep-alive. */
  pong(from: SipAddress, nowMs: number): void {
    for (const registration of [...this.#live]) {
      registration.keeper?.pong(from, nowMs);
      this.#setDeadline(registration);
    }
  }

  /** A STUN message came. `bytes` is borrowed. */
  stun(bytes: Uint8Array, from: SipAddress, nowMs: number): void {
    for (const registration of [...this.#live]) {
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
    // Not where an account of the same id has taken its place.
    if (isLeaving && this.#live.has(registration)) registration.group.leave();
    if (step.state.kind === "gone") this.#drop(registration, nowMs);
  }

  #setDeadline(registration: Registration): void {
    const { state, keeper } = registration;
    if (!this.#live.has(registration)) return;
    const deadlineMs = earliestMs(registrationDeadlineMs(state), keeper?.deadlineMs());
    this.#deadlines.set(registration, deadlineMs);
  }

  #stopKeeper(registration: Registration, nowMs: number): void {
    registration.keeper?.stop(nowMs);
    registration.keeper = undefined;
  }

  #act(registration: Registration, action: RegistrationAction, nowMs: number): void {
    const { account, refusal, group, way } = registration;
    switch (action.kind) {
      case "send":
        registration.detour.begin(nowMs);
        this.#send(registration, action.expiresS, nowMs);
        return;
      case "tell-registered": {
        const server = registration.request?.sent?.to ?? addressOf(account.server);
        group.registered(way, action.expiresS, server);
        return;
      }
      case "tell-failed":
        group.failed(way, refusal, action.retryMs);
        return;
      case "tell-unregistered":
        group.gone(way);
        return;
    }
  }

  #send(registration: Registration, expiresS: number, nowMs: number): void {
    const { account } = registration;
    registration.request?.abandon(nowMs);
    const request = registerAttempt(this.#stack, registration, expiresS, {
      onResponse: (response, sent, atMs) => {
        // An answer to an attempt that was given up changes nothing.
        if (registration.request !== request || response.status < 200) return;
        this.#onResponse(registration, response, sent, expiresS, atMs);
      },
      onFailed: (_status, reason, atMs) => {
        if (registration.request !== request) return;
        this.#stack.accounts.setUnreached(account.id, registration.way);
        if (registration.detour.follow(undefined, atMs)) {
          this.#send(registration, expiresS, atMs);
          return;
        }
        registration.refusal = { reason };
        const hasOthers = registration.group.isUpBeside(registration.way);
        this.#step(registration, { kind: "unanswered", hasOthers }, atMs);
      },
    });
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
      const { way, request } = registration;
      const at = { reached: sent.to, located: request?.located ?? [] };
      this.#stack.accounts.setReached(account.id, way, at, leaseS, nowMs);
      const isBackup = isBackupOf(this.#stack, registration, sent.to, nowMs);
      this.#step(registration, { kind: "accepted", leaseS, isBackup }, nowMs);
      if (registration.state.kind === "registered") {
        this.#settle(registration, response, sent.to, contactUri, nowMs);
        this.#watch.registered(account, nowMs);
      }
      return;
    }
    const isLost = status < 300;
    // Too short a lease is asked for anew where that was said.
    const isSentOn = status !== 423 && !isLost && registration.detour.follow(response, nowMs);
    if (isSentOn) {
      this.#send(registration, askedS, nowMs);
      return;
    }
    registration.refusal = {
      status,
      reason: isLost ? "the server did not keep our contact" : reason,
    };
    this.#step(
      registration,
      {
        kind: "refused",
        status,
        hasOthers: registration.group.isUpBeside(registration.way),
        minExpiresS: secondsOf(headerValue(response, "min-expires")),
        retryAfterS: secondsOf(headerValue(response, "retry-after")),
      },
      nowMs,
    );
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
    this.#stack.accounts.setGranted(account.id, registration.way, taken);
    // Where nobody can connect to us we are called on our connection, by the name of its near end.
    const local = this.#stack.localOf(to);
    const nearEnd = local?.port === 0 ? this.#stack.nearEnds.of(to) : undefined;
    const seen = seenAddress(response) ?? nearEnd;
    // Who has not told where we are may have been named where a STUN server saw us before.
    const hasMoved =
      seen === undefined
        ? this.#isElsewhere(registration, to)
        : this.#follow(registration, to, seen);
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
    return this.#isElsewhere(registration, to);
  }

  /** What the server has of us counts: another account may have learned where we are. */
  #isElsewhere(registration: Registration, to: SipAddress): boolean {
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
    this.#live.delete(registration);
    if (this.#waysOf(registration.group).length === 0) this.#groups.delete(registration.group);
  }
}

/** Whether peers can connect to us on that transport. */
const isListening = ({ transport }: SipAddress, local: SocketAddress): boolean =>
  isStream(transport) && local.port !== 0;
