import { idleAnswer } from "../sip/index.ts";
import { type ExchangeOutput, toUa } from "./exchange-types.ts";
import type { Content } from "./pickup.ts";

/** Whose offer it is, and whose to answer. */
interface Offer {
  readonly asker: string;
  readonly answerer: string;
  /** Whether the asker sent no offer, so that the answerer's 2xx holds it. */
  readonly isDelayed: boolean;
  /** The session that the asker takes the place of: it is new in the call. */
  readonly replaces?: string;
  /** The asker wants no answer any more. */
  readonly isTakenBack?: true;
}

/** An offer of ours between two sides that have come apart: first one is asked, then the other. */
interface Mending {
  /** Who is asked for an offer. */
  readonly first: string;
  readonly second: string;
  readonly isAsked: boolean;
  /** They have never agreed on anything that they could fall back to. */
  readonly isFirst?: true;
}

/** What an answer comes to. */
export interface CarriedStep {
  readonly outputs: readonly ExchangeOutput[];
  /** `by` has taken the place of `replaced`. */
  readonly replaced?: { readonly replaced: string; readonly by: string };
  /** The two sides cannot be brought together any more. */
  readonly isBroken?: true;
}

const BROKEN: CarriedStep = { outputs: [], isBroken: true };

/**
 * An offer of one side of a call that is up, on its way to the other side; one at a time.
 *
 *     INVITE (offer) ─► re-INVITE (offer) ─► 2xx (answer) ─► 2xx (answer)
 *     INVITE ─► re-INVITE ─► 2xx (offer) ─► 2xx (offer) ─► ACK (answer) ─► ACK (answer)
 *
 * What its asker cancels is taken back. Where the other side has answered just then it holds
 * something else than the asker, so both are brought together again by a new offer, which the
 * asker is asked for:
 *
 *     CANCEL ✕ 2xx: ACK; INVITE ─► 2xx (offer) ─► INVITE (offer) ─► 2xx (answer) ─► ACK (answer)
 *
 * So are a caller who was told of one telephone's voice, and another one that answers.
 * @see RFC 3261 §9.1, RFC 3725 §4.1
 */
export class CarriedOffer {
  #offer: Offer | undefined;
  #mending: Mending | undefined;
  /** What is to be mended after the first one's ACK. */
  #apart: Mending | undefined;
  /** The session whose 2xx waits for its ACK, with the answer that the other side's ACK brings. */
  #awaitsAck: string | undefined;

  /** Whether one is on its way. */
  get isRunning(): boolean {
    const open = [this.#offer, this.#apart, this.#mending, this.#awaitsAck];
    return open.some((one) => one !== undefined);
  }

  get asker(): string | undefined {
    return this.#offer?.asker;
  }

  /** Who is about to take another's place. */
  get newcomer(): string | undefined {
    return this.#offer?.replaces === undefined ? undefined : this.#offer.asker;
  }

  /** The offer of `asker` goes to `answerer`; without a body that one is asked for it. */
  begin(
    { asker, answerer, replaces }: Pick<Offer, "asker" | "answerer" | "replaces">,
    body: string | undefined,
  ): readonly ExchangeOutput[] {
    const isDelayed = body === undefined;
    const place = replaces === undefined ? {} : { replaces };
    this.#offer = { asker, answerer, isDelayed, ...place };
    return [reinvite(answerer, body)];
  }

  /** The first 2xx of a call held the offer. */
  awaitAck(session: string): void {
    this.#awaitsAck = session;
  }

  /**
   * `caller` was told another description before than the one of `callee`, who has answered: once
   * that is acknowledged the two are brought together.
   */
  bringTogether(caller: string, callee: string): void {
    this.#apart = { first: caller, second: callee, isAsked: false, isFirst: true };
  }

  /** A side has answered; `undefined` where nobody had asked it. `sdpSessionId` are digits. */
  answered(session: string, content: Content, sdpSessionId: string): CarriedStep | undefined {
    if (this.#mending !== undefined) return this.#mended(this.#mending, session, content.body);
    const offer = this.#offer;
    if (offer?.answerer !== session) return undefined;
    if (offer.isTakenBack === true) return this.#crossed(offer, content.body, sdpSessionId);
    const { asker, isDelayed, replaces } = offer;
    if (isDelayed) this.#awaitsAck = session;
    else this.#offer = undefined;
    const accept = toUa({ kind: "respond", session: asker, status: 200, ...content });
    if (replaces === undefined) return { outputs: [accept] };
    const end = toUa({ kind: "end", session: replaces });
    return { outputs: [accept, end], replaced: { replaced: replaces, by: asker } };
  }

  /** The ACK of a side, which may bring the answer that the other side waits for. */
  acknowledged(session: string, body: string | undefined): readonly ExchangeOutput[] {
    if (this.#apart?.first === session) {
      this.#mending = this.#apart;
      this.#apart = undefined;
      return [reinvite(session)];
    }
    const awaiting = this.#awaitsAck;
    if (awaiting === undefined || awaiting === session) return [];
    this.#awaitsAck = undefined;
    this.#offer = undefined;
    return [acknowledge(awaiting, body)];
  }

  /** A side has refused what it was asked. */
  refused(session: string, status: number): CarriedStep | undefined {
    const mending = this.#mending;
    if (mending !== undefined) {
      if (session !== (mending.isAsked ? mending.second : mending.first)) return undefined;
      this.#mending = undefined;
      // Who offered waits for an answer that there is none of.
      return mending.isAsked || mending.isFirst === true ? BROKEN : { outputs: [] };
    }
    if (this.#offer?.answerer !== session) return undefined;
    const { asker, isTakenBack } = this.#offer;
    this.#offer = undefined;
    const refusal = toUa({ kind: "respond", session: asker, status });
    return { outputs: isTakenBack === true ? [] : [refusal] };
  }

  /**
   * Its asker has no use for an answer any more. Of one who would have taken another's place that
   * other is left: with him the answerer is to agree, should it have turned to the newcomer.
   */
  takenBack(session: string): readonly ExchangeOutput[] {
    const offer = this.#offer;
    if (offer?.asker !== session || offer.isTakenBack === true) return [];
    const { replaces, ...rest } = offer;
    this.#offer = { ...rest, asker: replaces ?? session, isTakenBack: true };
    return [toUa({ kind: "take-back", session: offer.answerer })];
  }

  /** The answer crossed: it is of an offer that its asker knows no more of. */
  #crossed(
    { asker, answerer, isDelayed }: Offer,
    body: string | undefined,
    sdpSessionId: string,
  ): CarriedStep {
    this.#offer = undefined;
    const answer = isDelayed ? idleAnswer(body ?? "", sdpSessionId) : undefined;
    if (isDelayed && answer === undefined) return BROKEN;
    this.#mending = { first: asker, second: answerer, isAsked: false };
    const settled = isDelayed ? [acknowledge(answerer, answer)] : [];
    return { outputs: [...settled, reinvite(asker)] };
  }

  #mended(mending: Mending, session: string, body: string | undefined): CarriedStep | undefined {
    const { first, second, isAsked } = mending;
    if (session !== (isAsked ? second : first)) return undefined;
    this.#mending = isAsked ? undefined : { ...mending, isAsked: true };
    if (body === undefined) return BROKEN;
    return { outputs: [isAsked ? acknowledge(first, body) : reinvite(second, body)] };
  }
}

function reinvite(session: string, body?: string): ExchangeOutput {
  return toUa({ kind: "reinvite", session, ...(body === undefined ? {} : { body }) });
}

function acknowledge(session: string, body: string | undefined): ExchangeOutput {
  return toUa({ kind: "ack", session, ...(body === undefined ? {} : { body }) });
}
