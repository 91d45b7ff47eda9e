import { aorOf, credentialsOf, fromValue } from "../account-book.ts";
import { carriedText } from "../auth/digest.ts";
import { ClientRequest, type SentRequest } from "../client-request.ts";
import { DeadlineQueue } from "../deadline-queue.ts";
import { defaultPort } from "../location/plan.ts";
import type { Stack } from "../stack.ts";
import type { SipAccount, SipAddress, SipHop } from "../user-agent-types.ts";
import { printCSeq } from "../wire/cseq.ts";
import { headerValue, type SipRequest, type SipResponse } from "../wire/message.ts";
import { printNameAddr } from "../wire/name-addr.ts";
import { parseUri, printUri } from "../wire/uri.ts";
import { leaseOf, secondsOf } from "./lease.ts";
import {
  REGISTRATION_IDLE,
  type RegistrationAction,
  type RegistrationConfig,
  type RegistrationInput,
  type RegistrationState,
  registrationDeadlineMs,
  registrationStep,
} from "./registration.ts";

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
}

/** The registrations of all accounts: the machine's actions carried out. */
export class Registrations {
  readonly #stack: Stack;
  readonly #live = new Map<string, Registration>();
  readonly #deadlines = new DeadlineQueue<Registration>();

  constructor(stack: Stack) {
    this.#stack = stack;
  }

  /** Takes an account; one of the same id is replaced without a word to its server. */
  add(account: SipAccount, nowMs: number): void {
    const before = this.#live.get(account.id);
    if (before !== undefined) this.#drop(before, nowMs);
    this.#stack.accounts.set(account);
    const { createToken } = this.#stack.config;
    const registration: Registration = {
      account,
      config: {
        expiresS: account.expiresS,
        spreadSeed: `${aorOf(account)} ${this.#contactOf(account)}`,
      },
      callId: createToken(),
      fromTag: createToken(),
      state: REGISTRATION_IDLE,
      sequence: 0,
      request: undefined,
      refusal: { reason: "" },
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
    this.#step(registration, { kind: "stop" }, nowMs);
  }

  deadlineMs(): number | undefined {
    return this.#deadlines.earliestMs();
  }

  /** Runs one timer that is due; false where none is. */
  timeout(nowMs: number): boolean {
    const registration = this.#deadlines.takeDue(nowMs);
    if (registration === undefined) return false;
    this.#step(registration, { kind: "timeout" }, nowMs);
    return true;
  }

  #step(registration: Registration, input: RegistrationInput, nowMs: number): void {
    const step = registrationStep(registration.config, registration.state, input, nowMs);
    registration.state = step.state;
    this.#deadlines.set(registration, registrationDeadlineMs(step.state));
    for (const action of step.actions) this.#act(registration, action, nowMs);
    const isLeaving = step.state.kind === "unregistering" || step.state.kind === "gone";
    if (isLeaving && this.#live.get(registration.account.id) === registration) {
      this.#stack.accounts.delete(registration.account.id);
    }
    if (step.state.kind === "gone") this.#drop(registration, nowMs);
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
        request: this.#registerRequest(registration, expiresS),
        hop: account.server,
        ...(account.backups === undefined ? {} : { backups: account.backups }),
        credentials: credentialsOf(account),
        contactUser: carriedText(account.user),
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
    const contactUri = this.#stack.contactUri(sent.to, carriedText(account.user)) ?? "";
    const leaseS = leaseOf(response, contactUri, askedS);
    if (status >= 200 && status < 300 && (leaseS > 0 || askedS === 0)) {
      this.#stack.accounts.setReached(account.id, sent.to);
      this.#step(registration, { kind: "accepted", leaseS }, nowMs);
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

  #registerRequest(registration: Registration, expiresS: number): SipRequest {
    const { account, callId, fromTag } = registration;
    const uriText = aorOf(account);
    const sequence = ++registration.sequence;
    const headers = [
      { name: "max-forwards", value: "70" },
      { name: "from", value: fromValue(uriText, account.displayName, fromTag) },
      { name: "to", value: printNameAddr({ uriText, params: new Map() }) },
      { name: "call-id", value: callId },
      { name: "cseq", value: printCSeq({ sequence, method: "REGISTER" }) },
      // Made anew for the address that is tried.
      ...this.#stack.contactHeaders(account.server.transport ?? "udp", carriedText(account.user)),
      { name: "expires", value: String(expiresS) },
      ...this.#stack.abilityHeaders(),
      this.#stack.userAgentHeader(),
    ];
    return { kind: "request", method: "REGISTER", uri: registrarUri(account), headers, body: "" };
  }

  #contactOf(account: SipAccount): string {
    const { transport = "udp" } = account.server;
    return this.#stack.contactUri(transport, carriedText(account.user)) ?? "";
  }

  #drop(registration: Registration, nowMs: number): void {
    registration.request?.abandon(nowMs);
    registration.request = undefined;
    this.#deadlines.set(registration, undefined);
    if (this.#live.get(registration.account.id) === registration) {
      this.#live.delete(registration.account.id);
    }
  }
}

/** The domain alone: a registrar is named without a user. @see RFC 3261 §10.2 */
function registrarUri(account: SipAccount): string {
  const aor = parseUri(aorOf(account));
  if (!aor.ok) return `sip:${account.domain}`;
  return printUri({ ...aor.value, user: "" });
}

/** A hop as far as it is known without a look-up. */
function addressOf({ host, port, transport = "udp" }: SipHop): SipAddress {
  return { transport, host, port: port ?? defaultPort(transport) };
}
