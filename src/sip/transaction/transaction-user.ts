import type { SipResponse } from "../wire/message.ts";
import type { ClientTransactionId } from "./client-transactions.ts";

/** Whoever sent a request, as the dispatcher of what comes back knows it. */
export interface TransactionUser {
  /** A response to one of its transactions. */
  receive(response: SipResponse, transaction: ClientTransactionId, nowMs: number): void;
  /** Nobody has answered for a while; the transaction goes on. */
  quiet(transaction: ClientTransactionId, nowMs: number): void;
  /** The transaction is over without an answer. */
  fail(cause: "timeout" | "transport", transaction: ClientTransactionId, nowMs: number): void;
  /** A transaction that it was entrusted with is kept no more. */
  forgotten?(): void;
}
