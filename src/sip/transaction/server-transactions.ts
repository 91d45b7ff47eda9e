import { earliestMs } from "../../base/core.ts";
import { ownText } from "../../base/own-text.ts";
import { DeadlineQueue } from "../deadline-queue.ts";
import type { SipAddress } from "../user-agent-types.ts";
import { headerValue, type SipRequest, type SipResponse } from "../wire/message.ts";
import { keptMessageBytes } from "../wire/message-bytes.ts";
import type { Via } from "../wire/via.ts";
import type { Send } from "./client-transactions.ts";
import {
  INVITE_SERVER_START,
  type InviteServerAction,
  type InviteServerInput,
  type InviteServerState,
  inviteServerDeadlineMs,
  inviteServerStep,
} from "./invite-server.ts";
import {
  type NonInviteServerAction,
  type NonInviteServerInput,
  type NonInviteServerState,
  nonInviteServerDeadlineMs,
  nonInviteServerStart,
  nonInviteServerStep,
} from "./non-invite-server.ts";
import { type SettledTransaction, SettledTransactions } from "./settled-transactions.ts";
import {
  forgetAtMs,
  type TransactionConfig,
  type TransactionConfigs,
  type TransactionTimers,
  transactionConfigs,
} from "./timers.ts";
import { mergeKey, serverKey } from "./transaction-key.ts";
import { answerTo, isReliable } from "./transports.ts";

/**
 * Requests to us that may be under way at one time. What is finished and only kept for late copies
 * is none of them. @see SettledTransactions
 */
export const SERVER_TRANSACTIONS_MAX = 2000;
/**
 * So many more for requests of servers and telephones that are known, and so many again for what
 * belongs to a call of ours or comes from inside the box: a flood, under false addresses too, must
 * not take the way out from those who talk, nor from the telephones that hang on the box.
 */
export const SERVER_TRANSACTIONS_RESERVE = 200;

/** Whose a request is, as far as that decides about the room that there is for it. */
export type RequestRank = "stranger" | "known" | "own";

const RANKS = ["stranger", "known", "own"] as const satisfies readonly RequestRank[];

/** Names one server transaction. */
export type ServerTransactionId = number;

/** The INVITE that a CANCEL is for. */
export interface CancelledInvite {
  readonly transaction: ServerTransactionId;
  /** The To tag that all answers to it have. */
  readonly toTag: string;
}

/** What came of a request that was received. */
export type ServerReception =
  /** A new transaction: answer it with `respond`. */
  | { readonly kind: "new"; readonly transaction: ServerTransactionId }
  /** A copy of one we have, or an ACK that ended one: nothing is left to do. */
  | { readonly kind: "absorbed" }
  /** An ACK that belongs to a dialog. */
  | { readonly kind: "ack" }
  /** The branch of a transaction we have, with another CSeq: the sender is broken. */
  | { readonly kind: "branch-reused" }
  /** The same request came over another way before. @see RFC 3261 §8.2.2.2 */
  | { readonly kind: "merged" }
  /** Too many at one time. */
  | { readonly kind: "overload" };

/** No ACK came for a refusal of ours; the transaction is over. */
export interface UnacknowledgedRefusal {
  readonly kind: "unacknowledged";
  readonly transaction: ServerTransactionId;
}

type Machine =
  | { readonly kind: "invite"; state: InviteServerState }
  | { readonly kind: "non-invite"; state: NonInviteServerState };

/** What either machine takes; `copy` is the request once more. */
type ServerInput =
  | { readonly kind: "respond"; readonly status: number }
  | { readonly kind: "timeout" }
  | { readonly kind: "ack" }
  | { readonly kind: "copy" };

interface ServerTransaction {
  readonly id: ServerTransactionId;
  readonly key: string;
  readonly mergeKey: string | undefined;
  readonly machine: Machine;
  readonly config: TransactionConfig;
  /** Until its final answer. */
  request: SipRequest | undefined;
  readonly source: SipAddress;
  readonly answerTo: SipAddress;
  readonly cseq: string;
  /** The To tag of our answers, once one was asked for. */
  localTag?: string;
  answer?: Uint8Array;
}

/** All server transactions of a stack: their machines, matching and timers. */
export class ServerTransactions {
  readonly #configs: TransactionConfigs;
  readonly #send: Send;
  readonly #createToken: () => string;
  /** Those under way, in each of these. */
  readonly #byKey = new Map<string, ServerTransaction>();
  readonly #byId = new Map<ServerTransactionId, ServerTransaction>();
  /** By what merged copies share. */
  readonly #byMergeKey = new Map<string, ServerTransaction>();
  readonly #deadlines = new DeadlineQueue<ServerTransaction>();
  readonly #settled = new SettledTransactions();
  #lastId = 0;
  #last: { readonly request: SipRequest; readonly via: Via; readonly key: string } | undefined;

  constructor(timers: TransactionTimers, send: Send, createToken: () => string) {
    this.#configs = transactionConfigs(timers);
    this.#send = send;
    this.#createToken = createToken;
  }

  /** How many there are, finished ones included. */
  get size(): number {
    return this.#byKey.size + this.#settled.size;
  }

  /** A request came; `via` is its top Via value. Answers go where {@link answerTo} says. */
  receive(
    request: SipRequest,
    via: Via,
    source: SipAddress,
    rank: RequestRank,
    nowMs: number,
  ): ServerReception {
    const key = this.#keyOf(request, via);
    const known = this.#byKey.get(key);
    if (known !== undefined) return this.#receiveAgain(known, request, nowMs);
    const settled = this.#settled.find(key);
    if (settled !== undefined) return this.#receiveLate(settled, request);
    if (request.method === "ACK") return { kind: "ack" };
    // A CANCEL follows its INVITE over every way: it is no merged copy.
    const merge = request.method === "CANCEL" ? undefined : mergeKey(request);
    if (merge !== undefined && (this.#byMergeKey.has(merge) || this.#settled.hasMergeKey(merge))) {
      return { kind: "merged" };
    }
    const most = SERVER_TRANSACTIONS_MAX + RANKS.indexOf(rank) * SERVER_TRANSACTIONS_RESERVE;
    if (this.#byId.size >= most) return { kind: "overload" };
    const config = isReliable(source.transport) ? this.#configs.reliable : this.#configs.lossy;
    const transaction: ServerTransaction = {
      id: ++this.#lastId,
      key,
      mergeKey: merge,
      machine:
        request.method === "INVITE"
          ? { kind: "invite", state: INVITE_SERVER_START }
          : { kind: "non-invite", state: nonInviteServerStart(config, nowMs) },
      config,
      request,
      source,
      answerTo: answerTo(via, source),
      cseq: ownText(headerValue(request, "cseq") ?? ""),
    };
    this.#byKey.set(key, transaction);
    this.#byId.set(transaction.id, transaction);
    if (merge !== undefined) this.#byMergeKey.set(merge, transaction);
    this.#deadlines.set(transaction, deadlineOf(transaction.machine));
    return { kind: "new", transaction: transaction.id };
  }

  /** Whether a request is a copy of one that we have. */
  isKnown(request: SipRequest, via: Via): boolean {
    const key = this.#keyOf(request, via);
    return this.#byKey.has(key) || this.#settled.find(key) !== undefined;
  }

  /** The key of a request; whoever asks whether it is known mostly hands it in next. */
  #keyOf(request: SipRequest, via: Via): string {
    if (this.#last?.request !== request || this.#last.via !== via) {
      this.#last = { request, via, key: serverKey(request, via) };
    }
    return this.#last.key;
  }

  /** The Call-IDs of all there are: of each as its request named it. */
  *callIds(): Iterable<string> {
    for (const transactions of [this.#byKey.values(), this.#settled.values()]) {
      for (const { key, mergeKey: merge } of transactions) {
        if (merge !== undefined) yield merge.slice(0, merge.indexOf(" "));
        else yield key.slice(key.lastIndexOf(" ") + 1);
      }
    }
  }

  /** The INVITE that a CANCEL is for, where we have it. @see RFC 3261 §9.2 */
  findCancelled(cancel: SipRequest, via: Via): CancelledInvite | undefined {
    const key = serverKey(cancel, via, "INVITE");
    const known = this.#byKey.get(key);
    if (known !== undefined) return { transaction: known.id, toTag: this.tagOf(known.id) };
    const invite = this.#settled.find(key)?.invite;
    if (invite === undefined) return undefined;
    return { transaction: invite.id, toTag: invite.localTag ?? this.#createToken() };
  }

  /** Sends a response. False where the transaction has no use for it (any more). */
  respond(id: ServerTransactionId, response: SipResponse, nowMs: number): boolean {
    const transaction = this.#byId.get(id);
    if (transaction === undefined) return false;
    const input = { kind: "respond", status: response.status } as const;
    const actions = this.#step(transaction, input, nowMs);
    const isSent = actions.includes("send-response");
    if (isSent) {
      if (response.status >= 200) transaction.request = undefined;
      transaction.answer = keptMessageBytes(response);
      this.#send(transaction.answer, transaction.answerTo);
    }
    this.#place(transaction);
    return isSent;
  }

  /** The ACK of a 2xx of ours to an INVITE came: what is left is to know late copies. */
  acknowledged(id: ServerTransactionId): void {
    const transaction = this.#byId.get(id);
    if (transaction?.machine.state.kind !== "accepted") return;
    this.#settle(transaction, transaction.machine.state.endAtMs);
  }

  /** The To tag that all our answers to a request have. */
  tagOf(id: ServerTransactionId): string {
    const transaction = this.#byId.get(id);
    if (transaction === undefined) return this.#createToken();
    transaction.localTag ??= this.#createToken();
    return transaction.localTag;
  }

  /** Where a request came from, while it is known. */
  sourceOf(id: ServerTransactionId): SipAddress | undefined {
    return this.#byId.get(id)?.source;
  }

  /** The request of a transaction that has no final answer yet. */
  requestOf(id: ServerTransactionId): SipRequest | undefined {
    return this.#byId.get(id)?.request;
  }

  deadlineMs(): number | undefined {
    return earliestMs(this.#deadlines.earliestMs(), this.#settled.deadlineMs());
  }

  /** Runs one timer that is due; `undefined` where none is. */
  timeout(nowMs: number): readonly UnacknowledgedRefusal[] | undefined {
    const transaction = this.#deadlines.takeDue(nowMs);
    if (transaction === undefined) return this.#settled.timeout(nowMs) ? [] : undefined;
    const actions = this.#step(transaction, { kind: "timeout" }, nowMs);
    this.#place(transaction);
    return actions.includes("report-timeout")
      ? [{ kind: "unacknowledged", transaction: transaction.id }]
      : [];
  }

  #receiveAgain(known: ServerTransaction, request: SipRequest, nowMs: number): ServerReception {
    if (request.method === "ACK") {
      const actions = this.#step(known, { kind: "ack" }, nowMs);
      this.#place(known);
      return { kind: actions.includes("pass-ack") ? "ack" : "absorbed" };
    }
    if (headerValue(request, "cseq") !== known.cseq) return { kind: "branch-reused" };
    this.#step(known, { kind: "copy" }, nowMs);
    return { kind: "absorbed" };
  }

  /** The same of what is finished. */
  #receiveLate(settled: SettledTransaction, request: SipRequest): ServerReception {
    if (request.method === "ACK") return { kind: settled.passesAck ? "ack" : "absorbed" };
    if (headerValue(request, "cseq") !== settled.cseq) return { kind: "branch-reused" };
    if (settled.answer !== undefined) this.#send(settled.answer, settled.answerTo);
    return { kind: "absorbed" };
  }

  /** One step of its machine; {@link #place} is to follow where it changed its state. */
  #step(
    transaction: ServerTransaction,
    input: ServerInput,
    nowMs: number,
  ): readonly (InviteServerAction | NonInviteServerAction)[] {
    const { machine, config } = transaction;
    let actions: readonly (InviteServerAction | NonInviteServerAction)[];
    if (machine.kind === "invite") {
      const inner: InviteServerInput = input.kind === "copy" ? { kind: "invite" } : input;
      const step = inviteServerStep(config, machine.state, inner, nowMs);
      machine.state = step.state;
      actions = step.actions;
    } else {
      if (input.kind === "ack") return [];
      const inner: NonInviteServerInput = input.kind === "copy" ? { kind: "request" } : input;
      const step = nonInviteServerStep(config, machine.state, inner, nowMs);
      machine.state = step.state;
      actions = step.actions;
    }
    if (actions.includes("resend-response") && transaction.answer !== undefined) {
      this.#send(transaction.answer, transaction.answerTo);
    }
    return actions;
  }

  /** Puts a transaction where its state belongs. */
  #place(transaction: ServerTransaction): void {
    const { state } = transaction.machine;
    if (state.kind === "terminated") this.#forget(transaction);
    else if (state.kind === "confirmed" || (state.kind === "completed" && "endAtMs" in state)) {
      this.#settle(transaction, state.endAtMs);
    } else this.#deadlines.set(transaction, deadlineOf(transaction.machine));
  }

  #settle(transaction: ServerTransaction, endAtMs: number): void {
    const { id, key, mergeKey: merge, machine, cseq, answer, answerTo: to, localTag } = transaction;
    this.#forget(transaction);
    this.#settled.add({
      key,
      mergeKey: merge,
      cseq,
      invite: machine.kind === "invite" ? { id, localTag } : undefined,
      answer: machine.state.kind === "confirmed" ? undefined : answer,
      answerTo: to,
      passesAck: machine.state.kind === "accepted",
      endAtMs,
    });
  }

  #forget(transaction: ServerTransaction): void {
    this.#byKey.delete(transaction.key);
    this.#byId.delete(transaction.id);
    if (transaction.mergeKey !== undefined) this.#byMergeKey.delete(transaction.mergeKey);
    this.#deadlines.set(transaction, undefined);
  }
}

function deadlineOf(machine: Machine): number | undefined {
  if ("endAtMs" in machine.state) return forgetAtMs(machine.state.endAtMs);
  return machine.kind === "invite"
    ? inviteServerDeadlineMs(machine.state)
    : nonInviteServerDeadlineMs(machine.state);
}
