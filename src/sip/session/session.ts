import { earliestMs } from "../../base/core.ts";
import { sequenceOf } from "../dialog/dialog.ts";
import { DialogUsage } from "../dialog/dialog-usage.ts";
import { createResponse } from "../responses.ts";
import type { Stack } from "../stack.ts";
import type { ServerTransactionId } from "../transaction/server-transactions.ts";
import { giveUpMs } from "../transaction/timers.ts";
import type { SessionEndCause, SipAddress } from "../user-agent-types.ts";
import type { SipHeader, SipRequest, SipResponse } from "../wire/message.ts";
import { Farewell } from "./farewell.ts";
import { requestInDialog } from "./in-dialog.ts";
import { IncomingReoffer } from "./incoming-reoffer.ts";
import { EXPIRED, KeepAlive } from "./keep-alive.ts";
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
import { type ReofferHost, Reoffers } from "./reoffers.ts";
import { respondStatus } from "./respond-status.ts";
import type { SessionParts } from "./session-parts.ts";
import type { SessionInterval } from "./session-timer.ts";
import { SuccessAnswer } from "./success-answer.ts";

/*
 * An established session.
 *
 *   2xx sent                       2xx received, ACK sent
 *      v                                   v
 *   +----------------+  ACK          +-----------+ <----------------------+
 *   | waiting for    |-------------->|  talking  |  final answer, ACK     |
 *   | the ACK        |               |           |---+ re-INVITE either   |
 *   +----------------+               +-----------+   | way                |
 *      | none in 64*T1     BYE of theirs |  | end    v                    |
 *      |  or `end`, then     or no answer|  |     +------------+          |
 *      |  its ACK                        |  |     | re-offering|----------+
 *      v                                 |  v     +------------+
 *   +----------------+  answered or not  | +----------------+
 *   |  BYE under way |------------------>| |  BYE under way |
 *   +----------------+                   v +----------------+
 *                                      over
 *
 * The person's session ends (`ended`) when it is decided; BYE and late copies go on behind.
 */

/** A 2xx with the far end's offer, whose ACK waits for our answer. */
interface UnansweredOffer {
  readonly invite: SipRequest;
  readonly giveUpAtMs: number;
}

/** An established session: one dialog, its re-INVITEs and its end. */
export class Session implements Leg {
  readonly #stack: Stack;
  readonly #id: string;
  readonly #usage: DialogUsage;
  readonly #reoffers: Reoffers;
  readonly #keepAlive: KeepAlive;
  readonly #incoming: IncomingReoffer;
  #localBody: string;
  #isOver = false;
  readonly #farewell: Farewell;
  #answer: SuccessAnswer | undefined;
  #unanswered: UnansweredOffer | undefined;
  /** Told once nothing is left to do; the ACKs are in what it is told with. */
  onGone: ((usage: DialogUsage) => void) | undefined;

  constructor(stack: Stack, parts: SessionParts) {
    this.#stack = stack;
    this.#id = parts.id;
    this.#usage = new DialogUsage(stack, parts.dialog, parts.identity);
    this.#farewell = new Farewell(stack, this.#usage, (nowMs) => this.#close(nowMs));
    this.#localBody = parts.localBody;
    this.#incoming = new IncomingReoffer(stack, this, parts.id);
    this.#keepAlive = new KeepAlive(stack, this.#usage, {
      reofferSame: (nowMs) => this.#reofferSame(nowMs),
      onLost: (status, nowMs) => this.#finish(status === 408 ? "timeout" : "error", nowMs),
      onChanged: () => this.#rearm(),
    });
    this.#reoffers = new Reoffers(stack, this.#usage, parts.isCaller, this.#reofferHost());
    stack.legs.bindDialog(this.#usage.key, this);
  }

  /** Takes over the session's id: from here on commands come to this leg. */
  takeOver(): void {
    this.#stack.legs.bindSession(this.#id, this);
  }

  /**
   * A session nobody wants: a fork that answered second, or an answer that crossed our CANCEL. It
   * is acknowledged and ended. @see RFC 3261 §13.2.2.4
   */
  static discard(stack: Stack, parts: SessionParts, invite: SipRequest, nowMs: number): Session {
    const session = new Session(stack, parts);
    session.#isOver = true;
    session.#usage.acknowledge(invite, nowMs);
    session.#sayBye(nowMs);
    return session;
  }

  /**
   * A 2xx to our INVITE or re-INVITE. Its ACK goes out at once, or where the 2xx holds an offer
   * that we asked for, with the answer (`ack`).
   */
  accept(invite: SipRequest, response: SipResponse, nowMs: number): void {
    this.#keepAlive.accepted(response, nowMs);
    this.#rearm();
    if (invite.body !== "" || response.body === "" || this.#isOver) {
      this.#usage.acknowledge(invite, nowMs);
      return;
    }
    this.#unanswered = { invite, giveUpAtMs: nowMs + giveUpMs(this.#stack.timers) };
    this.#rearm();
  }

  /** A copy of a 2xx that was accepted before: its ACK was lost, unless it waits for `ack`. */
  acceptAgain(invite: SipRequest, nowMs: number): void {
    const waits = this.#unanswered;
    const isIt = waits !== undefined && sequenceOf(waits.invite) === sequenceOf(invite);
    if (!isIt) this.#usage.acknowledge(invite, nowMs);
  }

  /** What the INVITE that made the session agreed on, and what its caller can do. */
  begin(invite: SipRequest, interval: SessionInterval | undefined, nowMs: number): void {
    this.#keepAlive.learn(invite);
    this.#keepAlive.agreed(interval, nowMs);
  }

  /** A 2xx of ours is out: it is sent again until its ACK comes. */
  awaitAck(transaction: ServerTransactionId, response: SipResponse, nowMs: number): void {
    this.#answer = new SuccessAnswer(this.#stack, transaction, response, nowMs);
    this.#rearm();
  }

  respond(command: RespondCommand, nowMs: number): void {
    const pending = this.#incoming.open;
    if (pending === undefined) {
      this.#stack.log("debug", `nothing to answer with ${command.status} in ${this.#id}`);
      return;
    }
    const { transaction, request } = pending;
    const status = respondStatus(command.status);
    const isSuccess = status >= 200 && status < 300;
    const timer = isSuccess ? this.#keepAlive.answer(request) : undefined;
    const response = createResponse(request, status, {
      ...command,
      headers: [
        ...(status < 300 ? this.#usage.contactHeaders() : []),
        ...(status < 300 ? this.#stack.abilityHeaders() : []),
        ...(timer?.ok === true ? timer.value.headers : []),
        ...this.#stack.sessionIdFor(request, command.headers),
        ...(command.headers ?? []),
      ],
    });
    if (status >= 200) this.#incoming.close();
    this.#stack.servers.respond(transaction, response, nowMs);
    if (timer?.ok === true) this.#keepAlive.agreed(timer.value.interval, nowMs);
    if (isSuccess && response.body !== "") this.#localBody = response.body;
    if (isSuccess && request.method === "INVITE") this.awaitAck(transaction, response, nowMs);
    this.#proceed(nowMs);
  }

  reinvite(command: ReinviteCommand, nowMs: number): void {
    this.#reoffers.queue(command.body ?? "");
    this.#proceed(nowMs);
  }

  takeBack(nowMs: number): void {
    this.#reoffers.takeBack(nowMs);
    this.#proceed(nowMs);
  }

  ack(command: AckCommand, nowMs: number): void {
    const pending = this.#unanswered;
    if (pending === undefined) {
      this.#stack.log("debug", `nothing to acknowledge in ${this.#id}`);
      return;
    }
    this.#unanswered = undefined;
    if (command.body !== undefined) this.#localBody = command.body;
    this.#usage.acknowledge(pending.invite, nowMs, command.body);
    this.#proceed(nowMs);
  }

  end(command: EndCommand, nowMs: number): void {
    this.#farewell.name = command.request;
    this.#finish("local", nowMs, command.headers);
  }

  request(command: SessionRequestCommand | ReferCommand, nowMs: number): void {
    const onGone = (atMs: number) => this.#finish("error", atMs);
    requestInDialog(this.#stack, this.#usage, command, onGone, nowMs);
  }

  get standing(): LegStanding {
    const stage = this.#isOver ? "over" : "up";
    return { session: this.#id, stage, dialog: this.#usage.dialog };
  }

  receiveRequest(transaction: ServerTransactionId, request: SipRequest, nowMs: number): void {
    const reply = (status: number, headers: readonly SipHeader[] = []) =>
      this.#stack.reply(transaction, request, status, nowMs, { headers });
    if (!this.#usage.takeRemoteSequence(request)) {
      reply(500);
      return;
    }
    if (request.method === "BYE") {
      const source = this.#stack.servers.sourceOf(transaction);
      reply(200);
      this.#onBye(request, source, nowMs);
    } else if (this.#isOver) {
      reply(481);
    } else if (request.method === "INVITE" || request.method === "UPDATE") {
      this.#onReoffer(transaction, request, nowMs);
    } else if (request.method === "PRACK") {
      // Our 2xx waited for each that was due. @see RFC 3262 §3
      reply(481);
    } else {
      this.#stack.emitRequest(transaction, request, nowMs, this.#id);
    }
  }

  receiveAck(request: SipRequest, nowMs: number): void {
    const answer = this.#answer;
    if (answer === undefined || answer.sequence !== sequenceOf(request)) return;
    answer.acknowledge();
    this.#answer = undefined;
    if (this.#isOver) {
      this.#sayBye(nowMs);
      return;
    }
    this.#stack.emit({
      kind: "confirmed",
      session: this.#id,
      ...(request.body === "" ? {} : { body: request.body }),
    });
    this.#proceed(nowMs);
  }

  receiveCancel(transaction: ServerTransactionId, _request: SipRequest, nowMs: number): void {
    if (this.#incoming.open?.transaction !== transaction) return;
    this.#incoming.takeBack(487, nowMs);
    this.#proceed(nowMs);
  }

  timeout(nowMs: number): void {
    const answer = this.#answer;
    if (answer !== undefined && answer.timeout(nowMs) === "given-up") {
      this.#answer = undefined;
      this.#finish("timeout", nowMs);
      this.#sayBye(nowMs);
    }
    if ((this.#unanswered?.giveUpAtMs ?? Number.POSITIVE_INFINITY) <= nowMs)
      this.#finish("timeout", nowMs);
    this.#incoming.timeout(nowMs);
    this.#reoffers.timeout(nowMs);
    if (this.#keepAlive.timeout(nowMs)) this.#finish("timeout", nowMs, EXPIRED);
    this.#proceed(nowMs);
  }

  #reofferSame(nowMs: number): void {
    if (this.#localBody === "" || this.#reoffers.isRunning) return;
    this.#reoffers.queue(this.#localBody, true);
    this.#proceed(nowMs);
  }

  #onBye(request: SipRequest, source: SipAddress | undefined, nowMs: number): void {
    this.#answer = undefined;
    this.#unanswered = undefined;
    this.#incoming.refuse(487, nowMs);
    this.#tellEnd("bye", { request, ...this.#stack.originOf(source, nowMs) });
    this.#close(nowMs);
  }

  /** A re-INVITE, or an UPDATE: with an offer it is as one, without it tells of life. */
  #onReoffer(transaction: ServerTransactionId, request: SipRequest, nowMs: number): void {
    if (this.#keepAlive.refuses(transaction, request, nowMs)) return;
    if (request.method === "UPDATE" && request.body === "") {
      this.#keepAlive.answerUpdate(transaction, request, nowMs);
      this.#rearm();
      return;
    }
    if (this.#incoming.open !== undefined) {
      // Retry-After is to be random between 0 and 10 s; one second keeps a hold snappy.
      const headers = [{ name: "retry-after", value: "1" }];
      this.#stack.reply(transaction, request, 500, nowMs, { headers });
      return;
    }
    const isOffering = this.#answer !== undefined || this.#unanswered !== undefined;
    if (isOffering || this.#reoffers.isRunning) {
      this.#stack.reply(transaction, request, 491, nowMs);
      return;
    }
    this.#usage.refreshTarget(request);
    this.#incoming.begin(transaction, request, nowMs);
    this.#rearm();
    this.#stack.emit({
      kind: "reoffered",
      session: this.#id,
      request,
      ...(request.body === "" ? {} : { body: request.body }),
    });
  }

  #reofferHost(): ReofferHost {
    return {
      mayOffer: () =>
        !this.#isOver &&
        this.#incoming.open === undefined &&
        this.#answer === undefined &&
        this.#unanswered === undefined,
      onAccepted: (invite, response, isRefresh, nowMs) => {
        // Not before: of what is refused or taken back nothing holds.
        if (invite.body !== "") this.#localBody = invite.body;
        this.accept(invite, response, nowMs);
        if (!this.#isOver && !isRefresh) {
          this.#stack.emit({
            kind: "answered",
            session: this.#id,
            response,
            ...(response.body === "" ? {} : { body: response.body }),
          });
        }
        this.#proceed(nowMs);
      },
      onAcceptedAgain: (invite, nowMs) => this.acceptAgain(invite, nowMs),
      onRefused: (status, isRefresh, nowMs, response) => {
        if (this.#isOver) return;
        this.#keepAlive.refused(response, nowMs);
        if (!isRefresh) this.#stack.emit({ kind: "reoffer-failed", session: this.#id, status });
      },
      onSettled: (nowMs) => this.#proceed(nowMs),
      headers: () => this.#keepAlive.headers(),
      onLost: (status, nowMs) => this.#finish(status === 408 ? "timeout" : "error", nowMs),
    };
  }

  /** After any change: an offer that waits may go out now, and the timer be another. */
  #proceed(nowMs: number): void {
    this.#reoffers.proceed(nowMs);
    this.#rearm();
  }

  /** Tells the end, refuses what is open and says BYE as soon as it may be said. */
  #finish(cause: SessionEndCause, nowMs: number, byeHeaders: readonly SipHeader[] = []): void {
    if (this.#isOver) return;
    this.#tellEnd(cause);
    this.#farewell.headers = byeHeaders;
    this.#incoming.refuse(487, nowMs);
    const pending = this.#unanswered;
    this.#unanswered = undefined;
    if (pending !== undefined) this.#usage.acknowledge(pending.invite, nowMs);
    // The callee may not say BYE before its 2xx is acknowledged. @see RFC 3261 §15
    if (this.#answer === undefined) this.#sayBye(nowMs);
  }

  #tellEnd(
    cause: SessionEndCause,
    told: { readonly request?: SipRequest; readonly fromServer?: true } = {},
  ): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#keepAlive.stop();
    this.#reoffers.clear();
    this.#stack.legs.unbindSession(this.#id, this);
    this.#stack.emit({ kind: "ended", session: this.#id, cause, ...told });
  }

  #sayBye(nowMs: number): void {
    this.#farewell.say(nowMs);
    this.#rearm();
  }

  /** Nothing is left to do: the dialog is gone. */
  #close(nowMs: number): void {
    this.#farewell.close();
    this.#reoffers.abandon(nowMs);
    this.#stack.legs.unbindDialog(this.#usage.key, this);
    this.#rearm();
    this.onGone?.(this.#usage);
  }

  #rearm(): void {
    this.#stack.legs.deadlines.set(
      this,
      earliestMs(
        this.#answer?.deadlineMs(),
        this.#unanswered?.giveUpAtMs,
        this.#reoffers.deadlineMs(),
        this.#keepAlive.deadlineMs(),
        this.#incoming.deadlineMs(),
      ),
    );
  }
}
