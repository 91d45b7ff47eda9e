import { earliestMs } from "../../base/core.ts";
import { DeadlineQueue } from "../deadline-queue.ts";
import { samePlace } from "../location/blacklist.ts";
import type { SipAddress } from "../user-agent-types.ts";
import { printCSeq } from "../wire/cseq.ts";
import { headerValue, type SipRequest, type SipResponse } from "../wire/message.ts";
import { messageBytes } from "../wire/message-bytes.ts";
import { cseqIn, topVia } from "../wire/wire-header.ts";
import {
  hushedInvite,
  type InviteClientAction,
  type InviteClientInput,
  type InviteClientState,
  inviteClientDeadlineMs,
  inviteClientStart,
  inviteClientStep,
} from "./invite-client.ts";
import { LingeringStore } from "./lingering.ts";
import {
  type NonInviteClientAction,
  type NonInviteClientState,
  nonInviteClientDeadlineMs,
  nonInviteClientStart,
  nonInviteClientStep,
} from "./non-invite-client.ts";
import {
  type TransactionConfig,
  type TransactionConfigs,
  type TransactionTimers,
  transactionConfigs,
} from "./timers.ts";
import { clientKey } from "./transaction-key.ts";
import { isReliable } from "./transports.ts";

/**
 * Requests of ours that may be under way at one time. What is answered is none of them.
 * @see SettledInvite
 */
export const CLIENT_TRANSACTIONS_MAX = 2000;
/** So many more for requests that end or settle what others have begun. */
export const CLIENT_TRANSACTIONS_RESERVE = 200;

const SETTLING: readonly string[] = ["BYE", "CANCEL", "PRACK"];

/** Names one client transaction. */
export type ClientTransactionId = number;

/** What client transactions tell the transaction user. */
export type ClientTransactionEvent<User> =
  | {
      readonly kind: "response";
      readonly transaction: ClientTransactionId;
      readonly user: User;
      readonly response: SipResponse;
    }
  /** Nobody has given a sign of life for as long as `start` was told; it goes on. */
  | { readonly kind: "quiet"; readonly transaction: ClientTransactionId; readonly user: User }
  /** Nobody answered, or the transport refused to carry it. The transaction is over. */
  | {
      readonly kind: "failed";
      readonly transaction: ClientTransactionId;
      readonly user: User;
      readonly cause: "timeout" | "transport";
    };

type Machine =
  | { readonly kind: "invite"; state: InviteClientState }
  | { readonly kind: "non-invite"; state: NonInviteClientState };

interface ClientTransaction<User> {
  readonly id: ClientTransactionId;
  readonly key: string;
  readonly machine: Machine;
  readonly config: TransactionConfig;
  readonly request: SipRequest;
  readonly bytes: Uint8Array;
  readonly to: SipAddress;
  readonly user: User;
  /** When its user is to be told that nobody has answered. */
  quietAtMs: number | undefined;
  ack?: Uint8Array;
}

/**
 * An INVITE of ours that has its final answer. Of one that was refused the ACK is kept, with which
 * each copy of the refusal is answered; of one that was accepted who wants to hear of copies of
 * the 2xx, and of those of other forks. Of any other request nothing is: copies of its answer
 * would be passed over anyway. That the ACK could not be sent is not told: whoever sent the INVITE
 * has had his answer.
 * @see RFC 3261 §17.1.1.2, §17.1.2.2, RFC 6026 §7.2
 */
type SettledInvite<User> = {
  readonly key: string;
  readonly id: ClientTransactionId;
  readonly endAtMs: number;
  /** What it takes, bytes. */
  readonly bytes: number;
} & (
  | { readonly ack: Uint8Array; readonly to: SipAddress }
  | { readonly ack?: undefined; readonly user: User }
);

/** What settled INVITEs may take together, bytes. */
export const SETTLED_INVITES_BYTES_MAX = 16 * 2 ** 20;

/** What a refused one takes besides its ACK. */
const REFUSED_BYTES = 400;

/** What an accepted one takes with all that it holds on to, as measured. */
export const ACCEPTED_BYTES = 10_000;

/** Puts bytes on a transport. */
export type Send = (bytes: Uint8Array, to: SipAddress) => void;

/**
 * All client transactions of a stack: their machines, matching and timers. `User` is whoever wants
 * to know; it comes back with each event.
 */
export class ClientTransactions<User> {
  readonly #configs: TransactionConfigs;
  readonly #send: Send;
  readonly #tellForgotten: (user: User) => void;
  readonly #byKey = new Map<string, ClientTransaction<User>>();
  readonly #byId = new Map<ClientTransactionId, ClientTransaction<User>>();
  readonly #deadlines = new DeadlineQueue<ClientTransaction<User>>();
  readonly #settled = new LingeringStore<SettledInvite<User>>({
    bytesMax: SETTLED_INVITES_BYTES_MAX,
    bytesOf: ({ bytes }) => bytes,
    onForget: (settled) => this.#forgotten(settled),
  });
  readonly #accepted = new Map<ClientTransactionId, SettledInvite<User>>();
  #lastId = 0;

  /** `forgotten`: who was entrusted with a transaction that is kept no more. */
  constructor(timers: TransactionTimers, send: Send, forgotten: (user: User) => void = () => {}) {
    this.#configs = transactionConfigs(timers);
    this.#send = send;
    this.#tellForgotten = forgotten;
  }

  /** How many there are, settled ones included. */
  get size(): number {
    return this.#byKey.size + this.#settled.size;
  }

  /**
   * Sends a request whose top Via carries a fresh branch. `undefined` where there are too many
   * transactions already (nothing was sent). With `patienceMs` it is told (`quiet`) where nobody
   * gave a sign of life by then.
   */
  start(
    request: SipRequest,
    to: SipAddress,
    nowMs: number,
    user: User,
    patienceMs?: number,
  ): { readonly id: ClientTransactionId; readonly sizeBytes: number } | undefined {
    const via = topVia(request);
    const branch = via.ok ? via.value.branch : undefined;
    const reserve = SETTLING.includes(request.method) ? CLIENT_TRANSACTIONS_RESERVE : 0;
    const most = CLIENT_TRANSACTIONS_MAX + reserve;
    if (branch === undefined || this.#byId.size >= most) return undefined;
    const config = isReliable(to.transport) ? this.#configs.reliable : this.#configs.lossy;
    const isInvite = request.method === "INVITE";
    const machine: Machine = isInvite
      ? { kind: "invite", state: inviteClientStart(config, nowMs).state }
      : { kind: "non-invite", state: nonInviteClientStart(config, nowMs).state };
    const transaction: ClientTransaction<User> = {
      id: ++this.#lastId,
      key: clientKey(branch, request.method),
      machine,
      config,
      request,
      bytes: messageBytes(request),
      to,
      user,
      quietAtMs: patienceMs === undefined ? undefined : nowMs + patienceMs,
    };
    this.#byKey.set(transaction.key, transaction);
    this.#byId.set(transaction.id, transaction);
    this.#deadlines.set(transaction, deadlineOf(transaction));
    this.#send(transaction.bytes, to);
    return { id: transaction.id, sizeBytes: transaction.bytes.length };
  }

  /** A response came. No event where it belongs to none of ours: it is a stray one then. */
  receive(response: SipResponse, nowMs: number): readonly ClientTransactionEvent<User>[] {
    const via = topVia(response);
    const cseq = cseqIn(response);
    if (!via.ok || !cseq.ok || via.value.branch === undefined) return [];
    const key = clientKey(via.value.branch, cseq.value.method);
    const transaction = this.#byKey.get(key);
    if (transaction === undefined) return this.#receiveLate(key, response);
    transaction.quietAtMs = undefined;
    const input = { kind: "response", status: response.status } as const;
    return this.#step(transaction, input, nowMs, response);
  }

  /** A copy of a final answer, or that of another fork. */
  #receiveLate(key: string, response: SipResponse): readonly ClientTransactionEvent<User>[] {
    const settled = this.#settled.find(key);
    if (settled === undefined) return [];
    if (settled.ack !== undefined) {
      if (response.status >= 300) this.#send(settled.ack, settled.to);
      return [];
    }
    const { id: transaction, user } = settled;
    const isSuccess = response.status >= 200 && response.status < 300;
    return isSuccess ? [{ kind: "response", transaction, user, response }] : [];
  }

  /**
   * Who hears of what still comes to an INVITE that was accepted is another from now on, which
   * takes so many bytes. Nothing where it is not settled, or forgotten.
   */
  entrust(id: ClientTransactionId, user: User, bytes: number): void {
    const settled = this.#accepted.get(id);
    if (settled === undefined || settled.ack !== undefined) return;
    const { key, endAtMs } = settled;
    this.#accepted.delete(id);
    this.#settled.remove(settled);
    this.#keepAccepted({ key, id, endAtMs, bytes, user });
  }

  #forgotten(settled: SettledInvite<User>): void {
    if (settled.ack === undefined && this.#accepted.delete(settled.id)) {
      this.#tellForgotten(settled.user);
    }
  }

  #keepAccepted(settled: SettledInvite<User>): void {
    this.#accepted.set(settled.id, settled);
    this.#settled.add(settled);
  }

  /** The transport could not carry something to this address, or its connection broke. */
  sendFailed(to: SipAddress, nowMs: number): readonly ClientTransactionEvent<User>[] {
    const events: ClientTransactionEvent<User>[] = [];
    for (const transaction of [...this.#byId.values()]) {
      const isSame =
        samePlace(transaction.to, to) || (to.flow !== undefined && transaction.to.flow === to.flow);
      if (isSame) events.push(...this.#step(transaction, { kind: "send-failed" }, nowMs));
    }
    return events;
  }

  /** Forgets a transaction whose answer nobody waits for any more. @see RFC 3261 §9.1 */
  abandon(id: ClientTransactionId, nowMs: number): void {
    const transaction = this.#byId.get(id);
    if (transaction !== undefined) this.#step(transaction, { kind: "abandon" }, nowMs);
  }

  /** An INVITE is sent no more, and its answers are told all the same; any other is forgotten. */
  hush(id: ClientTransactionId, nowMs: number): void {
    const transaction = this.#byId.get(id);
    if (transaction?.machine.kind !== "invite") {
      this.abandon(id, nowMs);
      return;
    }
    transaction.machine.state = hushedInvite(transaction.machine.state);
    this.#deadlines.set(transaction, deadlineOf(transaction));
  }

  deadlineMs(): number | undefined {
    return earliestMs(this.#deadlines.earliestMs(), this.#settled.deadlineMs());
  }

  /** Runs one timer that is due; `undefined` where none is. */
  timeout(nowMs: number): readonly ClientTransactionEvent<User>[] | undefined {
    const transaction = this.#deadlines.takeDue(nowMs);
    if (transaction === undefined) return this.#settled.timeout(nowMs) ? [] : undefined;
    const { quietAtMs, id, user } = transaction;
    const isQuiet = quietAtMs !== undefined && quietAtMs <= nowMs;
    if (isQuiet) transaction.quietAtMs = undefined;
    const events = this.#step(transaction, { kind: "timeout" }, nowMs);
    const isOver = !this.#byId.has(id);
    return isQuiet && !isOver ? [...events, { kind: "quiet", transaction: id, user }] : events;
  }

  #step(
    transaction: ClientTransaction<User>,
    input: InviteClientInput,
    nowMs: number,
    response?: SipResponse,
  ): readonly ClientTransactionEvent<User>[] {
    const { machine, config } = transaction;
    let actions: readonly (InviteClientAction | NonInviteClientAction)[];
    if (machine.kind === "invite") {
      const step = inviteClientStep(config, machine.state, input, nowMs);
      machine.state = step.state;
      actions = step.actions;
    } else {
      const step = nonInviteClientStep(config, machine.state, input, nowMs);
      machine.state = step.state;
      actions = step.actions;
    }
    const events: ClientTransactionEvent<User>[] = [];
    for (const action of actions) this.#act(transaction, action, response, events);
    this.#place(transaction);
    return events;
  }

  /** Puts a transaction where its state belongs. */
  #place(transaction: ClientTransaction<User>): void {
    const { machine, key, id, to, user, ack } = transaction;
    const { state } = machine;
    if (state.kind === "calling" || state.kind === "trying" || state.kind === "proceeding") {
      this.#deadlines.set(transaction, deadlineOf(transaction));
      return;
    }
    this.#forget(transaction);
    if (machine.kind !== "invite" || state.kind === "terminated") return;
    if (state.kind === "accepted") {
      const { endAtMs } = state;
      this.#keepAccepted({ key, id, endAtMs, bytes: ACCEPTED_BYTES, user });
    } else if (ack !== undefined && state.kind === "completed") {
      const { endAtMs } = state;
      const bytes = REFUSED_BYTES + key.length + ack.length;
      this.#settled.add({ key, id, endAtMs, bytes, ack, to });
    }
  }

  #act(
    transaction: ClientTransaction<User>,
    action: InviteClientAction | NonInviteClientAction,
    response: SipResponse | undefined,
    events: ClientTransactionEvent<User>[],
  ): void {
    const { id, to, user } = transaction;
    switch (action) {
      case "send-request":
        this.#send(transaction.bytes, to);
        break;
      case "send-ack":
        if (response !== undefined && transaction.ack === undefined) {
          const ack = ackForRefusal(transaction.request, response);
          transaction.ack = messageBytes(ack);
        }
        if (transaction.ack !== undefined) this.#send(transaction.ack, to);
        break;
      case "pass-response":
        if (response !== undefined) {
          events.push({ kind: "response", transaction: id, user, response });
        }
        break;
      case "report-timeout":
        events.push({ kind: "failed", transaction: id, user, cause: "timeout" });
        break;
      case "report-send-failed":
        events.push({ kind: "failed", transaction: id, user, cause: "transport" });
        break;
    }
  }

  #forget(transaction: ClientTransaction<User>): void {
    this.#byKey.delete(transaction.key);
    this.#byId.delete(transaction.id);
    this.#deadlines.set(transaction, undefined);
  }
}

function deadlineOf(transaction: {
  readonly machine: Machine;
  readonly quietAtMs: number | undefined;
}): number | undefined {
  const { machine, quietAtMs } = transaction;
  return earliestMs(
    quietAtMs,
    machine.kind === "invite"
      ? inviteClientDeadlineMs(machine.state)
      : nonInviteClientDeadlineMs(machine.state),
  );
}

/** The ACK that belongs to the transaction: the INVITE's own branch. @see RFC 3261 §17.1.1.3 */
function ackForRefusal(invite: SipRequest, response: SipResponse): SipRequest {
  const cseq = cseqIn(invite);
  const sequence = cseq.ok ? cseq.value.sequence : 0;
  const headers = [
    { name: "via", value: headerValue(invite, "via") ?? "" },
    ...invite.headers.filter((header) => header.name === "route"),
    { name: "max-forwards", value: "70" },
    { name: "from", value: headerValue(invite, "from") ?? "" },
    { name: "to", value: headerValue(response, "to") ?? "" },
    { name: "call-id", value: headerValue(invite, "call-id") ?? "" },
    { name: "cseq", value: printCSeq({ sequence, method: "ACK" }) },
  ];
  return { kind: "request", method: "ACK", uri: invite.uri, headers, body: "" };
}
