import type { SipHeader, SipResponse, UaEvent } from "../sip/index.ts";
import { type BridgeCall, contentOf, refusalOf, sessionIdOf } from "./bridge-types.ts";
import { type ExchangeOutput, toUa } from "./exchange-types.ts";
import { bestStatus } from "./final-status.ts";
import { Hunt } from "./hunt.ts";
import type { Content } from "./pickup.ts";

/** What follows where a telephone that was called is out of it. */
export type LegGone =
  /** Others ring, or are called now. */
  | { readonly kind: "on"; readonly outputs: readonly ExchangeOutput[] }
  /** Nobody is left: what the caller is told. */
  | {
      readonly kind: "refused";
      readonly status: number;
      readonly headers: readonly SipHeader[];
    };

/**
 * The called side of a call until somebody answers: whom it looks for, and what its caller hears of
 * them. The caller sees one dialog, in which two descriptions would be two answers: only where one
 * telephone alone rings does its early media go across, and then nobody else's.
 */
export class CalledSide {
  readonly #call: BridgeCall;
  readonly #hunt: Hunt;
  /** The number that is called now. */
  #number: string;
  #hasRung = false;
  #early: { readonly session: string; readonly content: Content } | undefined;
  /** How each has described itself, whether or not the caller was told. */
  readonly #described = new Map<string, Content>();

  constructor(call: BridgeCall) {
    this.#call = call;
    this.#number = call.to;
    this.#hunt = new Hunt(call.legs);
  }

  get number(): string {
    return this.#number;
  }

  /** Whether the caller has heard of anybody. */
  get hasRung(): boolean {
    return this.#hasRung;
  }

  /** Whether the caller was told a description before the answer. */
  get isDescribed(): boolean {
    return this.#early !== undefined;
  }

  /** Every session that was called. */
  get sessions(): readonly string[] {
    return this.#hunt.sessions;
  }

  get isRinging(): boolean {
    return this.#hunt.isRinging;
  }

  has(session: string): boolean {
    return this.#hunt.has(session);
  }

  /** Calls the next ones; nothing where there is nobody left. */
  next(nowMs: number): readonly ExchangeOutput[] {
    return this.#hunt.next(nowMs);
  }

  deadlineMs(): number | undefined {
    return this.#hunt.deadlineMs();
  }

  /** Gives up those who have rung for long enough. */
  giveUpOverdue(nowMs: number): readonly ExchangeOutput[] {
    const overdue = this.#hunt.overdue(nowMs);
    for (const leg of overdue) this.#hunt.drop(leg, 408);
    return overdue.map((session) => toUa({ kind: "end", session }));
  }

  /** Nobody rings any more, and nobody will; who rang until now, but for one. */
  end(except?: string): readonly string[] {
    return this.#hunt.end(except);
  }

  /** A telephone has said how far it is. */
  progress(
    event: Extract<UaEvent, { kind: "progress" }>,
    nowMs: number,
  ): readonly ExchangeOutput[] {
    const { session, status, response } = event;
    if (!this.#hunt.has(session)) return [];
    this.#hunt.progress(session, nowMs);
    this.#hasRung = true;
    const isItsOwn = this.#hunt.isSingle && (this.#early?.session ?? session) === session;
    const described: Content = contentOf(response, event.body);
    if (described.body !== undefined) this.#described.set(session, described);
    const content = isItsOwn ? described : {};
    if (content.body !== undefined) this.#early = { session, content };
    const about = sessionIdOf(response);
    return [toUa({ kind: "respond", session: this.#call.caller, status, ...about, ...content })];
  }

  /**
   * How the 2xx of `session` describes it to the caller. Where he was told of another telephone
   * before, that is to him the answer to his offer, whatever a 2xx holds: then it is told again,
   * and the two are still to be brought together (`isApart`). Who has described himself before may
   * leave it out of his 2xx: where the caller does not know it yet it is put in.
   * @see RFC 3261 §13.2.1, RFC 3262 §5
   */
  answerOf(
    session: string,
    content: Content,
  ): { readonly content: Content; readonly isApart: boolean } {
    const early = this.#early;
    if (early?.session === session) return { content, isApart: false };
    if (early !== undefined) return { content: { ...content, ...early.content }, isApart: true };
    const own = content.body === undefined ? this.#described.get(session) : undefined;
    return { content: { ...content, ...own }, isApart: false };
  }

  /** The other side before the answer: there where one alone rings that has described itself. */
  earlyPeerOf(session: string | undefined): string | undefined {
    const { caller } = this.#call;
    const early = this.#early?.session ?? "";
    if (!this.#hunt.isSingle || !this.#hunt.has(early)) return undefined;
    return session === caller ? early : session === early ? caller : undefined;
  }

  /**
   * A telephone refused, sends the call on, or fell away while it rang; `undefined` where it did
   * not ring any more.
   */
  gone(leg: string, status: number, nowMs: number, response?: SipResponse): LegGone | undefined {
    if (!this.#hunt.drop(leg, status)) return undefined;
    const forward = this.#call.targets?.follow(leg, response, nowMs);
    if (forward !== undefined) {
      if (!this.#hunt.isRinging) this.#number = forward.number;
      return { kind: "on", outputs: this.#hunt.follow(forward.legs, nowMs) };
    }
    const decisive = status >= 600;
    if (this.#hunt.isRinging && !decisive) return { kind: "on", outputs: [] };
    const more = decisive ? [] : this.#hunt.next(nowMs);
    if (more.length > 0) return { kind: "on", outputs: more };
    const { refusals } = this.#hunt;
    const headers = refusalOf(response, refusals.length);
    return { kind: "refused", status: bestStatus(refusals), headers };
  }
}
