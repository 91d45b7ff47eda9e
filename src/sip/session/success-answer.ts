import { earliestMs } from "../../base/core.ts";
import { sequenceOf } from "../dialog/dialog.ts";
import type { Stack } from "../stack.ts";
import type { ServerTransactionId } from "../transaction/server-transactions.ts";
import { giveUpMs, isDue, nextResend, type Resend, startResend } from "../transaction/timers.ts";
import type { SipResponse } from "../wire/message.ts";

/**
 * A 2xx of ours to an INVITE, sent again until its ACK comes: after T1, then twice as long each
 * time up to T2, for 64*T1 at most. It is the user agent's work, since proxies pass a 2xx on and
 * forget it. @see RFC 3261 §13.3.1.4
 */
export class SuccessAnswer {
  /** CSeq number of the INVITE and of the ACK that ends this. */
  readonly sequence: number;
  readonly #stack: Stack;
  readonly #transaction: ServerTransactionId;
  readonly #response: SipResponse;
  readonly #giveUpAtMs: number;
  #resend: Resend;

  constructor(
    stack: Stack,
    transaction: ServerTransactionId,
    response: SipResponse,
    nowMs: number,
  ) {
    this.#stack = stack;
    this.#transaction = transaction;
    this.#response = response;
    this.sequence = sequenceOf(response);
    const isMemory = stack.servers.sourceOf(transaction)?.transport === "memory";
    const config = isMemory ? stack.configs.reliable : stack.configs.lossy;
    this.#resend = startResend(config, config.t1Ms, nowMs);
    this.#giveUpAtMs = nowMs + giveUpMs(stack.timers);
  }

  deadlineMs(): number | undefined {
    return earliestMs(this.#resend.atMs, this.#giveUpAtMs);
  }

  /** Its ACK came. */
  acknowledge(): void {
    this.#stack.servers.acknowledged(this.#transaction);
  }

  timeout(nowMs: number): "waiting" | "given-up" {
    if (this.#giveUpAtMs <= nowMs) return "given-up";
    if (isDue(this.#resend, nowMs)) {
      this.#resend = nextResend(this.#resend, this.#stack.timers.t2Ms, nowMs);
      this.#stack.servers.respond(this.#transaction, this.#response, nowMs);
    }
    return "waiting";
  }
}
