import { headerValue, type SipMessage, type UaEvent } from "../sip/index.ts";
import {
  EXCHANGE_LIMITS,
  type ExchangeOutput,
  type ExchangeRecord,
  type ExchangeResult,
  toUa,
} from "./exchange-types.ts";
import { bestStatus } from "./final-status.ts";

/** An event of one of a call's sessions. */
export type SessionEvent = Extract<UaEvent, { readonly session: string }>;

/** What a call through the exchange is made of. */
export interface BridgeCall {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** The caller's session. */
  readonly caller: string;
  /** One session a contact that is called. */
  readonly legs: readonly string[];
}

/** A re-INVITE that is being carried across. */
interface Reoffer {
  readonly asker: string;
  readonly answerer: string;
  /** Whether the asker sent no offer, so that the answerer's 2xx holds it. */
  readonly delayed: boolean;
}

/**
 * A call through the exchange: two sessions, each a dialog of its own, and bodies carried across
 * verbatim, so that media goes past us and whatever the two sides understand is theirs to agree on.
 *
 *   INVITE of the caller           first 2xx of a leg                BYE, longest time
 *   ───────────────────► ringing ─────────────────────► connected ──────────────────► over
 *                           │ every leg refused, 6xx,      │  ▲
 *                           │ CANCEL, time out             └──┘ re-INVITE carried across
 *                           └──────────────────────────────────────────────────────► over
 *
 * Where the caller offered nothing, the offer is in the callee's 2xx and the answer in the
 * caller's ACK: then `ack` carries it on (likewise for a re-INVITE).
 */
export class Bridge {
  readonly #call: BridgeCall;
  /** Whether the caller's INVITE offered nothing. */
  readonly #delayedOffer: boolean;
  readonly #startedMs: number;
  /** Legs that neither refused nor ended. */
  readonly #live: Set<string>;
  readonly #refusals: number[] = [];
  #callee: string | undefined;
  #answeredMs: number | undefined;
  /** Whether the caller's ACK has come. */
  #confirmed = false;
  /** The session whose 2xx waits for its ACK, with the answer that the other side's ACK brings. */
  #awaitsAck: string | undefined;
  #reoffer: Reoffer | undefined;
  #over = false;

  constructor(call: BridgeCall, delayedOffer: boolean, nowMs: number) {
    this.#call = call;
    this.#live = new Set(call.legs);
    this.#startedMs = nowMs;
    this.#delayedOffer = delayedOffer;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Every session this call ever had. */
  get sessions(): readonly string[] {
    return [this.#call.caller, ...this.#call.legs];
  }

  deadlineMs(): number | undefined {
    if (this.#over) return undefined;
    if (this.#answeredMs !== undefined) return this.#answeredMs + EXCHANGE_LIMITS.talkMs;
    return this.#startedMs + EXCHANGE_LIMITS.ringMs;
  }

  /** Gives up a call that rang too long, or that nobody can still be in. */
  timeout(nowMs: number): readonly ExchangeOutput[] {
    const deadlineMs = this.deadlineMs();
    if (deadlineMs === undefined || nowMs < deadlineMs) return [];
    if (this.#answeredMs !== undefined) {
      const bye = toUa({ kind: "end", session: this.#call.caller });
      return [bye, ...this.#endLegs(), ...this.#finish(nowMs, "answered")];
    }
    const refusal = toUa({ kind: "respond", session: this.#call.caller, status: 480 });
    return [refusal, ...this.#endLegs(), ...this.#finish(nowMs, "unanswered", 480)];
  }

  handle(event: SessionEvent, nowMs: number): readonly ExchangeOutput[] {
    if (this.#over) return [];
    switch (event.kind) {
      case "progress":
        return this.#progress(event);
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

  #progress(event: Extract<UaEvent, { kind: "progress" }>): readonly ExchangeOutput[] {
    if (this.#callee !== undefined || !this.#live.has(event.session)) return [];
    // The caller sees one dialog: early media of several contacts in it would be two answers.
    const single = this.#call.legs.length === 1;
    const content = single ? contentOf(event.response, event.body) : {};
    const { status } = event;
    return [toUa({ kind: "respond", session: this.#call.caller, status, ...content })];
  }

  #answered(
    event: Extract<UaEvent, { kind: "answered" }>,
    nowMs: number,
  ): readonly ExchangeOutput[] {
    const { session } = event;
    const content = contentOf(event.response, event.body);
    if (this.#callee === undefined && this.#live.has(session)) {
      this.#callee = session;
      this.#answeredMs = nowMs;
      if (this.#delayedOffer) this.#awaitsAck = session;
      const accept = { kind: "respond", session: this.#call.caller, status: 200 } as const;
      return [toUa({ ...accept, ...content }), ...this.#endLegs(session)];
    }
    if (this.#reoffer?.answerer !== session) return [];
    const { asker, delayed } = this.#reoffer;
    if (delayed) this.#awaitsAck = session;
    else this.#reoffer = undefined;
    return [toUa({ kind: "respond", session: asker, status: 200, ...content })];
  }

  /** A leg refused, or fell away while it rang. */
  #legGone(leg: string, status: number, nowMs: number): readonly ExchangeOutput[] {
    if (!this.#live.delete(leg) || this.#callee !== undefined) return [];
    this.#refusals.push(status);
    const decisive = status >= 600;
    if (this.#live.size > 0 && !decisive) return [];
    const best = bestStatus(this.#refusals);
    const refusal = toUa({ kind: "respond", session: this.#call.caller, status: best });
    return [refusal, ...this.#endLegs(), ...this.#finish(nowMs, "refused", best)];
  }

  #ended(session: string, nowMs: number): readonly ExchangeOutput[] {
    if (session === this.#call.caller) {
      const result = this.#callee === undefined ? "unanswered" : "answered";
      return [...this.#endLegs(), ...this.#finish(nowMs, result)];
    }
    if (session !== this.#callee) return this.#legGone(session, 480, nowMs);
    const bye = toUa({ kind: "end", session: this.#call.caller });
    return [bye, ...this.#finish(nowMs, "answered")];
  }

  #ackArrived(session: string, body: string | undefined): readonly ExchangeOutput[] {
    if (session === this.#call.caller) this.#confirmed = true;
    const awaiting = this.#awaitsAck;
    if (awaiting === undefined || awaiting === session) return [];
    this.#awaitsAck = undefined;
    this.#reoffer = undefined;
    return [toUa({ kind: "ack", session: awaiting, ...(body === undefined ? {} : { body }) })];
  }

  #reoffered(asker: string, body: string | undefined): readonly ExchangeOutput[] {
    const answerer = this.#peerOf(asker);
    if (answerer === undefined) return [];
    const busy = !this.#confirmed || this.#reoffer !== undefined || this.#awaitsAck !== undefined;
    // Both sides at once, or before the call is settled: the asker tries again. RFC 3261 §14.2
    if (busy) return [toUa({ kind: "respond", session: asker, status: 491 })];
    this.#reoffer = { asker, answerer, delayed: body === undefined };
    const content = body === undefined ? {} : { body };
    return [toUa({ kind: "reinvite", session: answerer, ...content })];
  }

  #reofferFailed(session: string, status: number): readonly ExchangeOutput[] {
    if (this.#reoffer?.answerer !== session) return [];
    const { asker } = this.#reoffer;
    this.#reoffer = undefined;
    return [toUa({ kind: "respond", session: asker, status })];
  }

  #peerOf(session: string): string | undefined {
    if (session === this.#call.caller) return this.#callee;
    return session === this.#callee ? this.#call.caller : undefined;
  }

  #endLegs(except?: string): readonly ExchangeOutput[] {
    const ended = [...this.#live].filter((leg) => leg !== except);
    for (const leg of ended) this.#live.delete(leg);
    return ended.map((session) => toUa({ kind: "end", session }));
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

/** The body of a message as it goes on, with its type. */
function contentOf(
  message: SipMessage,
  body: string | undefined,
): { readonly body?: string; readonly contentType?: string } {
  if (body === undefined) return {};
  return { body, contentType: headerValue(message, "content-type") ?? "application/sdp" };
}
