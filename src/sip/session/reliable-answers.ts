import { earliestMs } from "../../base/core.ts";
import { sequenceOf } from "../dialog/dialog.ts";
import { fractionOf } from "../fraction.ts";
import type { Stack } from "../stack.ts";
import type { ServerTransactionId } from "../transaction/server-transactions.ts";
import { giveUpMs, isDue, nextResend, type Resend, startResend } from "../transaction/timers.ts";
import { isReliable } from "../transaction/transports.ts";
import { withHeader } from "../wire/headers.ts";
import { headerValue, type SipRequest, type SipResponse } from "../wire/message.ts";
import { names, parseRAck, RELIABLE } from "./reliable.ts";

/** Provisional answers that wait for their turn: of more the last are left out. */
const WAITING_MAX = 8;

interface Pending {
  readonly response: SipResponse;
  readonly rseq: number;
  readonly giveUpAtMs: number;
  resend: Resend;
}

/**
 * Our provisional answers to an INVITE that the caller is to acknowledge: one at a time, each sent
 * again until its PRACK comes, for 64*T1 at most. @see RFC 3262 §3
 */
export class ReliableAnswers {
  readonly #stack: Stack;
  readonly #transaction: ServerTransactionId;
  readonly #request: SipRequest;
  readonly #waiting: SipResponse[] = [];
  #lastRseq: number;
  #pending: Pending | undefined;
  #hasAnswered = false;

  constructor(stack: Stack, transaction: ServerTransactionId, request: SipRequest) {
    this.#stack = stack;
    this.#transaction = transaction;
    this.#request = request;
    // Any number to begin with, far enough from the end.
    this.#lastRseq = Math.floor(fractionOf(stack.config.createToken()) * 1_000_000);
  }

  /** Whether this one goes reliably: the caller requires it, or takes it and it has a body. */
  wants(status: number, body: string | undefined): boolean {
    if (status <= 100 || status >= 200) return false;
    if (names(this.#request, "require")) return true;
    return names(this.#request, "supported") && body !== undefined && body !== "";
  }

  /** Whether one has not been acknowledged yet. */
  get isWaiting(): boolean {
    return this.#pending !== undefined;
  }

  /** Whether a description of ours has reached the caller for sure. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** Sends it, or keeps it until the one before is acknowledged. */
  send(response: SipResponse, nowMs: number): void {
    if (this.#pending !== undefined) {
      if (this.#waiting.length < WAITING_MAX) this.#waiting.push(response);
      return;
    }
    const rseq = ++this.#lastRseq;
    const required = { name: "require", value: RELIABLE };
    const headers = [...response.headers, required, { name: "rseq", value: String(rseq) }];
    const reliable = { ...withHeader(response, "rseq", String(rseq)), headers };
    const source = this.#stack.servers.sourceOf(this.#transaction);
    const isStream = source !== undefined && isReliable(source.transport);
    const config = { ...this.#stack.timers, reliable: isStream };
    this.#pending = {
      response: reliable,
      rseq,
      giveUpAtMs: nowMs + giveUpMs(this.#stack.timers),
      resend: startResend(config, config.t1Ms, nowMs),
    };
    this.#stack.servers.respond(this.#transaction, reliable, nowMs);
  }

  /** Takes a PRACK; false where it acknowledges nothing that is out. */
  acknowledge(prack: SipRequest, nowMs: number): boolean {
    const rack = parseRAck(headerValue(prack, "rack") ?? "");
    const pending = this.#pending;
    if (rack === undefined || pending === undefined || rack.rseq !== pending.rseq) return false;
    if (rack.method !== "INVITE" || rack.cseq !== sequenceOf(this.#request)) return false;
    this.#pending = undefined;
    if (pending.response.body !== "") this.#hasAnswered = true;
    const next = this.#waiting.shift();
    if (next !== undefined) this.send(next, nowMs);
    return true;
  }

  deadlineMs(): number | undefined {
    const pending = this.#pending;
    return pending && earliestMs(pending.resend.atMs, pending.giveUpAtMs);
  }

  timeout(nowMs: number): "waiting" | "given-up" {
    const pending = this.#pending;
    if (pending === undefined) return "waiting";
    if (pending.giveUpAtMs <= nowMs) {
      this.#pending = undefined;
      return "given-up";
    }
    if (isDue(pending.resend, nowMs)) {
      pending.resend = nextResend(pending.resend, Number.POSITIVE_INFINITY, nowMs);
      this.#stack.servers.respond(this.#transaction, pending.response, nowMs);
    }
    return "waiting";
  }
}
