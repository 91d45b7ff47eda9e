import {
  answerInPlaces,
  type DialogId,
  idleAnswer,
  offerInPlaces,
  type SipHeader,
} from "../sip/index.ts";
import { type ExchangeOutput, toUa } from "./exchange-types.ts";

/** An answer as it goes on. */
export interface Content {
  readonly body?: string;
  readonly contentType?: string;
  readonly headers?: readonly SipHeader[];
}

/** How a call is picked up: by whom, and what either side has offered. */
export interface PickupParts {
  /** The caller's session, and its offer; absent where it wants ours. */
  readonly caller: string;
  readonly callerOffer?: string;
  readonly newcomer: string;
  readonly newcomerOffer?: string;
  /** Digits. */
  readonly sdpSessionId: string;
}

/**
 * A call that rings is taken by somebody who was not called: he called us for it, with an offer of
 * his own, and the caller has made one already. Two offers make no agreement, so he is answered
 * with streams that do not flow, and then asked the caller's; where one of the two has offered
 * nothing the other's goes across at once.
 *
 *     both offered: 200 idle ─► ACK ─► re-INVITE caller's offer ─► its answer ─► 200 to the caller
 *     he did not:     200 caller's offer ─► ACK with the answer ─► 200 to the caller
 *     the caller did not:  200 to the caller with his offer ─► ACK with the answer ─► 200 to him
 *
 * @see RFC 3891 §1, RFC 3725 §4
 */
export class Pickup {
  readonly #parts: PickupParts;
  #isDone = false;

  constructor(parts: PickupParts) {
    this.#parts = parts;
  }

  get newcomer(): string {
    return this.#parts.newcomer;
  }

  /** Whether both sides have agreed. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** `undefined` where it cannot be: nobody has offered anything that makes sense. */
  start(): readonly ExchangeOutput[] | undefined {
    const { caller, callerOffer, newcomer, newcomerOffer, sdpSessionId } = this.#parts;
    if (callerOffer === undefined) {
      return newcomerOffer === undefined ? undefined : [accept(caller, { body: newcomerOffer })];
    }
    if (newcomerOffer === undefined) return [accept(newcomer, { body: callerOffer })];
    const body = idleAnswer(newcomerOffer, sdpSessionId);
    return body === undefined ? undefined : [accept(newcomer, { body })];
  }

  /** An ACK came; `undefined` where it had to have an answer and has none. RFC 3261 §13.2.2.4 */
  confirmed(session: string, body: string | undefined): readonly ExchangeOutput[] | undefined {
    const { caller, callerOffer, newcomer, newcomerOffer } = this.#parts;
    if (this.#isDone) return [];
    if (session !== (callerOffer === undefined ? caller : newcomer)) return [];
    if (callerOffer === undefined || newcomerOffer === undefined) {
      const other = callerOffer === undefined ? newcomer : caller;
      return body === undefined ? undefined : this.#agree(other, { body });
    }
    const offer = offerInPlaces(callerOffer, newcomerOffer);
    return [toUa({ kind: "reinvite", session: newcomer, body: offer })];
  }

  /** The newcomer took the caller's offer; `undefined` where he has no answer to it. */
  answered(content: Content): readonly ExchangeOutput[] | undefined {
    const { caller, callerOffer = "" } = this.#parts;
    if (this.#isDone) return [];
    if (content.body === undefined) return undefined;
    return this.#agree(caller, { ...content, body: answerInPlaces(content.body, callerOffer) });
  }

  #agree(session: string, content: Content): readonly ExchangeOutput[] {
    this.#isDone = true;
    return [accept(session, content)];
  }
}

function accept(session: string, content: Content): ExchangeOutput {
  return toUa({ kind: "respond", session, status: 200, ...content });
}

/** What a watcher puts into Replaces to pick a call up, and whose call it is. */
interface Ticket {
  readonly ids: DialogId;
  /** The session whose place is taken. */
  readonly session: string;
  isUp: boolean;
}

/**
 * The names by which calls that ring may be picked up. They are made up for it: with the true ones
 * of a dialog any watcher could end the call, or take it later.
 */
export class PickupTickets {
  readonly #byCallId = new Map<string, Ticket>();

  issue(session: string, createToken: () => string): DialogId {
    const ids = { callId: createToken(), localTag: createToken(), remoteTag: createToken() };
    this.#byCallId.set(ids.callId, { ids, session, isUp: false });
    return ids;
  }

  /** The call was answered, or is over. */
  settle({ callId }: DialogId, isOver: boolean): void {
    const ticket = this.#byCallId.get(callId);
    if (isOver) this.#byCallId.delete(callId);
    else if (ticket !== undefined) ticket.isUp = true;
  }

  /**
   * The session that an INVITE with these ids takes the place of, `up` where it is too late. Which
   * of the tags is whose telephones read in either way.
   */
  find({ callId, localTag, remoteTag }: DialogId): string | "up" | undefined {
    const ticket = this.#byCallId.get(callId);
    if (ticket === undefined) return undefined;
    const { ids } = ticket;
    const isOne = ids.remoteTag === localTag && ids.localTag === remoteTag;
    const isOther = ids.remoteTag === remoteTag && ids.localTag === localTag;
    if (!isOne && !isOther) return undefined;
    return ticket.isUp ? "up" : ticket.session;
  }
}
