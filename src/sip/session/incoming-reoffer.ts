import type { Stack } from "../stack.ts";
import type { ServerTransactionId } from "../transaction/server-transactions.ts";
import type { SipRequest } from "../wire/message.ts";
import type { Leg } from "./leg.ts";

/** A re-INVITE or UPDATE of theirs that has no final answer yet. */
export interface OpenReoffer {
  readonly transaction: ServerTransactionId;
  readonly request: SipRequest;
}

/** The offer of theirs that a session has to answer: one at a time. */
export class IncomingReoffer {
  readonly #stack: Stack;
  readonly #leg: Leg;
  #open: OpenReoffer | undefined;

  constructor(stack: Stack, leg: Leg) {
    this.#stack = stack;
    this.#leg = leg;
  }

  /** The one that waits for our answer. */
  get open(): OpenReoffer | undefined {
    return this.#open;
  }

  /** Keeps it until it is answered; a CANCEL of it comes to the leg. */
  begin(transaction: ServerTransactionId, request: SipRequest): void {
    this.#open = { transaction, request };
    this.#stack.legs.bindInvite(transaction, this.#leg);
  }

  /** It is answered. */
  close(): void {
    if (this.#open !== undefined) this.#stack.legs.unbindInvite(this.#open.transaction);
    this.#open = undefined;
  }

  /** Answers it so, where there is one. */
  refuse(status: number, nowMs: number): void {
    const pending = this.#open;
    if (pending === undefined) return;
    this.close();
    this.#stack.reply(pending.transaction, pending.request, status, nowMs);
  }
}
