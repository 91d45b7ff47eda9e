import { earliestMs } from "../../base/core.ts";
import { invariant } from "../../base/invariant.ts";
import type { Credentials } from "../auth/credentials.ts";
import { ClientRequest, type SentRequest } from "../client-request.ts";
import { dialogFromResponse, isSips, sequenceOf } from "../dialog/dialog.ts";
import type { DialogIdentity } from "../dialog/dialog-usage.ts";
import { hopOfUri } from "../locator.ts";
import { sessionBody } from "../request-checks.ts";
import type { Stack } from "../stack.ts";
import type { ServerTransactionId } from "../transaction/server-transactions.ts";
import { giveUpMs } from "../transaction/timers.ts";
import type { SipHop } from "../user-agent-types.ts";
import { printCSeq } from "../wire/cseq.ts";
import { withHeader } from "../wire/headers.ts";
import type { SipHeader, SipRequest, SipResponse } from "../wire/message.ts";
import { AnsweredInvite } from "./answered-invite.ts";
import { EarlyDialogs } from "./early-dialogs.ts";
import { isUpdate } from "./early-update.ts";
import { LateAnswers } from "./late-answers.ts";
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
import {
  cancelOf,
  type InviteCommand,
  type PreparedInvite,
  prepareInvite,
} from "./prepare-invite.ts";
import { Redirects } from "./redirects.ts";
import { Session } from "./session.ts";
import { INTERVALS_MAX, minSeOf, timerOffer } from "./session-timer.ts";

/*
 * An INVITE of ours until its final answer.
 *
 *      | invite
 *      v
 *   +---------+ 1xx +---------+ 2xx: ACK                 +-------------+
 *   | calling |---->|  early  |------------------------->| established |
 *   +---------+     +---------+                          +-------------+
 *    |  |   | end       | end: CANCEL   | 300-699, none      ^
 *    |  |   v           v               v                    |
 *    |  | +---------+ +-----------+   failed                 |
 *    |  | | waiting | | cancelled |                          |
 *    |  | | for 1xx |>|           |--- 2xx: ACK, BYE         |
 *    |  | +---------+ +-----------+--- 487: over             |
 *    |  |        CANCEL           \-- none in 64*T1: over    |
 *    |  +--- 300-699, none: failed                           |
 *    +---------------- 2xx: ACK -----------------------------+
 *
 * Behind it the transaction stays for forks: a 2xx of a further tag is acknowledged and ended.
 */

/** An INVITE of ours, from the command on. */
export class OutgoingInvite implements Leg {
  readonly #stack: Stack;
  readonly #id: string;
  readonly #contactUser: string;
  #credentials: Credentials | undefined;
  readonly #redirects: Redirects | undefined;
  /** Whether redirections lead past our server. */
  readonly #goesStraight: boolean;
  #request: ClientRequest;
  /** Attempts before it: servers that those left may yet answer. */
  readonly #former: ClientRequest[] = [];
  #invite: PreparedInvite;
  #sequence = 1;
  /** The shortest session interval that somebody on the way takes, and how often one was told. */
  #floorS = 0;
  #intervals = 0;
  #isOver = false;
  /** A provisional response to the running attempt came: it may be cancelled. */
  #isProceeding = false;
  #cancel: "none" | "wanted" | "sent" = "none";
  #cancelHeaders: readonly SipHeader[] = [];
  #abandonAtMs: number | undefined;
  readonly #early: EarlyDialogs;
  /** An offer of the callee's that has no answer yet. */
  #openUpdate: ServerTransactionId | undefined;
  readonly #late: LateAnswers;
  /** Whether somebody answered 2xx: what still comes is then {@link AnsweredInvite}'s. */
  #isAnswered = false;

  private constructor(stack: Stack, command: InviteCommand, invite: PreparedInvite) {
    this.#stack = stack;
    this.#id = command.session;
    this.#contactUser = invite.contactUser;
    this.#credentials = invite.credentials;
    this.#invite = invite;
    this.#early = new EarlyDialogs(stack, this);
    this.#late = new LateAnswers(stack, command.session, {
      rearm: () => this.#rearm(),
      abandon: (nowMs) => {
        for (const one of [...this.#former, this.#request]) one.abandonLeft(nowMs);
      },
    });
    if (command.redirects !== undefined) this.#redirects = new Redirects(invite.request.uri);
    this.#goesStraight = command.redirects === "direct";
    this.#request = this.#attempt(invite);
  }

  #attempt({ request, route, credentials, contactUser }: PreparedInvite): ClientRequest {
    return new ClientRequest(
      this.#stack,
      {
        ...{ request, ...route, credentials },
        contacts: (to) => this.#stack.contactHeaders(to, contactUser, isSips(request.uri)),
      },
      {
        takeSequence: () => this.#takeSequence(),
        onSent: () => {
          this.#isProceeding = false;
        },
        onResponse: (response, sent, atMs) => this.#onResponse(response, sent, atMs),
        onFailed: (status, reason, atMs) => this.#onFailed(status, reason, atMs),
        onLate: (response, sent, atMs) =>
          this.#late.take(response, sent, this.#identity(sent), atMs),
      },
    );
  }

  #takeSequence(): number {
    this.#sequence = Math.max(this.#sequence, this.#early.sequence) + 1;
    return this.#sequence;
  }

  /** The INVITE once more, changed, in the same call. */
  #again(change: Partial<SipRequest>, nowMs: number): void {
    const { request } = this.#invite;
    const cseq = printCSeq({ sequence: this.#takeSequence(), method: "INVITE" });
    const changed = withHeader({ ...request, ...change }, "cseq", cseq);
    this.#invite = { ...this.#invite, request: changed };
    this.#isProceeding = false;
    this.#early.drop();
    this.#former.push(this.#request);
    this.#request = this.#attempt(this.#invite);
    this.#request.start(nowMs);
  }

  /** Carries the command out. What cannot even be sent ends in `failed` at once. */
  static start(stack: Stack, command: InviteCommand, nowMs: number): void {
    invariant(stack.legs.session(command.session) === undefined, "the session id is taken");
    const fail = (status: number, reason: string) =>
      stack.emit({ kind: "failed", session: command.session, status, reason });
    if (!stack.legs.hasRoom) {
      fail(503, "there are too many sessions");
      return;
    }
    const invite = prepareInvite(stack, command);
    if (typeof invite === "string") {
      fail(400, invite);
      return;
    }
    const leg = new OutgoingInvite(stack, command, invite);
    stack.legs.bindSession(command.session, leg);
    leg.#request.start(nowMs);
  }

  respond(command: RespondCommand): void {
    this.#stack.log("debug", `nothing to answer with ${command.status} in ${this.#id}`);
  }

  reinvite(command: ReinviteCommand): void {
    this.#stack.emit({ kind: "reoffer-failed", session: command.session, status: 491 });
  }

  ack(command: AckCommand): void {
    this.#stack.log("debug", `nothing to acknowledge in ${command.session}`);
  }

  end(command: EndCommand, nowMs: number): void {
    this.#isOver = true;
    this.#cancelHeaders = command.headers ?? [];
    this.#stack.legs.unbindSession(this.#id, this);
    this.#stack.emit({ kind: "ended", session: this.#id, cause: "local" });
    this.#request.forgo();
    if (this.#isProceeding) this.#sendCancel(nowMs);
    else this.#cancel = "wanted";
  }

  request(command: SessionRequestCommand | ReferCommand, nowMs: number): void {
    const isOffer = isUpdate(command);
    if (isOffer && !this.#isOver && this.#early.update(command, nowMs)) return;
    // Of anything else only what is up can be talked about.
    const status = isOffer ? 488 : 481;
    this.#stack.emit({ kind: "response", request: command.request, status });
  }

  get standing(): LegStanding {
    const dialog = this.#early.only;
    return {
      session: this.#id,
      stage: this.#isOver ? "over" : "calling",
      ...(dialog === undefined ? {} : { dialog }),
    };
  }

  receiveRequest(transaction: ServerTransactionId, request: SipRequest, nowMs: number): void {
    if (request.method === "UPDATE" && !this.#isOver) {
      this.#receiveUpdate(transaction, request, nowMs);
      return;
    }
    // The callee may say BYE in a confirmed dialog only, and re-INVITE not before either.
    const isServed = request.method !== "BYE" && request.method !== "INVITE";
    if (isServed && !this.#isOver) this.#stack.emitRequest(transaction, request, nowMs, this.#id);
    else this.#stack.reply(transaction, request, request.method === "INVITE" ? 491 : 481, nowMs);
  }

  /** Without an offer it says where the callee is now; one with an offer is the upper layers'. */
  #receiveUpdate(transaction: ServerTransactionId, request: SipRequest, nowMs: number): void {
    if (request.body === "") {
      const headers = this.answerHeaders();
      this.#stack.reply(transaction, request, 200, nowMs, { headers });
    } else if (this.#openUpdate !== undefined) {
      const headers = [{ name: "retry-after", value: "1" }];
      this.#stack.reply(transaction, request, 500, nowMs, { headers });
    } else {
      this.#openUpdate = transaction;
      this.#stack.legs.bindInvite(transaction, this);
      this.#stack.emitRequest(transaction, request, nowMs, this.#id);
    }
  }

  answerHeaders(): readonly SipHeader[] {
    const { sent } = this.#request;
    const secure = isSips(this.#invite.request.uri);
    const contact =
      sent === undefined ? [] : this.#stack.contactHeaders(sent.to, this.#contactUser, secure);
    return [...contact, ...this.#stack.abilityHeaders()];
  }

  replied(transaction: ServerTransactionId | undefined): void {
    if (transaction === undefined || this.#openUpdate !== transaction) return;
    this.#openUpdate = undefined;
    this.#stack.legs.unbindInvite(transaction);
  }

  receiveAck(): void {
    // Only the caller acknowledges.
  }

  receiveCancel(): void {
    // Only an INVITE to us can be cancelled.
  }

  timeout(nowMs: number): void {
    this.#late.timeout(nowMs);
    this.#rearm();
    if (this.#abandonAtMs === undefined || this.#abandonAtMs > nowMs) return;
    this.#abandonAtMs = undefined;
    this.#request.abandon(nowMs);
    this.#early.drop();
    this.replied(this.#openUpdate);
  }

  #onResponse(response: SipResponse, sent: SentRequest, nowMs: number): void {
    if (response.status < 200) this.#onProvisional(response, sent, nowMs);
    else if (response.status < 300) this.#onSuccess(response, sent, nowMs);
    else {
      if (this.#goOn(response, nowMs)) return;
      this.#settle();
      if (this.#isOver) return;
      this.#isOver = true;
      this.#stack.legs.unbindSession(this.#id, this);
      const { status, reason } = response;
      this.#stack.emit({ kind: "failed", session: this.#id, status, reason, response });
    }
  }

  /** Whether a refusal is one that another try may help against, which then is under way. */
  #goOn(response: SipResponse, nowMs: number): boolean {
    if (this.#isOver || this.#isAnswered) return false;
    if (response.status === 422) {
      const { sessionTimer } = this.#stack.config;
      const floorS = minSeOf(response);
      const isMore = floorS > this.#floorS && this.#intervals < INTERVALS_MAX;
      if (sessionTimer === undefined || !isMore) return false;
      this.#floorS = floorS;
      this.#intervals++;
      const { request } = this.#invite;
      const headers = request.headers.filter(
        ({ name }) => name !== "session-expires" && name !== "min-se",
      );
      this.#again({ headers: [...headers, ...timerOffer(sessionTimer, floorS)] }, nowMs);
      return true;
    }
    const uri = this.#redirects?.next(response);
    if (uri === undefined) return false;
    this.#stack.log("info", `the call is led on to ${uri}`);
    const hop = this.#goesStraight ? hopOfUri(uri) : undefined;
    if (hop !== undefined) this.#leave(hop);
    this.#again({ uri }, nowMs);
    return true;
  }

  /** From now on it goes there, and what our server knows us by stays here. */
  #leave(hop: SipHop): void {
    this.#credentials = undefined;
    this.#invite = { ...this.#invite, route: { hop }, credentials: undefined };
  }

  #onProvisional(response: SipResponse, sent: SentRequest, nowMs: number): void {
    this.#isProceeding = true;
    if (this.#cancel === "wanted") this.#sendCancel(nowMs);
    if (response.status === 100 || this.#isOver || this.#isAnswered) return;
    if (!this.#early.take(response, sent, this.#identity(sent), nowMs)) return;
    const { status } = response;
    this.#stack.emit({
      kind: "progress",
      session: this.#id,
      status,
      response,
      ...(response.body === "" ? {} : { body: response.body }),
    });
  }

  #onSuccess(response: SipResponse, sent: SentRequest, nowMs: number): void {
    const dialog = dialogFromResponse(sent.request, response, sent.to.transport);
    this.#settle();
    if (!dialog.ok) {
      this.#stack.log("warn", `an answer cannot be used: ${dialog.error}`);
      this.#onFailed(503, dialog.error, nowMs);
      return;
    }
    // Attempts and CANCEL may have counted on since this one was sent.
    const counted = [this.#sequence, this.#early.sequence, sequenceOf(sent.request)];
    const sequence = Math.max(...counted);
    const identity = this.#identity(sent);
    const parts = {
      id: this.#id,
      dialog: { ...dialog.value, localSequence: sequence },
      identity,
      isCaller: true,
      localBody: sessionBody(sent.request) ?? "",
    };
    const isWanted = !this.#isOver && !this.#isAnswered;
    this.#isAnswered = true;
    const session = isWanted
      ? new Session(this.#stack, parts)
      : Session.discard(this.#stack, parts, sent.request, nowMs);
    const left = { id: this.#id, sent, identity, sequence };
    AnsweredInvite.take(this.#stack, left, dialog.value.remoteTag, session);
    if (!isWanted) return;
    session.takeOver();
    session.accept(sent.request, response, nowMs);
    this.#stack.emit({
      kind: "answered",
      session: this.#id,
      response,
      ...(response.body === "" ? {} : { body: response.body }),
    });
  }

  #identity(sent: SentRequest): DialogIdentity {
    return { contactUser: this.#contactUser, credentials: this.#credentials, peer: sent.to };
  }

  #onFailed(status: number, reason: string, _nowMs: number): void {
    this.#settle();
    // After a final answer this is the end of its transaction and of no interest.
    if (this.#isOver || this.#isAnswered) return;
    this.#isOver = true;
    this.#stack.legs.unbindSession(this.#id, this);
    this.#stack.emit({ kind: "failed", session: this.#id, status, reason });
  }

  /** A final answer came: nothing is left to cancel. */
  #settle(): void {
    this.#abandonAtMs = undefined;
    this.#rearm();
    if (this.#cancel === "wanted") this.#cancel = "none";
    this.#early.drop();
    this.replied(this.#openUpdate);
  }

  /** @see RFC 3261 §9.1 */
  #sendCancel(nowMs: number): void {
    const sent = this.#request.sent;
    if (sent === undefined || this.#cancel === "sent") return;
    this.#cancel = "sent";
    const cancel = cancelOf(sent.request, this.#cancelHeaders);
    this.#stack.clients.start(cancel, sent.to, nowMs, undefined);
    this.#abandonAtMs = nowMs + giveUpMs(this.#stack.timers);
    this.#rearm();
  }

  #rearm(): void {
    const dueMs = earliestMs(this.#abandonAtMs, this.#late.deadlineMs());
    this.#stack.legs.deadlines.set(this, dueMs);
  }
}
