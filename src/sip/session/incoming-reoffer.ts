import type { Stack } from "../stack.ts";
import type { ServerTransactionId } from "../transaction/server-transactions.ts";
import type { SipRequest } from "../wire/message.ts";
import type { Leg } from "./leg.ts";

/** A re-INVITE or UPDATE of theirs that has no final answer yet. */
export interface OpenReoffer {
  readonly transaction: ServerTransactionId;
  readonly request: SipRequest;
}

/** Who answers an INVITE sooner needs no 100 before. @see RFC 3261 §17.2.1 */
export const TRYING_AFTER_MS = 200;

/** The offer of theirs that a session has to answer: one at a time. */
export class IncomingReoffer {
  readonly #stack: Stack;
  readonly #leg: Leg;
  #open: OpenReoffer | undefined;
  /** When a re-INVITE that is not answered yet gets its 100. */
  #tryingAtMs: number | undefined;

  constructor(stack: Stack, leg: Leg) {
    this.#stack = stack;
    this.#leg = leg;
  }

  /** The one that waits for our answer. */
  get open(): OpenReoffer | undefined {
    return this.#open;
  }

  /** Keeps it until it is answered; a CANCEL of it comes to the leg. */
  begin(transaction: ServerTransactionId, request: SipRequest, nowMs: number): void {
    this.#open = { transaction, request };
    if (request.method === "INVITE") this.#tryingAtMs = nowMs + TRYING_AFTER_MS;
    this.#stack.legs.bindInvite(transaction, this.#leg);
  }

  deadlineMs(): number | undefined {
    return this.#tryingAtMs;
  }

  /** Says that it is being dealt with, once that takes long. */
  timeout(nowMs: number): void {
    const pending = this.#open;
    if (this.#tryingAtMs === undefined || this.#tryingAtMs > nowMs) return;
    this.#tryingAtMs = undefined;
    if (pending !== undefined) {
      this.#stack.reply(pending.transaction, pending.request, 100, nowMs);
    }
  }

  /** It is answered. */
  close(): void {
    this.#tryingAtMs = undefined;
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
