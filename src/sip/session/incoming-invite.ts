import { credentialsOf } from "../account-book.ts";
import { type Dialog, dialogKey } from "../dialog/dialog.ts";
import { createResponse } from "../responses.ts";
import type { Stack } from "../stack.ts";
import type { ServerTransactionId } from "../transaction/server-transactions.ts";
import type { SessionEndCause, SipAccount, SipAddress } from "../user-agent-types.ts";
import { headerValue, type SipHeader, type SipRequest, type SipResponse } from "../wire/message.ts";
import { partyFromHeader } from "../wire/party.ts";
import type { Succession } from "./find-replaced.ts";
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
import { respondStatus } from "./respond-status.ts";
import { Session } from "./session.ts";

/*
 * An INVITE to us until our final answer.
 *
 *      | INVITE: 100, up
 *      v
 *   +---------+ 1xx: send, again each minute   2xx: send +-------------+
 *   | ringing |----------------------------------------->| established |
 *   +---------+                                          +-------------+
 *     | 300-699 or end: send     | CANCEL or BYE: 487
 *     v                          v
 *    over                       over
 */

/** How often a provisional answer is sent again while a person is rung. @see RFC 3261 §13.3.1.1 */
export const PROVISIONAL_EVERY_MS = 60_000;

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
  readonly #dialog: Dialog;
  #provisional: SipResponse | undefined;
  #repeatAtMs: number | undefined;
  #isOver = false;

  private constructor(stack: Stack, parts: IncomingParts) {
    this.#stack = stack;
    this.#parts = parts;
    this.#dialog = parts.dialog;
    this.#id = stack.legs.nextIncomingId();
    stack.legs.bindSession(this.#id, this);
    stack.legs.bindInvite(parts.transaction, this);
    stack.legs.bindDialog(keyOf(this.#dialog), this);
  }

  /** Answers 100 and hands the INVITE up. */
  static receive(stack: Stack, parts: IncomingParts, nowMs: number): void {
    const leg = new IncomingInvite(stack, parts);
    const { request, source, account, succession } = parts;
    stack.reply(parts.transaction, request, 100, nowMs);
    const nobody = { user: "", host: "", uri: "" };
    stack.emit({
      kind: "incoming",
      session: leg.#id,
      ...(account === undefined ? {} : { account: account.id }),
      from: partyFromHeader(headerValue(request, "from") ?? "") ?? nobody,
      to: partyFromHeader(headerValue(request, "to") ?? "") ?? nobody,
      request,
      source,
      ...succession,
    });
  }

  respond(command: RespondCommand, nowMs: number): void {
    if (this.#isOver) return;
    const status = respondStatus(command.status);
    if (status === 100) return;
    const { transaction, request } = this.#parts;
    const response = createResponse(request, status, {
      ...command,
      toTag: this.#dialog.localTag,
      headers: [...(status < 300 ? this.#dialogHeaders() : []), ...(command.headers ?? [])],
    });
    if (status >= 300) {
      this.#stack.servers.respond(transaction, response, nowMs);
      this.#finish("local");
      return;
    }
    if (status < 200) {
      this.#stack.servers.respond(transaction, response, nowMs);
      this.#provisional = response;
      this.#repeatAtMs = nowMs + PROVISIONAL_EVERY_MS;
      this.#stack.legs.deadlines.set(this, this.#repeatAtMs);
      return;
    }
    this.#leave();
    const { account, source, user } = this.#parts;
    const session = new Session(this.#stack, {
      id: this.#id,
      dialog: this.#dialog,
      identity: {
        contactUser: user,
        credentials: account === undefined ? undefined : credentialsOf(account),
        peer: source,
      },
      isCaller: false,
    });
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

  request(command: SessionRequestCommand | ReferCommand): void {
    // Only what is up can be talked about.
    this.#stack.emit({ kind: "response", request: command.request, status: 481 });
  }

  get standing(): LegStanding {
    return { session: this.#id, stage: this.#isOver ? "over" : "ringing", dialog: this.#dialog };
  }

  receiveRequest(transaction: ServerTransactionId, request: SipRequest, nowMs: number): void {
    if (request.method === "INVITE") {
      // A second one before the first is answered. @see RFC 3261 §14.2
      const headers = [{ name: "retry-after", value: "1" }];
      this.#stack.reply(transaction, request, 500, nowMs, { headers });
    } else if (request.method === "BYE") {
      // The caller may end an early dialog this way too. @see RFC 3261 §15
      this.#stack.reply(transaction, request, 200, nowMs);
      this.#refuse(487, nowMs);
      this.#finish("bye", request);
    } else {
      this.#stack.emitRequest(transaction, request, this.#id);
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
    if (this.#provisional === undefined || this.#isOver) return;
    this.#stack.servers.respond(this.#parts.transaction, this.#provisional, nowMs);
    this.#repeatAtMs = nowMs + PROVISIONAL_EVERY_MS;
    this.#stack.legs.deadlines.set(this, this.#repeatAtMs);
  }

  #dialogHeaders(): readonly SipHeader[] {
    const { source, user } = this.#parts;
    return [...this.#stack.contactHeaders(source, user), ...this.#stack.abilityHeaders()];
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
    legs.unbindDialog(keyOf(this.#dialog), this);
    legs.deadlines.set(this, undefined);
  }
}

function keyOf(dialog: Dialog): string {
  return dialogKey(dialog.callId, dialog.localTag, dialog.remoteTag);
}
