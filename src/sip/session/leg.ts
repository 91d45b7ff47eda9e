import type { Dialog } from "../dialog/dialog.ts";
import type { ServerTransactionId } from "../transaction/server-transactions.ts";
import type { UaCommand } from "../user-agent-types.ts";
import type { SipHeader, SipRequest } from "../wire/message.ts";

/** Answers an INVITE or re-INVITE of theirs. */
export type RespondCommand = Extract<UaCommand, { readonly kind: "respond" }>;
/** Sends a new offer. */
export type ReinviteCommand = Extract<UaCommand, { readonly kind: "reinvite" }>;
/** Brings the answer to an offer that a 2xx held. */
export type AckCommand = Extract<UaCommand, { readonly kind: "ack" }>;
/** Ends the session, whatever its state. */
export type EndCommand = Extract<UaCommand, { readonly kind: "end" }>;

/** Sends a request inside the session's dialog. */
export type SessionRequestCommand = Extract<UaCommand, { readonly kind: "session-request" }>;
/** Asks the far end to call somebody. */
export type ReferCommand = Extract<UaCommand, { readonly kind: "refer" }>;

/** How a leg stands, for those who want to take its place or to refer to it. */
export interface LegStanding {
  readonly session: string;
  /** `calling`: an INVITE of ours; `ringing`: one to us; `up`: answered; `over`: ended. */
  readonly stage: "calling" | "ringing" | "up" | "over";
  /** The dialog; absent where an INVITE of ours has made none, or several. */
  readonly dialog?: Dialog;
}

/** Whoever answers in a dialog: a leg of a call, or a subscription, which only has requests. */
export interface DialogLeg {
  /** Absent: nobody can take its place, or refer to it. */
  readonly standing?: LegStanding;
  /** A new request inside a dialog of it. */
  receiveRequest(transaction: ServerTransactionId, request: SipRequest, nowMs: number): void;
  receiveAck?(request: SipRequest, nowMs: number): void;
}

/**
 * One stage of a session's life, as commands and requests meet it: an INVITE of ours or to us that
 * has no final answer yet, or an established session.
 */
export interface Leg extends DialogLeg {
  respond(command: RespondCommand, nowMs: number): void;
  reinvite(command: ReinviteCommand, nowMs: number): void;
  /** Gives an offer of ours up that has no answer yet. */
  takeBack?(nowMs: number): void;
  ack(command: AckCommand, nowMs: number): void;
  end(command: EndCommand, nowMs: number): void;
  /** Sends a request in the dialog; `replaces` stands for the session that a REFER names. */
  request(command: SessionRequestCommand | ReferCommand, nowMs: number): void;
  readonly standing: LegStanding;
  /** An INVITE, BYE or request that we serve, inside a dialog of the leg. */
  receiveRequest(transaction: ServerTransactionId, request: SipRequest, nowMs: number): void;
  /** The ACK of a 2xx of ours. */
  receiveAck(request: SipRequest, nowMs: number): void;
  /** A CANCEL of an INVITE that the leg has not answered finally; it was answered 200. */
  receiveCancel(transaction: ServerTransactionId, request: SipRequest, nowMs: number): void;
  /** Such a request is refused; true where the leg has answered it otherwise. */
  declines?(
    transaction: ServerTransactionId,
    request: SipRequest,
    status: number,
    nowMs: number,
  ): boolean;
  /** What a 2xx of the layers above says beside their own: where we are. */
  answerHeaders?(): readonly SipHeader[];
  /** A request that was handed up with `bindInvite` has been answered. */
  replied?(transaction: ServerTransactionId, nowMs: number): void;
  timeout(nowMs: number): void;
}
