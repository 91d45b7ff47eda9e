import { aorOf, credentialsOf, fromValue } from "../account-book.ts";
import { carriedText } from "../auth/digest.ts";
import { ClientRequest } from "../client-request.ts";
import { DeadlineQueue } from "../deadline-queue.ts";
import { dialogFromRequest, dialogFromResponse, isSips } from "../dialog/dialog.ts";
import { DialogUsage } from "../dialog/dialog-usage.ts";
import { fractionOf } from "../fraction.ts";
import type { DialogLeg } from "../session/leg.ts";
import { anyRemoteKey } from "../session/leg-registry.ts";
import { parseSubscriptionState } from "../session/refer.ts";
import { withDefaults } from "../session/request-headers.ts";
import type { Stack } from "../stack.ts";
import type { ServerTransactionId } from "../transaction/server-transactions.ts";
import type { SipAccount, SipAddress, UaCommand } from "../user-agent-types.ts";
import { printCSeq } from "../wire/cseq.ts";
import { headerValue, type SipHeader, type SipRequest, type SipResponse } from "../wire/message.ts";
import { printNameAddr, tagOf } from "../wire/name-addr.ts";
import { secondsOf } from "../wire/seconds.ts";
import {
  type SubscriptionAction,
  type SubscriptionInput,
  type SubscriptionMachine,
  subscriptionDeadlineMs,
  subscriptionStep,
} from "./subscription.ts";
import { eventOf } from "./watch-request.ts";

/** Subscriptions that may live at one time. */
const SUBSCRIPTIONS_MAX = 500;

type SubscribeCommand = Extract<UaCommand, { readonly kind: "subscribe" }>;

/** The subscriptions of a user agent, and when they have something to do. */
export class Subscriptions {
  readonly #stack: Stack;
  readonly #live = new Map<string, Subscription>();
  readonly #deadlines = new DeadlineQueue<Subscription>();

  constructor(stack: Stack) {
    this.#stack = stack;
  }

  /** How many there are. */
  get size(): number {
    return this.#live.size;
  }

  /**
   * Begins one. An id that is taken already changes nothing. With a `listener` it is the user
   * agent's own business: what is told goes there, and no event says how it stands.
   */
  subscribe(command: SubscribeCommand, nowMs: number, listener?: NotificationListener): void {
    const { subscription, account: id } = command;
    if (this.#live.has(subscription)) return;
    const account = this.#stack.accounts.get(id);
    if (account === undefined || this.#live.size >= SUBSCRIPTIONS_MAX) {
      if (listener !== undefined) return;
      const status = account === undefined ? 404 : 503;
      this.#stack.emit({
        kind: "subscription",
        subscription,
        account: id,
        isActive: false,
        status,
      });
      return;
    }
    const one = new Subscription(this.#stack, account, command, listener, {
      rearm: (dueMs) => this.#deadlines.set(one, dueMs),
      gone: () => {
        this.#deadlines.set(one, undefined);
        this.#live.delete(subscription);
      },
    });
    this.#live.set(subscription, one);
    one.step({ kind: "start" }, nowMs);
  }

  /** Ends one. */
  unsubscribe(subscription: string, nowMs: number): void {
    this.#live.get(subscription)?.step({ kind: "stop" }, nowMs);
  }

  /**
   * Another account has taken the place of one of the same id: subscriptions go on by that. Those
   * that are the user agent's own end without a word: whoever made them makes them anew.
   */
  replaced(account: SipAccount, nowMs: number): void {
    for (const one of [...this.#live.values()]) one.replaced(account, nowMs);
  }

  deadlineMs(): number | undefined {
    return this.#deadlines.earliestMs();
  }

  /** Runs one timer that is due; false where none is. */
  timeout(nowMs: number): boolean {
    const one = this.#deadlines.takeDue(nowMs);
    if (one === undefined) return false;
    one.step({ kind: "timeout" }, nowMs);
    return true;
  }
}

/** Takes the bodies of notifications. */
export type NotificationListener = (body: string, nowMs: number) => void;

interface SubscriptionHost {
  rearm(dueMs: number | undefined): void;
  gone(): void;
}

/** A subscription of ours: its dialog is a leg, so that NOTIFYs find it. @see RFC 6665 §4.1 */
class Subscription implements DialogLeg {
  readonly #stack: Stack;
  #account: SipAccount;
  readonly #command: SubscribeCommand;
  readonly #listener: NotificationListener | undefined;
  readonly #host: SubscriptionHost;
  readonly #spread: number;
  #state: SubscriptionMachine = { kind: "idle" };
  #callId = "";
  #localTag = "";
  #sequence = 0;
  #usage: DialogUsage | undefined;
  #remoteTag: string | undefined;

  constructor(
    stack: Stack,
    account: SipAccount,
    command: SubscribeCommand,
    listener: NotificationListener | undefined,
    host: SubscriptionHost,
  ) {
    this.#listener = listener;
    this.#stack = stack;
    this.#account = account;
    this.#command = command;
    this.#host = host;
    this.#spread = fractionOf(stack.config.createToken());
  }

  /** Goes on by another account of its id; one of the user agent's own is over. */
  replaced(account: SipAccount, nowMs: number): void {
    if (this.#account.id !== account.id) return;
    this.#account = account;
    if (this.#listener === undefined) {
      this.step({ kind: "replaced" }, nowMs);
      return;
    }
    this.#forget();
    this.#host.gone();
  }

  step(input: SubscriptionInput, nowMs: number): void {
    const config = { expiresS: this.#command.expiresS, spread: this.#spread };
    const step = subscriptionStep(config, this.#state, input, nowMs);
    this.#state = step.state;
    this.#host.rearm(subscriptionDeadlineMs(step.state));
    for (const action of step.actions) this.#act(action, nowMs);
    if (this.#state.kind === "gone") this.#host.gone();
  }

  receiveRequest(transaction: ServerTransactionId, request: SipRequest, nowMs: number): void {
    const reply = (status: number) => this.#stack.reply(transaction, request, status, nowMs);
    const remoteTag = tagOf(headerValue(request, "from") ?? "") ?? "";
    // A second one that answers the same SUBSCRIBE is another subscription, which nobody wants.
    const isOther = this.#remoteTag !== undefined && this.#remoteTag !== remoteTag;
    if (request.method !== "NOTIFY" || isOther) {
      reply(481);
      return;
    }
    const about = eventOf(request)?.name;
    if (about !== this.#command.event) {
      reply(489);
      return;
    }
    if (this.#usage === undefined) this.#begin(request, transaction);
    if (this.#usage?.takeRemoteSequence(request) === false) {
      reply(500);
      return;
    }
    reply(200);
    if (request.body !== "" && this.#listener !== undefined) this.#listener(request.body, nowMs);
    else if (request.body !== "") {
      this.#stack.emit({
        kind: "notified",
        subscription: this.#command.subscription,
        account: this.#account.id,
        event: this.#command.event,
        contentType: headerValue(request, "content-type") ?? "",
        body: request.body,
      });
    }
    const state = parseSubscriptionState(headerValue(request, "subscription-state") ?? "");
    this.step({ kind: "notified", state }, nowMs);
  }

  #act(action: SubscriptionAction, nowMs: number): void {
    switch (action.kind) {
      case "send":
        if (action.inDialog && this.#usage !== undefined) {
          this.#refresh(this.#usage, action.expiresS, nowMs);
        } else this.#subscribe(action.expiresS, nowMs);
        return;
      case "forget":
        this.#forget();
        return;
      case "tell": {
        const { isActive, status } = action;
        if (this.#listener !== undefined) return;
        this.#stack.emit({
          kind: "subscription",
          subscription: this.#command.subscription,
          account: this.#account.id,
          isActive,
          ...(status === undefined ? {} : { status }),
        });
        return;
      }
    }
  }

  #forget(): void {
    if (this.#callId !== "") {
      this.#stack.legs.unbindDialog(anyRemoteKey(this.#callId, this.#localTag), this);
    }
    this.#callId = "";
    this.#usage = undefined;
    this.#remoteTag = undefined;
  }

  /** A SUBSCRIBE that makes a dialog. */
  #subscribe(expiresS: number, nowMs: number): void {
    this.#forget();
    const { createToken } = this.#stack.config;
    this.#callId = createToken();
    this.#localTag = createToken();
    this.#sequence = 1;
    this.#stack.legs.bindDialog(anyRemoteKey(this.#callId, this.#localTag), this);
    const uri = this.#command.uri ?? aorOf(this.#account);
    const contactUser = carriedText(this.#account.user);
    const route = this.#stack.accounts.routeOf(this.#account.id);
    const tied = [
      {
        name: "from",
        value: fromValue(aorOf(this.#account), this.#account.displayName, this.#localTag),
      },
      { name: "to", value: printNameAddr({ uriText: uri, params: new Map() }) },
      { name: "call-id", value: this.#callId },
      { name: "cseq", value: printCSeq({ sequence: 1, method: "SUBSCRIBE" }) },
      ...this.#stack.contactHeaders(route.hop?.transport ?? "udp", contactUser, isSips(uri)),
    ];
    const defaults = [
      { name: "max-forwards", value: "70" },
      ...this.#stack.abilityHeaders(),
      this.#stack.userAgentHeader(),
    ];
    const request: SipRequest = {
      kind: "request",
      method: "SUBSCRIBE",
      uri,
      headers: withDefaults(tied, defaults, this.#headers(expiresS)),
      body: "",
    };
    const callId = this.#callId;
    new ClientRequest(
      this.#stack,
      {
        ...{ request, ...route, credentials: credentialsOf(this.#account) },
        contacts: (to: SipAddress) => this.#stack.contactHeaders(to, contactUser, isSips(uri)),
      },
      {
        takeSequence: () => ++this.#sequence,
        onResponse: (response, sent, atMs) => {
          // An answer to one that was given up changes nothing.
          if (response.status < 200 || this.#callId !== callId) return;
          if (response.status < 300) this.#made(sent.request, response, sent.to);
          this.#answered(response, atMs);
        },
        onFailed: (status, _reason, atMs) => {
          if (this.#callId === callId) this.step({ kind: "refused", status }, atMs);
        },
      },
    ).start(nowMs);
  }

  #refresh(usage: DialogUsage, expiresS: number, nowMs: number): void {
    const owner = {
      takeSequence: () => usage.takeSequence(),
      onResponse: (response: SipResponse, _sent: unknown, atMs: number) => {
        if (response.status < 200 || this.#usage !== usage) return;
        if (response.status < 300) usage.refreshTarget(response);
        this.#answered(response, atMs);
      },
      onFailed: (status: number, _reason: string, atMs: number) => {
        if (this.#usage === usage) this.step({ kind: "refused", status }, atMs);
      },
    };
    const headers = [...usage.contactHeaders(), ...this.#headers(expiresS)];
    usage.request("SUBSCRIBE", owner, headers).start(nowMs);
  }

  #headers(expiresS: number): readonly SipHeader[] {
    return [
      { name: "event", value: this.#command.event },
      { name: "accept", value: this.#command.accept },
      { name: "expires", value: String(expiresS) },
    ];
  }

  #answered(response: SipResponse, nowMs: number): void {
    const { status } = response;
    if (status < 300) {
      this.step({ kind: "accepted", expiresS: secondsOf(headerValue(response, "expires")) }, nowMs);
      return;
    }
    const minExpiresS = secondsOf(headerValue(response, "min-expires"));
    const retryAfterS = secondsOf(headerValue(response, "retry-after"));
    this.step(
      {
        kind: "refused",
        status,
        ...(minExpiresS === undefined ? {} : { minExpiresS }),
        ...(retryAfterS === undefined ? {} : { retryAfterS }),
      },
      nowMs,
    );
  }

  /** The 2xx makes the dialog, where no NOTIFY was faster. */
  #made(request: SipRequest, response: SipResponse, peer: SipAddress): void {
    if (this.#usage !== undefined) return;
    const dialog = dialogFromResponse(request, response, peer.transport);
    if (!dialog.ok) return;
    this.#remoteTag = dialog.value.remoteTag;
    this.#usage = new DialogUsage(this.#stack, dialog.value, this.#identity(peer));
  }

  /** A NOTIFY that was faster than the 2xx. @see RFC 6665 §4.4.1 */
  #begin(notify: SipRequest, transaction: ServerTransactionId): void {
    const peer = this.#stack.servers.sourceOf(transaction);
    if (peer === undefined) return;
    const dialog = dialogFromRequest(notify, this.#localTag, peer.transport);
    if (!dialog.ok) return;
    const { remoteSequence: _, ...rest } = dialog.value;
    this.#remoteTag = rest.remoteTag;
    const whole = { ...rest, localSequence: this.#sequence, remoteSequence: undefined };
    this.#usage = new DialogUsage(this.#stack, whole, this.#identity(peer));
  }

  #identity(peer: SipAddress) {
    return {
      contactUser: carriedText(this.#account.user),
      credentials: credentialsOf(this.#account),
      peer,
    };
  }
}
