import { earliestMs } from "../base/core.ts";
import { headerValue, type SipHeader, type SipMessage, type UaEvent } from "../sip/index.ts";
import {
  EXCHANGE_LIMITS,
  type ExchangeOutput,
  type ExchangeRecord,
  type ExchangeResult,
  toUa,
} from "./exchange-types.ts";
import { bestStatus } from "./final-status.ts";
import { Hunt, type HuntLeg } from "./hunt.ts";
import { RelayedRequests } from "./relayed-requests.ts";
import type { CallStanding } from "./watching.ts";

/** An event of one of a call's sessions. */
export type SessionEvent = Extract<UaEvent, { readonly session: string }>;

/** An event of a request inside a call. */
export type RequestEvent = Extract<UaEvent, { readonly kind: "request" | "response" }>;

/** What a call through the exchange is made of. */
export interface BridgeCall {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** The caller's session. */
  readonly caller: string;
  /** Whom to call, all of them; in which order is in their preferences. */
  readonly legs: readonly HuntLeg[];
  /** What peers know the exchange by. */
  readonly domain: string;
  /** Whether the caller withholds who calls. */
  readonly isPrivate?: boolean;
}

/** Why the other contacts stop ringing: so that nobody counts a missed call. @see RFC 3326 §3.1 */
const ELSEWHERE = [{ name: "reason", value: 'SIP;cause=200;text="Call completed elsewhere"' }];

/** A re-INVITE that is being carried across. */
interface Reoffer {
  readonly asker: string;
  readonly answerer: string;
  /** Whether the asker sent no offer, so that the answerer's 2xx holds it. */
  readonly delayed: boolean;
  /** The session that the asker takes the place of: it is new in the call. */
  readonly replaces?: string;
}

/**
 * A call through the exchange: two sessions, each a dialog of its own, and bodies carried across
 * verbatim, so that media goes past us and whatever the two sides understand is theirs to agree on.
 *
 *   INVITE of the caller           first 2xx of a leg                BYE, longest time
 *   ───────────────────► ringing ─────────────────────► connected ──────────────────► over
 *                           │ all whom `Hunt` finds        │  ▲
 *                           │ refused, 6xx, CANCEL         └──┘ re-INVITE carried across
 *                           └──────────────────────────────────────────────────────► over
 *
 * An INVITE with Replaces brings another in the place of either side: it is carried across as if
 * that side had made a new offer, and once it is answered the side replaced is let go.
 *
 * Where the caller offered nothing, the offer is in the callee's 2xx and the answer in the
 * caller's ACK: then `ack` carries it on (likewise for a re-INVITE).
 */
export class Bridge {
  readonly #call: BridgeCall;
  /** Whether the caller's INVITE offered nothing. */
  readonly #delayedOffer: boolean;
  readonly #startedMs: number;
  readonly #relayed: RelayedRequests;
  #caller: string;
  readonly #hunt: Hunt;
  #callee: string | undefined;
  #answeredMs: number | undefined;
  /** Whether the caller's ACK has come. */
  #confirmed = false;
  /** The session whose 2xx waits for its ACK, with the answer that the other side's ACK brings. */
  #awaitsAck: string | undefined;
  #reoffer: Reoffer | undefined;
  /** Sessions that took another's place, or tried to. */
  readonly #newcomers: string[] = [];
  #hasRung = false;
  #over = false;

  constructor(call: BridgeCall, delayedOffer: boolean, nowMs: number) {
    this.#call = call;
    this.#caller = call.caller;
    this.#relayed = new RelayedRequests(call.id, call.domain);
    this.#hunt = new Hunt(call.legs);
    this.#startedMs = nowMs;
    this.#delayedOffer = delayedOffer;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Every session this call ever had. */
  get sessions(): readonly string[] {
    return [this.#call.caller, ...this.#hunt.sessions, ...this.#newcomers];
  }

  get id(): string {
    return this.#call.id;
  }

  /** How it stands, for those who watch its users. */
  get standing(): CallStanding {
    const { id, from, to, isPrivate = false } = this.#call;
    const answered = this.#answeredMs !== undefined;
    const stage = answered ? "confirmed" : this.#hasRung ? "early" : "trying";
    return { id, from, to, stage, reachesCallee: answered || this.#hasRung, isPrivate };
  }

  /** Calls the first ones. */
  start(nowMs: number): readonly ExchangeOutput[] {
    return this.#hunt.next(nowMs);
  }

  /** A request inside the call, or the answer to one that was carried on. */
  request(event: RequestEvent): readonly ExchangeOutput[] {
    if (event.kind === "response") return this.#relayed.response(event);
    const { session } = event;
    const peer = session === undefined || this.#over ? undefined : this.#peerOf(session);
    return this.#relayed.request(event, peer);
  }

  /** `newcomer` called to take the place of `replaced`; `body` is its offer, where it has one. */
  replace(newcomer: string, replaced: string, body: string | undefined): readonly ExchangeOutput[] {
    const answerer = this.#over ? undefined : this.#peerOf(replaced);
    const refuse = (status: number): readonly ExchangeOutput[] => [
      toUa({ kind: "respond", session: newcomer, status }),
    ];
    if (answerer === undefined) return refuse(481);
    if (this.#isOffering) return refuse(491);
    if (this.#newcomers.length >= EXCHANGE_LIMITS.newcomersOfCall) return refuse(486);
    this.#newcomers.push(newcomer);
    this.#reoffer = { asker: newcomer, answerer, delayed: body === undefined, replaces: replaced };
    const content = body === undefined ? {} : { body };
    return [toUa({ kind: "reinvite", session: answerer, ...content })];
  }

  deadlineMs(): number | undefined {
    if (this.#over) return undefined;
    if (this.#answeredMs !== undefined) return this.#answeredMs + EXCHANGE_LIMITS.talkMs;
    return earliestMs(this.#hunt.deadlineMs(), this.#startedMs + EXCHANGE_LIMITS.ringTotalMs);
  }

  /** Gives up a call that rang too long, or that nobody can still be in. */
  timeout(nowMs: number): readonly ExchangeOutput[] {
    const deadlineMs = this.deadlineMs();
    if (deadlineMs === undefined || nowMs < deadlineMs) return [];
    if (this.#answeredMs !== undefined) {
      const bye = toUa({ kind: "end", session: this.#caller });
      return [bye, ...this.#endLegs(), ...this.#finish(nowMs, "answered")];
    }
    const tooLong = nowMs >= this.#startedMs + EXCHANGE_LIMITS.ringTotalMs;
    const overdue = this.#hunt.overdue(nowMs);
    for (const leg of overdue) this.#hunt.drop(leg, 408);
    const ended = overdue.map((session) => toUa({ kind: "end", session }));
    if (!tooLong && this.#hunt.isRinging) return ended;
    const more = tooLong ? [] : this.#hunt.next(nowMs);
    if (more.length > 0) return [...ended, ...more];
    const refusal = toUa({ kind: "respond", session: this.#caller, status: 480 });
    const rest = this.#endLegs();
    return [refusal, ...ended, ...rest, ...this.#finish(nowMs, "unanswered", 480)];
  }

  handle(event: SessionEvent, nowMs: number): readonly ExchangeOutput[] {
    if (this.#over) return [];
    switch (event.kind) {
      case "progress":
        return this.#progress(event, nowMs);
      case "answered":
        return this.#answered(event, nowMs);
      case "failed":
        if (event.session === this.#callee) return this.#ended(event.session, nowMs);
        return this.#legGone(event.session, event.status, nowMs);
      case "ended":
        return this.#ended(event.session, nowMs);
      case "confirmed":
        return this.#ackArrived(event.session, event.body);
      case "reoffered":
        return this.#reoffered(event.session, event.body);
      case "reoffer-failed":
        return this.#reofferFailed(event.session, event.status);
      default:
        return [];
    }
  }

  #progress(
    event: Extract<UaEvent, { kind: "progress" }>,
    nowMs: number,
  ): readonly ExchangeOutput[] {
    if (this.#callee !== undefined || !this.#hunt.has(event.session)) return [];
    this.#hunt.progress(event.session, nowMs);
    this.#hasRung = true;
    // The caller sees one dialog: early media of several contacts in it would be two answers.
    const content = this.#hunt.isSingle ? contentOf(event.response, event.body) : {};
    const { status } = event;
    const about = sessionIdOf(event.response);
    return [toUa({ kind: "respond", session: this.#caller, status, ...about, ...content })];
  }

  #answered(
    event: Extract<UaEvent, { kind: "answered" }>,
    nowMs: number,
  ): readonly ExchangeOutput[] {
    const { session } = event;
    const content = { ...sessionIdOf(event.response), ...contentOf(event.response, event.body) };
    if (this.#callee === undefined && this.#hunt.has(session)) {
      this.#callee = session;
      this.#answeredMs = nowMs;
      if (this.#delayedOffer) this.#awaitsAck = session;
      const accept = { kind: "respond", session: this.#caller, status: 200 } as const;
      return [toUa({ ...accept, ...content }), ...this.#endLegs(session, ELSEWHERE)];
    }
    if (this.#reoffer?.answerer !== session) return [];
    const { asker, delayed, replaces } = this.#reoffer;
    if (delayed) this.#awaitsAck = session;
    else this.#reoffer = undefined;
    const accept = toUa({ kind: "respond", session: asker, status: 200, ...content });
    return replaces === undefined ? [accept] : [accept, ...this.#succeed(asker, replaces)];
  }

  /** The newcomer is in: whose place it took is let go. */
  #succeed(newcomer: string, replaced: string): readonly ExchangeOutput[] {
    if (replaced === this.#caller) this.#caller = newcomer;
    else this.#callee = newcomer;
    return [toUa({ kind: "end", session: replaced })];
  }

  /** A leg refused, or fell away while it rang. */
  #legGone(leg: string, status: number, nowMs: number): readonly ExchangeOutput[] {
    if (!this.#hunt.drop(leg, status)) return [];
    const decisive = status >= 600;
    if (this.#hunt.isRinging && !decisive) return [];
    const more = decisive ? [] : this.#hunt.next(nowMs);
    if (more.length > 0) return more;
    const best = bestStatus(this.#hunt.refusals);
    const refusal = toUa({ kind: "respond", session: this.#caller, status: best });
    return [refusal, ...this.#endLegs(), ...this.#finish(nowMs, "refused", best)];
  }

  #ended(session: string, nowMs: number): readonly ExchangeOutput[] {
    if (this.#newcomers.includes(session) && this.#peerOf(session) === undefined) {
      return this.#newcomerGone(session, nowMs);
    }
    if (session !== this.#caller && session !== this.#callee) {
      return this.#legGone(session, 480, nowMs);
    }
    const result = this.#callee === undefined ? "unanswered" : "answered";
    return [...this.#endAll(session), ...this.#finish(nowMs, result)];
  }

  /** A newcomer gave up before it was in; the other side may have turned to it already. */
  #newcomerGone(session: string, nowMs: number): readonly ExchangeOutput[] {
    if (this.#reoffer?.asker !== session) return [];
    return [...this.#endAll(session), ...this.#finish(nowMs, "answered")];
  }

  #ackArrived(session: string, body: string | undefined): readonly ExchangeOutput[] {
    if (session === this.#caller) this.#confirmed = true;
    const awaiting = this.#awaitsAck;
    if (awaiting === undefined || awaiting === session) return [];
    this.#awaitsAck = undefined;
    this.#reoffer = undefined;
    return [toUa({ kind: "ack", session: awaiting, ...(body === undefined ? {} : { body }) })];
  }

  #reoffered(asker: string, body: string | undefined): readonly ExchangeOutput[] {
    const answerer = this.#peerOf(asker);
    if (answerer === undefined) return [];
    // Both sides at once, or before the call is settled: the asker tries again. RFC 3261 §14.2
    if (this.#isOffering) return [toUa({ kind: "respond", session: asker, status: 491 })];
    this.#reoffer = { asker, answerer, delayed: body === undefined };
    const content = body === undefined ? {} : { body };
    return [toUa({ kind: "reinvite", session: answerer, ...content })];
  }

  get #isOffering(): boolean {
    return !this.#confirmed || this.#reoffer !== undefined || this.#awaitsAck !== undefined;
  }

  #reofferFailed(session: string, status: number): readonly ExchangeOutput[] {
    if (this.#reoffer?.answerer !== session) return [];
    const { asker } = this.#reoffer;
    this.#reoffer = undefined;
    return [toUa({ kind: "respond", session: asker, status })];
  }

  #peerOf(session: string): string | undefined {
    if (session === this.#caller) return this.#callee;
    return session === this.#callee ? this.#caller : undefined;
  }

  /** Ends every session that is still there but the one that went of itself. */
  #endAll(gone: string): readonly ExchangeOutput[] {
    const pending = this.#reoffer?.replaces === undefined ? [] : [this.#reoffer.asker];
    const others = [this.#caller, ...pending].filter((session) => session !== gone);
    return [...others.map((session) => toUa({ kind: "end", session })), ...this.#endLegs(gone)];
  }

  /** Ends whoever was called, answered or ringing, but for one. */
  #endLegs(except?: string, headers?: readonly SipHeader[]): readonly ExchangeOutput[] {
    const callee = this.#callee === undefined ? [] : [this.#callee];
    const legs = [...callee, ...this.#hunt.end(except)].filter((leg) => leg !== except);
    const why = headers === undefined ? {} : { headers };
    return legs.map((session) => toUa({ kind: "end", session, ...why }));
  }

  #finish(nowMs: number, result: ExchangeResult, sipStatus?: number): readonly ExchangeOutput[] {
    this.#over = true;
    const answeredMs = this.#answeredMs;
    const record: ExchangeRecord = {
      id: this.#call.id,
      from: this.#call.from,
      to: this.#call.to,
      startedMs: this.#startedMs,
      ...(answeredMs === undefined ? {} : { answeredAtMs: answeredMs - this.#startedMs }),
      durationMs: answeredMs === undefined ? 0 : nowMs - answeredMs,
      result,
      ...(sipStatus === undefined ? {} : { sipStatus }),
    };
    return [{ kind: "record", record }];
  }
}

/** The identifiers of the session, which are those of its ends. @see RFC 7989 §6 */
function sessionIdOf(message: SipMessage): { readonly headers?: readonly SipHeader[] } {
  const value = headerValue(message, "session-id");
  return value === undefined ? {} : { headers: [{ name: "session-id", value }] };
}

/** The body of a message as it goes on, with its type. */
function contentOf(
  message: SipMessage,
  body: string | undefined,
): { readonly body?: string; readonly contentType?: string } {
  if (body === undefined) return {};
  return { body, contentType: headerValue(message, "content-type") ?? "application/sdp" };
}
