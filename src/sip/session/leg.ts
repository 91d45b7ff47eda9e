import type { ServerTransactionId } from "../transaction/server-transactions.ts";
import type { UaCommand } from "../user-agent-types.ts";
import type { SipRequest } from "../wire/message.ts";

/** Answers an INVITE or re-INVITE of theirs. */
export type RespondCommand = Extract<UaCommand, { readonly kind: "respond" }>;
/** Sends a new offer. */
export type ReinviteCommand = Extract<UaCommand, { readonly kind: "reinvite" }>;
/** Brings the answer to an offer that a 2xx held. */
export type AckCommand = Extract<UaCommand, { readonly kind: "ack" }>;
/** Ends the session, whatever its state. */
export type EndCommand = Extract<UaCommand, { readonly kind: "end" }>;

/**
 * One stage of a session's life, as commands and requests meet it: an INVITE of ours or to us that
 * has no final answer yet, or an established session.
 */
export interface Leg {
  respond(command: RespondCommand, nowMs: number): void;
  reinvite(command: ReinviteCommand, nowMs: number): void;
  ack(command: AckCommand, nowMs: number): void;
  end(command: EndCommand, nowMs: number): void;
  /** An INVITE, BYE or request that we serve, inside a dialog of the leg. */
  receiveRequest(transaction: ServerTransactionId, request: SipRequest, nowMs: number): void;
  /** The ACK of a 2xx of ours. */
  receiveAck(request: SipRequest, nowMs: number): void;
  /** A CANCEL of an INVITE that the leg has not answered finally; it was answered 200. */
  receiveCancel(transaction: ServerTransactionId, request: SipRequest, nowMs: number): void;
  timeout(nowMs: number): void;
}
