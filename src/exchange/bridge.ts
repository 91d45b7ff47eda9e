import { earliestMs } from "../base/core.ts";
import {
  type DialogId,
  holdsOther,
  type SipHeader,
  type SipResponse,
  type UaEvent,
} from "../sip/index.ts";
import {
  type BridgeCall,
  contentOf,
  ELSEWHERE,
  type RequestEvent,
  recordOf,
  type SessionEvent,
  sessionIdOf,
} from "./bridge-types.ts";
import { CalledSide } from "./called-side.ts";
import { CarriedOffer, type CarriedStep } from "./carried-offer.ts";
import {
  EXCHANGE_LIMITS,
  type ExchangeOutput,
  type ExchangeResult,
  toUa,
} from "./exchange-types.ts";
import { Pickup } from "./pickup.ts";
import { EARLY_OFFERS, RelayedRequests } from "./relayed-requests.ts";
import type { CallStanding } from "./watching.ts";

/**
 * A call through the exchange: two sessions, each a dialog of its own, and bodies carried across
 * verbatim, so that media goes past us and whatever the two sides understand is theirs to agree on.
 *
 *   INVITE of the caller           first 2xx of a leg                BYE, longest time
 *   ───────────────────► ringing ─────────────────────► connected ──────────────────► over
 *                           │ all of `CalledSide`         │  ▲
 *                           │ refused, 6xx, CANCEL         └──┘ re-INVITE carried across
 *                           └──────────────────────────────────────────────────────► over
 *
 * While it rings it may be picked up by somebody who was not called (see `Pickup`).
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
  readonly #called: CalledSide;
  #callee: string | undefined;
  #answeredMs: number | undefined;
  /** Whether the caller's ACK has come. */
  #confirmed = false;
  readonly #offers = new CarriedOffer();
  /** Sessions whose last offer puts the other side on hold. */
  readonly #holders = new Set<string>();
  /** Sessions that took another's place, or tried to. */
  readonly #newcomers: string[] = [];
  #pickup: Pickup | undefined;
  #over = false;

  constructor(call: BridgeCall, nowMs: number) {
    this.#call = call;
    this.#caller = call.caller;
    this.#relayed = new RelayedRequests(call.id, call.domain);
    this.#called = new CalledSide(call);
    this.#startedMs = nowMs;
    this.#delayedOffer = call.offer === undefined;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Every session this call ever had. */
  get sessions(): readonly string[] {
    return [this.#call.caller, ...this.#called.sessions, ...this.#newcomers];
  }

  get id(): string {
    return this.#call.id;
  }

  /** How it stands, for those who watch its users. */
  get standing(): CallStanding {
    const { id, from, isPrivate = false, ticket } = this.#call;
    const answered = this.#answeredMs !== undefined;
    const { hasRung, number: to } = this.#called;
    const stage = answered ? "confirmed" : hasRung ? "early" : "trying";
    const reachesCallee = answered || hasRung;
    const known = ticket === undefined ? {} : { known: ticket };
    const ids = this.rings && ticket !== undefined ? { ids: ticket } : {};
    return { id, from, to, stage, reachesCallee, isPrivate, ...known, ...ids };
  }

  /** Whether it rings and may be picked up. */
  get rings(): boolean {
    const isFree = this.#answeredMs === undefined && this.#pickup === undefined;
    const { hasRung, isDescribed } = this.#called;
    return isFree && hasRung && !isDescribed && !this.#over;
  }

  /** Whose call it is, and the session that stands for it to who picks it up. */
  get callee(): { readonly user: string; readonly session: string } {
    const { number: user, sessions } = this.#called;
    return { user, session: sessions[0] ?? this.#call.caller };
  }

  get isUp(): boolean {
    return this.#answeredMs !== undefined;
  }

  get ticket(): DialogId | undefined {
    return this.#call.ticket;
  }

  /** The session by which a user has the other side on hold; undefined where it is not so. */
  holdOf(user: string): string | undefined {
    if (this.#over || this.#callee === undefined) return undefined;
    const { from } = this.#call;
    if (user === from && this.#holders.has(this.#caller)) return this.#caller;
    const isCallee = user === this.#called.number && this.#holders.has(this.#callee);
    return isCallee ? this.#callee : undefined;
  }

  /** Somebody who was not called takes the call; `body` is his offer, where he has one. */
  pickUp(newcomer: string, body: string | undefined, nowMs: number): readonly ExchangeOutput[] {
    const { caller, offer } = this.#call;
    const pickup = new Pickup({
      ...{ caller, newcomer, sdpSessionId: String(Math.floor(nowMs) + 1) },
      ...(offer === undefined ? {} : { callerOffer: offer }),
      ...(body === undefined ? {} : { newcomerOffer: body }),
    });
    const first = this.rings ? pickup.start() : undefined;
    if (first === undefined) {
      const status = this.rings ? 488 : 486;
      return [toUa({ kind: "respond", session: newcomer, status })];
    }
    this.#pickup = pickup;
    this.#newcomers.push(newcomer);
    return [...first, ...this.#endLegs(undefined, ELSEWHERE)];
  }

  /** What the two sides of a pick-up agree on step by step; without an answer both are let go. */
  #pickedUp(outputs: readonly ExchangeOutput[] | undefined, nowMs: number) {
    const newcomer = this.#pickup?.newcomer;
    if (outputs === undefined && newcomer !== undefined) return this.#pickupFailed(newcomer, nowMs);
    if (outputs === undefined || this.#pickup?.isDone !== true) return outputs ?? [];
    this.#callee = this.#pickup.newcomer;
    this.#answeredMs = nowMs;
    return outputs;
  }

  /** The box stops. */
  stop(nowMs: number): readonly ExchangeOutput[] {
    if (this.#over) return [];
    const isUp = this.#answeredMs !== undefined;
    const end = toUa({ kind: "end", session: this.#caller, status: 480 });
    return [
      ...this.#endAll(this.#caller),
      end,
      ...this.#finish(nowMs, isUp ? "answered" : "unanswered"),
    ];
  }

  /** Calls the first ones. */
  start(nowMs: number): readonly ExchangeOutput[] {
    return this.#called.next(nowMs);
  }

  /** A request inside the call, or the answer to one that was carried on. */
  request(event: RequestEvent): readonly ExchangeOutput[] {
    if (event.kind === "response") return this.#relayed.response(event);
    const { session } = event;
    const isEarly = EARLY_OFFERS.includes(event.message.method);
    if (isEarly) return this.#relayed.earlyOffer(event, this.#called.earlyPeerOf(session));
    const peer = session === undefined || this.#over ? undefined : this.#peerOf(session);
    return this.#relayed.request(event, peer);
  }

  /** `newcomer` called to take the place of `replaced`; `body` is its offer, where it has one. */
  replace(
    newcomer: string,
    replaced: string,
    body: string | undefined,
    nowMs: number,
  ): readonly ExchangeOutput[] {
    if (this.#callee === undefined && replaced !== this.#caller) {
      return this.pickUp(newcomer, body, nowMs);
    }
    const answerer = this.#over ? undefined : this.#peerOf(replaced);
    const refuse = (status: number) => [toUa({ kind: "respond", session: newcomer, status })];
    if (answerer === undefined) return refuse(481);
    if (this.#isOffering) return refuse(491);
    if (this.#newcomers.length >= EXCHANGE_LIMITS.newcomersOfCall) return refuse(486);
    this.#newcomers.push(newcomer);
    return this.#offers.begin({ asker: newcomer, answerer, replaces: replaced }, body);
  }

  deadlineMs(): number | undefined {
    if (this.#over) return undefined;
    if (this.#answeredMs !== undefined) return this.#answeredMs + EXCHANGE_LIMITS.talkMs;
    return earliestMs(this.#called.deadlineMs(), this.#startedMs + EXCHANGE_LIMITS.ringTotalMs);
  }

  /** Gives up a call that rang too long, or that nobody can still be in. */
  timeout(nowMs: number): readonly ExchangeOutput[] {
    const deadlineMs = this.deadlineMs();
    if (deadlineMs === undefined || nowMs < deadlineMs) return [];
    if (this.#answeredMs !== undefined) {
      return [...this.#endAll(undefined), ...this.#finish(nowMs, "answered")];
    }
    if (this.#pickup !== undefined) return this.#pickupFailed(this.#pickup.newcomer, nowMs);
    const tooLong = nowMs >= this.#startedMs + EXCHANGE_LIMITS.ringTotalMs;
    const ended = this.#called.giveUpOverdue(nowMs);
    if (!tooLong && this.#called.isRinging) return ended;
    const more = tooLong ? [] : this.#called.next(nowMs);
    if (more.length > 0) return [...ended, ...more];
    const refusal = toUa({ kind: "respond", session: this.#caller, status: 480 });
    const rest = this.#endLegs();
    return [refusal, ...ended, ...rest, ...this.#finish(nowMs, "unanswered", 480)];
  }

  handle(event: SessionEvent, nowMs: number): readonly ExchangeOutput[] {
    if (this.#over) return [];
    switch (event.kind) {
      case "progress":
        return this.#callee === undefined ? this.#called.progress(event, nowMs) : [];
      case "answered":
        return this.#answered(event, nowMs);
      case "failed":
        if (event.session === this.#callee) return this.#ended(event.session, nowMs);
        return this.#legGone(event.session, event.status, nowMs, event.response);
      case "ended":
        return this.#ended(event.session, nowMs);
      case "confirmed":
        return this.#ackArrived(event.session, event.body, nowMs);
      case "reoffered":
        return this.#reoffered(event.session, event.body);
      case "reoffer-failed":
        return this.#reofferFailed(event.session, event.status, nowMs);
      case "taken-back":
        return this.#offers.takenBack(event.session);
      default:
        return [];
    }
  }

  #answered(
    event: Extract<UaEvent, { kind: "answered" }>,
    nowMs: number,
  ): readonly ExchangeOutput[] {
    const { session } = event;
    const content = { ...sessionIdOf(event.response), ...contentOf(event.response, event.body) };
    if (this.#callee === undefined && this.#called.has(session)) {
      this.#callee = session;
      this.#answeredMs = nowMs;
      const accept = { kind: "respond", session: this.#caller, status: 200 } as const;
      const told = this.#delayedOffer ? undefined : this.#called.answerOf(session, content);
      if (told === undefined) this.#offers.awaitAck(session);
      else if (told.isApart) this.#offers.bringTogether(this.#caller, session);
      const answer = toUa({ ...accept, ...(told?.content ?? content) });
      return [answer, ...this.#endLegs(session, ELSEWHERE)];
    }
    if (this.#pickup?.newcomer === session && !this.#pickup.isDone) {
      return this.#pickedUp(this.#pickup.answered(content), nowMs);
    }
    const sdpSessionId = String(Math.floor(nowMs) + 1);
    return this.#carried(this.#offers.answered(session, content, sdpSessionId), nowMs);
  }

  #carried(step: CarriedStep | undefined, nowMs: number): readonly ExchangeOutput[] {
    if (step === undefined) return [];
    const { outputs, replaced, isBroken } = step;
    if (replaced?.replaced === this.#caller) this.#caller = replaced.by;
    else if (replaced !== undefined) this.#callee = replaced.by;
    if (isBroken !== true) return outputs;
    return [...outputs, ...this.#endAll(undefined), ...this.#finish(nowMs, "answered")];
  }

  /** A leg refused, sends the call on, or fell away while it rang. */
  #legGone(
    leg: string,
    status: number,
    nowMs: number,
    response?: SipResponse,
  ): readonly ExchangeOutput[] {
    const gone = this.#called.gone(leg, status, nowMs, response);
    if (gone === undefined) return [];
    if (gone.kind === "on") return gone.outputs;
    const { status: told, headers } = gone;
    const refusal = toUa({ kind: "respond", session: this.#caller, status: told, headers });
    return [refusal, ...this.#endLegs(), ...this.#finish(nowMs, "refused", told)];
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

  /** A newcomer gave up before it was in, or was in and is not any more. */
  #newcomerGone(session: string, nowMs: number): readonly ExchangeOutput[] {
    if (this.#pickup?.newcomer === session && !this.#pickup.isDone) {
      // Nobody rings any more who could answer in his place.
      const refusal = toUa({ kind: "end", session: this.#caller, status: 480 });
      return [refusal, ...this.#finish(nowMs, "unanswered", 480)];
    }
    return this.#offers.takenBack(session);
  }

  #pickupFailed(newcomer: string, nowMs: number): readonly ExchangeOutput[] {
    return [toUa({ kind: "end", session: newcomer }), ...this.#newcomerGone(newcomer, nowMs)];
  }

  #ackArrived(session: string, body: string | undefined, nowMs: number): readonly ExchangeOutput[] {
    if (session === this.#caller) this.#confirmed = true;
    if (this.#pickup?.isDone === false) {
      return this.#pickedUp(this.#pickup.confirmed(session, body), nowMs);
    }
    return this.#offers.acknowledged(session, body);
  }

  #reoffered(asker: string, body: string | undefined): readonly ExchangeOutput[] {
    const answerer = this.#peerOf(asker);
    if (answerer === undefined) return [];
    // Both sides at once, or before the call is settled: the asker tries again. RFC 3261 §14.2
    if (this.#isOffering) return [toUa({ kind: "respond", session: asker, status: 491 })];
    if (body !== undefined && holdsOther(body)) this.#holders.add(asker);
    else this.#holders.delete(asker);
    return this.#offers.begin({ asker, answerer }, body);
  }

  get #isOffering(): boolean {
    return !this.#confirmed || this.#offers.isRunning;
  }

  #reofferFailed(session: string, status: number, nowMs: number): readonly ExchangeOutput[] {
    if (this.#pickup?.newcomer === session && !this.#pickup.isDone) {
      return this.#pickupFailed(session, nowMs);
    }
    if (this.#offers.asker !== undefined) this.#holders.delete(this.#offers.asker);
    return this.#carried(this.#offers.refused(session, status), nowMs);
  }

  #peerOf(session: string): string | undefined {
    if (session === this.#caller) return this.#callee;
    return session === this.#callee ? this.#caller : undefined;
  }

  /** Ends every session that is still there but the one that went of itself. */
  #endAll(gone: string | undefined): readonly ExchangeOutput[] {
    const picking = this.#pickup?.isDone === false ? [this.#pickup.newcomer] : [];
    const asking = this.#offers.newcomer === undefined ? [] : [this.#offers.newcomer];
    const pending = [...picking, ...asking];
    const others = [this.#caller, ...pending].filter((session) => session !== gone);
    return [...others.map((session) => toUa({ kind: "end", session })), ...this.#endLegs(gone)];
  }

  /** Ends whoever was called, answered or ringing, but for one. */
  #endLegs(except?: string, headers?: readonly SipHeader[]): readonly ExchangeOutput[] {
    const callee = this.#callee === undefined ? [] : [this.#callee];
    const legs = [...callee, ...this.#called.end(except)].filter((leg) => leg !== except);
    const why = headers === undefined ? {} : { headers };
    return legs.map((session) => toUa({ kind: "end", session, ...why }));
  }

  #finish(nowMs: number, result: ExchangeResult, sipStatus?: number): readonly ExchangeOutput[] {
    this.#over = true;
    const times = { startedMs: this.#startedMs, answeredMs: this.#answeredMs, endedMs: nowMs };
    const record = recordOf(this.#call, times, result, sipStatus);
    return [...this.#relayed.over(), { kind: "record", record }];
  }
}
