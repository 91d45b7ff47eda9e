import { earliestMs } from "../../base/core.ts";
import { credentialsOf } from "../account-book.ts";
import {
  asksSecure,
  type Dialog,
  dialogIdOf,
  dialogKey,
  takeRemoteSequence,
  withSession,
} from "../dialog/dialog.ts";
import type { DialogIdentity } from "../dialog/dialog-usage.ts";
import { createResponse } from "../responses.ts";
import type { Stack } from "../stack.ts";
import type { ServerTransactionId } from "../transaction/server-transactions.ts";
import type { SessionEndCause, SipAccount, SipAddress } from "../user-agent-types.ts";
import { headerValue, type SipHeader, type SipRequest, type SipResponse } from "../wire/message.ts";
import { partyFromHeader } from "../wire/party.ts";
import { secondsOf } from "../wire/seconds.ts";
import { isUpdate, takesUpdate, updateFrom } from "./early-update.ts";
import type { Succession } from "./find-replaced.ts";
import { TRYING_AFTER_MS } from "./incoming-reoffer.ts";
import type {
  AckCommand,
  EndCommand,
  Leg,
  LegStanding,
  ReferCommand,
  ReinviteCommand,
  RespondCommand,
  SessionRequestCommand,
} from "./leg.ts";
import { ReliableAnswers } from "./reliable-answers.ts";
import { respondStatus } from "./respond-status.ts";
import { Session } from "./session.ts";
import { type TimerAnswer, timerAnswer } from "./session-timer.ts";

/*
 * An INVITE to us until our final answer.
 *
 *      | INVITE: up; 100 where nothing else was answered 200 ms later
 *      v
 *   +---------+ 1xx: send, again each minute   2xx: send +-------------+
 *   | ringing |----------------------------------------->| established |
 *   +---------+                                          +-------------+
 *     | 300-699 or end: send     | CANCEL, BYE, its Expires is over: 487
 *     v                          v
 *    over                       over
 */

/** How often a provisional answer is sent again while a person is rung. @see RFC 3261 §13.3.1.1 */
const PROVISIONAL_EVERY_MS = 60_000;

/** What an INVITE to us comes with. */
export interface IncomingParts {
  readonly transaction: ServerTransactionId;
  readonly request: SipRequest;
  readonly source: SipAddress;
  /** With our tag: {@link dialogFromRequest} made it. */
  readonly dialog: Dialog;
  readonly account: SipAccount | undefined;
  /** User part of the Request-URI, unescaped: what our Contact names. */
  readonly user: string;
  readonly succession: Succession;
}

/** An INVITE to us that has no final answer yet. */
export class IncomingInvite implements Leg {
  readonly #stack: Stack;
  readonly #parts: IncomingParts;
  readonly #id: string;
  #dialog: Dialog;
  readonly #reliable: ReliableAnswers;
  /** A 2xx that waits for a provisional answer before it to be acknowledged. */
  #success: RespondCommand | undefined;
  /** An offer in a PRACK or UPDATE that has no answer yet. */
  #openOffer: ServerTransactionId | undefined;
  /** Whether an offer of ours in an UPDATE has no answer yet. */
  #isOffering = false;
  #provisional: SipResponse | undefined;
  #lastDescribed = "";
  #repeatAtMs: number | undefined;
  /** When an INVITE that nothing was answered to gets its 100. */
  #tryingAtMs: number | undefined;
  /** When the caller wants an answer no more. @see RFC 3261 §13.3.1 */
  readonly #expiresAtMs: number | undefined;
  #isOver = false;

  private constructor(stack: Stack, parts: IncomingParts, nowMs: number) {
    this.#stack = stack;
    this.#parts = parts;
    const expiresS = secondsOf(headerValue(parts.request, "expires"));
    this.#expiresAtMs = expiresS === undefined ? undefined : nowMs + expiresS * 1000;
    this.#dialog = parts.dialog;
    this.#id = stack.legs.nextIncomingId();
    this.#reliable = new ReliableAnswers(stack, parts.transaction, parts.request);
    stack.legs.bindSession(this.#id, this);
    stack.legs.bindInvite(parts.transaction, this);
    stack.legs.bindDialog(keyOf(this.#dialog), this);
  }

  /** Hands the INVITE up. */
  static receive(stack: Stack, parts: IncomingParts, nowMs: number): void {
    const leg = new IncomingInvite(stack, parts, nowMs);
    const { request, source, account, succession } = parts;
    leg.#tryingAtMs = nowMs + TRYING_AFTER_MS;
    leg.#rearm();
    const nobody = { user: "", host: "", uri: "" };
    stack.emit({
      kind: "incoming",
      session: leg.#id,
      ...(account === undefined ? {} : { account: account.id }),
      from: partyFromHeader(headerValue(request, "from") ?? "") ?? nobody,
      to: partyFromHeader(headerValue(request, "to") ?? "") ?? nobody,
      request,
      source,
      dialog: dialogIdOf(leg.#dialog),
      ...succession,
      ...stack.originOf(source, nowMs),
    });
  }

  respond(command: RespondCommand, nowMs: number): void {
    if (this.#isOver || this.#success !== undefined) return;
    const status = respondStatus(command.status);
    if (status === 100) return;
    const { transaction, request } = this.#parts;
    if (status >= 200 && status < 300 && this.#isNegotiating) {
      this.#success = command;
      this.#rearm();
      return;
    }
    const timer = status >= 200 && status < 300 ? this.#timerAnswer() : undefined;
    const response = createResponse(request, status, {
      ...command,
      toTag: this.#dialog.localTag,
      headers: [
        ...(status < 300 ? this.answerHeaders() : []),
        ...(timer?.headers ?? []),
        ...this.#stack.sessionIdFor(request, command.headers),
        ...(command.headers ?? []),
      ],
    });
    if (status >= 300) {
      this.#stack.servers.respond(transaction, response, nowMs);
      this.#finish("local");
      return;
    }
    if (status < 200) {
      this.#provisional = response;
      if (response.body !== "") this.#lastDescribed = response.body;
      this.#sendProvisional(response, nowMs);
      return;
    }
    this.#leave();
    const session = new Session(this.#stack, {
      id: this.#id,
      dialog: withSession(this.#dialog, response),
      identity: this.#identity(nowMs),
      isCaller: false,
      localBody: response.body === "" ? this.#lastDescribed : response.body,
    });
    session.begin(request, timer?.interval, nowMs);
    session.takeOver();
    this.#stack.servers.respond(transaction, response, nowMs);
    session.awaitAck(transaction, response, nowMs);
  }

  reinvite(command: ReinviteCommand): void {
    this.#stack.emit({ kind: "reoffer-failed", session: command.session, status: 491 });
  }

  ack(command: AckCommand): void {
    this.#stack.log("debug", `nothing to acknowledge in ${command.session}`);
  }

  end(command: EndCommand, nowMs: number): void {
    const status = respondStatus(command.status ?? 480);
    const headers = command.headers ?? [];
    this.#refuse(status < 300 ? 480 : status, nowMs, headers);
    this.#finish("local");
  }

  request(command: SessionRequestCommand | ReferCommand, nowMs: number): void {
    const refuse = (status: number) =>
      this.#stack.emit({ kind: "response", request: command.request, status });
    // Only what is up can be talked about, but for a new offer.
    if (!isUpdate(command)) refuse(481);
    else if (!takesUpdate(this.#parts.request)) refuse(488);
    // What was said before has to be settled first. @see RFC 3311 §5.1
    else if (!this.#reliable.hasAnswered || this.#isNegotiating) refuse(500);
    else this.#sendUpdate(command, nowMs);
  }

  #sendUpdate(command: SessionRequestCommand, nowMs: number): void {
    this.#isOffering = true;
    const host = {
      change: (change: (dialog: Dialog) => Dialog) => {
        this.#dialog = change(this.#dialog);
      },
      done: (atMs: number) => {
        this.#isOffering = false;
        if (!this.#isOver) this.#proceed(atMs);
      },
    };
    updateFrom(
      this.#stack,
      { dialog: this.#dialog, ...this.#identity(nowMs) },
      command,
      host,
      nowMs,
    );
  }

  get standing(): LegStanding {
    return { session: this.#id, stage: this.#isOver ? "over" : "ringing", dialog: this.#dialog };
  }

  receiveRequest(transaction: ServerTransactionId, request: SipRequest, nowMs: number): void {
    if (request.method === "INVITE") {
      // A second one before the first is answered. @see RFC 3261 §14.2
      const headers = [{ name: "retry-after", value: "1" }];
      this.#stack.reply(transaction, request, 500, nowMs, { headers });
    } else if (request.method === "PRACK" || request.method === "UPDATE") {
      this.#receiveEarly(transaction, request, nowMs);
    } else if (request.method === "BYE") {
      // The caller may end an early dialog this way too. @see RFC 3261 §15
      this.#stack.reply(transaction, request, 200, nowMs);
      this.#refuse(487, nowMs);
      this.#finish("bye", request);
    } else {
      this.#stack.emitRequest(transaction, request, nowMs, this.#id);
    }
  }

  receiveAck(): void {
    // The ACK of a refusal belongs to its transaction; for a 2xx another leg took over.
  }

  receiveCancel(_transaction: ServerTransactionId, request: SipRequest, nowMs: number): void {
    this.#refuse(487, nowMs);
    this.#finish("cancel", request);
  }

  timeout(nowMs: number): void {
    if (this.#isOver) return;
    if (this.#reliable.timeout(nowMs) === "given-up") {
      this.#refuse(504, nowMs);
      this.#finish("timeout");
      return;
    }
    const isExpired = this.#expiresAtMs !== undefined && this.#expiresAtMs <= nowMs;
    if (isExpired && this.#success === undefined) {
      this.#refuse(487, nowMs);
      this.#finish("cancel");
      return;
    }
    if (this.#tryingAtMs !== undefined && this.#tryingAtMs <= nowMs) {
      this.#tryingAtMs = undefined;
      this.#stack.reply(this.#parts.transaction, this.#parts.request, 100, nowMs);
    }
    const isDue = this.#repeatAtMs !== undefined && this.#repeatAtMs <= nowMs;
    if (this.#provisional !== undefined && isDue) this.#sendProvisional(this.#provisional, nowMs);
    this.#rearm();
  }

  #sendProvisional(response: SipResponse, nowMs: number): void {
    if (this.#reliable.wants(response.status, response.body)) this.#reliable.send(response, nowMs);
    else this.#stack.servers.respond(this.#parts.transaction, response, nowMs);
    this.#tryingAtMs = undefined;
    this.#repeatAtMs = nowMs + PROVISIONAL_EVERY_MS;
    this.#rearm();
  }

  #rearm(): void {
    const expiresAtMs = this.#success === undefined ? this.#expiresAtMs : undefined;
    const answersAtMs = earliestMs(this.#tryingAtMs, this.#repeatAtMs);
    const dueMs = earliestMs(answersAtMs, expiresAtMs, this.#reliable.deadlineMs());
    this.#stack.legs.deadlines.set(this, dueMs);
  }

  /** PRACK, or an UPDATE before the answer. With an offer they are the upper layers' to answer. */
  #receiveEarly(transaction: ServerTransactionId, request: SipRequest, nowMs: number): void {
    const reply = (status: number, headers: readonly SipHeader[] = []) =>
      this.#stack.reply(transaction, request, status, nowMs, { headers });
    const counted = takeRemoteSequence(this.#dialog, request);
    if (!counted.ok) {
      reply(500);
      return;
    }
    this.#dialog = counted.value;
    const isPrack = request.method === "PRACK";
    if (isPrack && !this.#reliable.acknowledge(request, nowMs)) {
      reply(481);
      return;
    }
    if (request.body === "") {
      reply(200, isPrack ? [] : this.answerHeaders());
    } else if (this.#isOffering) {
      reply(491);
    } else if (!this.#reliable.hasAnswered || this.#openOffer !== undefined) {
      // Its first offer has no answer yet that it is sure to have, or the last one has none.
      // @see RFC 3311 §5.2
      reply(500, [{ name: "retry-after", value: "1" }]);
    } else {
      this.#openOffer = transaction;
      this.#stack.legs.bindInvite(transaction, this);
      this.#stack.emitRequest(transaction, request, nowMs, this.#id);
    }
    if (isPrack) this.#proceed(nowMs);
  }

  /**
   * A PRACK that acknowledges something must be answered 2xx, whatever it offers: who cannot take
   * the offer refuses the call that it was made for. @see RFC 3262 §3
   */
  declines(
    transaction: ServerTransactionId,
    request: SipRequest,
    status: number,
    nowMs: number,
  ): boolean {
    if (this.#openOffer !== transaction || request.method !== "PRACK") return false;
    this.#stack.reply(transaction, request, 200, nowMs);
    this.#refuse(status, nowMs);
    this.#finish("error");
    return true;
  }

  replied(transaction: ServerTransactionId, nowMs: number): void {
    if (this.#openOffer !== transaction) return;
    this.#openOffer = undefined;
    this.#stack.legs.unbindInvite(transaction);
    this.#proceed(nowMs);
  }

  /** A 2xx that waited may go out now. */
  #proceed(nowMs: number): void {
    const success = this.#success;
    if (success !== undefined && !this.#isNegotiating) {
      this.#success = undefined;
      this.respond(success, nowMs);
    } else this.#rearm();
  }

  /** Whether a description on its way must be settled before the 2xx. @see RFC 3262 §3, §5 */
  get #isNegotiating(): boolean {
    return this.#reliable.isWaiting || this.#openOffer !== undefined || this.#isOffering;
  }

  #identity(nowMs: number): DialogIdentity {
    const { account, source: peer, user: contactUser } = this.#parts;
    const isOurServer =
      account !== undefined && this.#stack.accounts.isServerOf(account.id, peer, nowMs);
    // Who calls straight is told nothing of the account, whatever it asks inside the call.
    return { contactUser, peer, credentials: isOurServer ? credentialsOf(account) : undefined };
  }

  #timerAnswer(): TimerAnswer | undefined {
    const config = this.#stack.config.sessionTimer;
    const answer = config === undefined ? undefined : timerAnswer(config, this.#parts.request);
    // What is too short was refused before the session began.
    return answer?.ok === true ? answer.value : undefined;
  }

  answerHeaders(): readonly SipHeader[] {
    const { source, user, request } = this.#parts;
    const contact = this.#stack.contactHeaders(source, user, asksSecure(request));
    return [...contact, ...this.#stack.abilityHeaders()];
  }

  #refuse(status: number, nowMs: number, headers: readonly SipHeader[] = []): void {
    const { transaction, request } = this.#parts;
    this.#stack.reply(transaction, request, status, nowMs, { headers });
  }

  #finish(cause: SessionEndCause, request?: SipRequest): void {
    this.#leave();
    this.#stack.emit({
      kind: "ended",
      session: this.#id,
      cause,
      ...(request === undefined ? {} : { request }),
    });
  }

  /** Gives up the session's id, dialog and INVITE. */
  #leave(): void {
    this.#isOver = true;
    const { legs } = this.#stack;
    legs.unbindSession(this.#id, this);
    legs.unbindInvite(this.#parts.transaction);
    if (this.#openOffer !== undefined) legs.unbindInvite(this.#openOffer);
    legs.unbindDialog(keyOf(this.#dialog), this);
    legs.deadlines.set(this, undefined);
  }
}

function keyOf(dialog: Dialog): string {
  return dialogKey(dialog.callId, dialog.localTag, dialog.remoteTag);
}
