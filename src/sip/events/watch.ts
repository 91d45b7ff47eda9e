import { earliestMs } from "../../base/core.ts";
import { credentialsOf } from "../account-book.ts";
import type { Dialog } from "../dialog/dialog.ts";
import { DialogUsage } from "../dialog/dialog-usage.ts";
import type { DialogLeg } from "../session/leg.ts";
import type { Stack } from "../stack.ts";
import type { ServerTransactionId } from "../transaction/server-transactions.ts";
import type { SipAccount, SipAddress } from "../user-agent-types.ts";
import { headerValue, type SipHeader, type SipRequest, type SipResponse } from "../wire/message.ts";
import { secondsOf } from "../wire/seconds.ts";
import { sameDocument } from "./watch-document.ts";
import { eventOf, grantedExpires, sameEvent } from "./watch-request.ts";
import type { EventPackage, WatchDocument, WatchEnd } from "./watch-types.ts";

/** How soon whom we cannot tell any more just now is to ask again. @see RFC 6665 §4.1.3 */
const PROBATION_S = 30;

/** Who would be told again says how soon; sooner than this it is not, ms. */
const AGAIN_MIN_MS = 500;

/** A SUBSCRIBE to us that nobody has anything against so far. */
export interface WatchParts {
  readonly id: string;
  readonly pack: EventPackage;
  readonly transaction: ServerTransactionId;
  readonly request: SipRequest;
  readonly source: SipAddress;
  readonly dialog: Dialog;
  readonly account: SipAccount | undefined;
  /** User part of the Request-URI, unescaped: what our Contact names. */
  readonly user: string;
  /** 0 for who wants to be told once. */
  readonly expiresS: number;
}

/** What a watch wants of those who keep it. */
export interface WatchHost {
  rearm(dueMs: number | undefined): void;
  gone(): void;
}

/**
 * One subscription to us.
 *
 *            SUBSCRIBE             tell: 200, NOTIFY              lease over, end, 481:
 *   (none) ────────────► asked ─────────────────────► active ───────────────────────► over
 *                          │ refused                   │  ▲     NOTIFY terminated
 *                          ▼                           └──┘
 *                         over          tell, refresh: 200, NOTIFY
 *
 * One NOTIFY is under way at a time; what changes meanwhile is told with the next one.
 * @see RFC 6665 §4.2
 */
export class Watch implements DialogLeg {
  readonly #stack: Stack;
  readonly #parts: WatchParts;
  readonly #host: WatchHost;
  readonly #usage: DialogUsage;
  #state: "asked" | "active" | "over" = "asked";
  #expiresAtMs: number;
  #document: WatchDocument | undefined;
  /** Documents that were sent. */
  #version = 0;
  #isSending = false;
  /** Whether there is something that has not been told. */
  #isDue = false;
  #notBeforeMs = 0;

  constructor(stack: Stack, parts: WatchParts, host: WatchHost, nowMs: number) {
    this.#stack = stack;
    this.#parts = parts;
    this.#host = host;
    this.#expiresAtMs = nowMs + parts.expiresS * 1000;
    const { account, source, user, dialog } = parts;
    this.#usage = new DialogUsage(stack, dialog, {
      contactUser: user,
      credentials: account === undefined ? undefined : credentialsOf(account),
      peer: source,
    });
  }

  get id(): string {
    return this.#parts.id;
  }

  /** The state now; the first one takes the subscription on. */
  tell(document: WatchDocument, nowMs: number): void {
    if (this.#state === "over" || sameDocument(this.#document, document)) return;
    this.#document = document;
    if (this.#state === "asked") this.#accept(nowMs);
    else this.#notify(nowMs);
  }

  /** Not this one. */
  refuse(status: number, headers: readonly SipHeader[], nowMs: number): void {
    if (this.#state !== "asked") return;
    const { transaction, request } = this.#parts;
    this.#stack.reply(transaction, request, status < 300 ? 403 : status, nowMs, { headers });
    this.#leave();
  }

  /** Tells the watcher that nothing more comes. */
  finish(reason: WatchEnd, nowMs: number, document = this.#document): void {
    this.#document = document;
    if (this.#state === "asked") this.refuse(reason === "rejected" ? 403 : 404, [], nowMs);
    if (this.#state !== "active") return;
    const wait = reason === "probation" ? `;retry-after=${PROBATION_S}` : "";
    this.#send(`terminated;reason=${reason}${wait}`, nowMs);
    this.#leave();
  }

  receiveRequest(transaction: ServerTransactionId, request: SipRequest, nowMs: number): void {
    const reply = (status: number, headers: readonly SipHeader[] = []) =>
      this.#stack.reply(transaction, request, status, nowMs, { headers });
    if (request.method !== "SUBSCRIBE" || this.#state !== "active") {
      reply(481);
      return;
    }
    if (!this.#usage.takeRemoteSequence(request)) {
      reply(500);
      return;
    }
    const granted = grantedExpires(request, this.#parts.pack);
    if (!sameEvent(eventOf(request), eventOf(this.#parts.request))) reply(489);
    else if (!granted.ok) reply(granted.error.status, granted.error.headers);
    else {
      this.#usage.refreshTarget(request);
      this.#expiresAtMs = nowMs + granted.value * 1000;
      reply(200, this.#answerHeaders(granted.value));
      if (granted.value === 0) this.finish("timeout", nowMs);
      else this.#notify(nowMs, true);
    }
  }

  timeout(nowMs: number): void {
    if (this.#state !== "active") return;
    if (nowMs >= this.#expiresAtMs) this.finish("timeout", nowMs);
    else if (this.#isDue) this.#notify(nowMs);
    else this.#rearm();
  }

  #accept(nowMs: number): void {
    const { transaction, request, expiresS } = this.#parts;
    this.#state = "active";
    this.#stack.legs.bindDialog(this.#usage.key, this);
    const headers = this.#answerHeaders(expiresS);
    // @see RFC 3515 §2.4.2
    const status = request.method === "REFER" ? 202 : 200;
    this.#stack.reply(transaction, request, status, nowMs, { headers });
    if (expiresS === 0) this.finish("timeout", nowMs);
    else this.#notify(nowMs);
  }

  #answerHeaders(expiresS: number): readonly SipHeader[] {
    return [{ name: "expires", value: String(expiresS) }, ...this.#usage.contactHeaders()];
  }

  /** Tells the state; an answer to a refresh does not wait. @see RFC 6665 §4.2.1.2 */
  #notify(nowMs: number, atOnce = false): void {
    this.#isDue = this.#isSending || (!atOnce && nowMs < this.#notBeforeMs);
    if (!this.#isDue) {
      const leftS = Math.max(1, Math.ceil((this.#expiresAtMs - nowMs) / 1000));
      this.#send(`active;expires=${leftS}`, nowMs);
    }
    this.#rearm();
  }

  #send(standing: string, nowMs: number): void {
    const { pack, request } = this.#parts;
    const { body = "", rest } = this.#document ?? {};
    const text = rest === undefined ? body : `${body}${this.#version}${rest}`;
    const isBare = text === "";
    this.#version++;
    this.#isSending = true;
    this.#notBeforeMs = nowMs + pack.everyMs;
    const headers = [
      { name: "event", value: headerValue(request, "event") ?? pack.name },
      { name: "subscription-state", value: standing },
      ...this.#usage.contactHeaders(),
      ...(isBare ? [] : [{ name: "content-type", value: pack.contentType }]),
    ];
    const owner = {
      takeSequence: () => this.#usage.takeSequence(),
      onResponse: (response: SipResponse, _sent: unknown, atMs: number) =>
        this.#answered(response, atMs),
      onFailed: () => this.#leave(),
    };
    this.#usage.request("NOTIFY", owner, headers, text).start(nowMs);
  }

  /** Who does not take a NOTIFY is not there any more. @see RFC 6665 §4.2.2 */
  #answered(response: SipResponse, nowMs: number): void {
    const { status } = response;
    if (status < 200 || this.#state !== "active") return;
    this.#isSending = false;
    const retryAfterS = secondsOf(headerValue(response, "retry-after"));
    if (status < 300) this.#usage.refreshTarget(response);
    else if (status === 481 || retryAfterS === undefined) {
      this.#leave();
      return;
    } else {
      this.#isDue = true;
      // Who says 0 each time is not to have us send as fast as he answers.
      const { everyMs } = this.#parts.pack;
      this.#notBeforeMs = nowMs + Math.max(retryAfterS * 1000, everyMs, AGAIN_MIN_MS);
    }
    if (this.#isDue) this.#notify(nowMs);
  }

  #rearm(): void {
    const dueMs = this.#isDue && !this.#isSending ? this.#notBeforeMs : undefined;
    this.#host.rearm(earliestMs(dueMs, this.#expiresAtMs));
  }

  #leave(): void {
    if (this.#state === "over") return;
    this.#state = "over";
    this.#stack.legs.unbindDialog(this.#usage.key, this);
    this.#host.gone();
    const { id, account } = this.#parts;
    this.#stack.emit({
      kind: "watch-ended",
      watch: id,
      ...(account === undefined ? {} : { account: account.id }),
    });
  }
}
