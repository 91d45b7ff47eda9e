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

/**
 * How long an UPDATE may wait for its answer: it cannot be put off, and after 32 s its sender takes
 * silence for our end. @see RFC 3311 §5.2
 */
export const UPDATE_LIMIT_MS = 20_000;

/**
 * How long a re-INVITE may wait: longer than one that is carried on to another far end does, which
 * is put off for 180 s at most and cancelled then. It must not stay without an answer for ever.
 */
export const REINVITE_LIMIT_MS = 240_000;

/** The offer of theirs that a session has to answer: one at a time. */
export class IncomingReoffer {
  readonly #stack: Stack;
  readonly #leg: Leg;
  readonly #session: string;
  #open: OpenReoffer | undefined;
  /** When a re-INVITE that is not answered yet gets its 100. */
  #tryingAtMs: number | undefined;
  /** When it has to be answered by. */
  #limitAtMs: number | undefined;

  constructor(stack: Stack, leg: Leg, session: string) {
    this.#stack = stack;
    this.#leg = leg;
    this.#session = session;
  }

  /** The one that waits for our answer. */
  get open(): OpenReoffer | undefined {
    return this.#open;
  }

  /** Keeps it until it is answered; a CANCEL of it comes to the leg. */
  begin(transaction: ServerTransactionId, request: SipRequest, nowMs: number): void {
    this.#open = { transaction, request };
    const isInvite = request.method === "INVITE";
    if (isInvite) this.#tryingAtMs = nowMs + TRYING_AFTER_MS;
    this.#limitAtMs = nowMs + (isInvite ? REINVITE_LIMIT_MS : UPDATE_LIMIT_MS);
    this.#stack.legs.bindInvite(transaction, this.#leg);
  }

  deadlineMs(): number | undefined {
    return this.#tryingAtMs ?? this.#limitAtMs;
  }

  /** Says that it is being dealt with, once that takes long; after its limit it is refused. */
  timeout(nowMs: number): void {
    const pending = this.#open;
    if (this.#limitAtMs !== undefined && this.#limitAtMs <= nowMs) this.takeBack(504, nowMs);
    if (this.#tryingAtMs === undefined || this.#tryingAtMs > nowMs) return;
    this.#tryingAtMs = undefined;
    if (pending !== undefined) {
      this.#stack.reply(pending.transaction, pending.request, 100, nowMs);
    }
  }

  /** It is answered. */
  close(): void {
    this.#tryingAtMs = undefined;
    this.#limitAtMs = undefined;
    if (this.#open !== undefined) this.#stack.legs.unbindInvite(this.#open.transaction);
    this.#open = undefined;
  }

  /** Its answer is not to be had in time, or not wanted any more: it gets this one. */
  takeBack(status: number, nowMs: number): void {
    this.refuse(status, nowMs);
    this.#stack.emit({ kind: "taken-back", session: this.#session });
  }

  /** Answers it so, where there is one. */
  refuse(status: number, nowMs: number): void {
    const pending = this.#open;
    if (pending === undefined) return;
    this.close();
    this.#stack.reply(pending.transaction, pending.request, status, nowMs);
  }
}
