import type { SentRequest } from "../client-request.ts";
import { dialogFromResponse, sequenceOf } from "../dialog/dialog.ts";
import type { DialogIdentity, SentAck } from "../dialog/dialog-usage.ts";
import type { Stack } from "../stack.ts";
import type { ClientTransactionId } from "../transaction/client-transactions.ts";
import type { TransactionUser } from "../transaction/transaction-user.ts";
import type { SipAddress } from "../user-agent-types.ts";
import { headerValue, type SipRequest, type SipResponse } from "../wire/message.ts";
import { tagOf } from "../wire/name-addr.ts";
import { FORKS_MAX } from "./early-dialogs.ts";
import { Session } from "./session.ts";

/** What one takes, and each session that it holds on to, bytes, as measured. */
const OWN_BYTES = 2_500;
const SESSION_BYTES = 5_000;

/** What of an INVITE its ACK and the dialogs of further 2xx are made of. */
const NEEDED = ["from", "call-id", "cseq", "session-id", "authorization", "proxy-authorization"];

/** An INVITE that was answered 2xx, and what the sessions of further answers are made of. */
export interface AnsweredInviteParts {
  /** Of the session. */
  readonly id: string;
  readonly sent: SentRequest;
  readonly identity: DialogIdentity;
  /** The highest CSeq number that a request of the INVITE's had. */
  readonly sequence: number;
}

/**
 * What is left of an INVITE of ours once it was answered, for as long as copies of its 2xx and
 * those of other forks may come: each is acknowledged, and all but the first are ended. It holds
 * on to no more than that takes: calls may be many.
 * @see RFC 3261 §13.2.2.4, RFC 6026 §7.2
 */
export class AnsweredInvite implements TransactionUser {
  readonly #stack: Stack;
  readonly #id: string;
  readonly #request: SipRequest;
  readonly #to: SipAddress;
  readonly #identity: DialogIdentity;
  readonly #sequence: number;
  readonly #transaction: ClientTransactionId;
  /** Who answered, by tag; of a session that is gone its ACK. */
  readonly #answered = new Map<string, Session | SentAck | undefined>();

  private constructor(stack: Stack, parts: AnsweredInviteParts) {
    const { id, sent, identity, sequence } = parts;
    const headers = sent.request.headers.filter(({ name }) => NEEDED.includes(name));
    this.#stack = stack;
    this.#id = id;
    this.#request = { ...sent.request, headers, body: "" };
    this.#to = sent.to;
    this.#identity = identity;
    this.#sequence = sequence;
    this.#transaction = sent.transaction;
  }

  /** Takes the transaction of an INVITE over, whose first 2xx has made a session. */
  static take(stack: Stack, parts: AnsweredInviteParts, tag: string, first: Session): void {
    const left = new AnsweredInvite(stack, parts);
    left.#keep(tag, first);
  }

  #keep(tag: string, session: Session): void {
    this.#answered.set(tag, session);
    session.onGone = (usage) => {
      this.#answered.set(tag, usage.ackOf(sequenceOf(this.#request)));
      this.#entrust();
    };
    this.#entrust();
  }

  /** Tells what it takes now. */
  #entrust(): void {
    let bytes = OWN_BYTES;
    for (const one of this.#answered.values()) {
      bytes += one instanceof Session ? SESSION_BYTES : (one?.bytes.length ?? 0);
    }
    this.#stack.clients.entrust(this.#transaction, this, bytes);
  }

  /** Nothing comes any more: sessions that go on are not to hold on to this. */
  forgotten(): void {
    for (const one of this.#answered.values()) {
      if (one instanceof Session) one.onGone = undefined;
    }
  }

  receive(response: SipResponse, _transaction: ClientTransactionId, nowMs: number): void {
    const tag = tagOf(headerValue(response, "to") ?? "") ?? "";
    const known = this.#answered.get(tag);
    if (known instanceof Session) known.acceptAgain(this.#request, nowMs);
    else if (known !== undefined) this.#stack.send(known.bytes, known.to);
    if (this.#answered.has(tag)) return;
    if (this.#answered.size >= FORKS_MAX) return;
    const dialog = dialogFromResponse(this.#request, response, this.#to.transport);
    if (!dialog.ok) {
      this.#stack.log("warn", `an answer cannot be used: ${dialog.error}`);
      return;
    }
    const parts = {
      id: this.#id,
      dialog: { ...dialog.value, localSequence: this.#sequence },
      identity: this.#identity,
      isCaller: true,
      localBody: "",
    };
    this.#keep(tag, Session.discard(this.#stack, parts, this.#request, nowMs));
  }

  quiet(): void {
    // It was answered.
  }

  fail(): void {
    // It was answered.
  }
}
