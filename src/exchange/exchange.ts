import { type Core, earliestMs } from "../base/core.ts";
import type { MediaEvent } from "../base/media-messages.ts";
import {
  type DialogId,
  headerValue,
  parseUri,
  partyFromHeader,
  type SipAddress,
  type SipRequest,
  type UaEvent,
} from "../sip/index.ts";
import { Authority, type Refusal } from "./authority.ts";
import { Bridge } from "./bridge.ts";
import type { CallParties, SessionEvent } from "./bridge-types.ts";
import { contactsOf } from "./bulk.ts";
import { callerIdentity, isAnonymous } from "./caller-identity.ts";
import {
  EXCHANGE_LIMITS,
  type ExchangeConfig,
  type ExchangeInput,
  type ExchangeOutput,
  logOf,
  type ServiceKind,
  toUa,
} from "./exchange-types.ts";
import { absenceOf, Gruus } from "./gruus.ts";
import { LocationTable } from "./location.ts";
import { PickupTickets } from "./pickup.ts";
import { answerRegister } from "./registrar.ts";
import { ServiceCall, serviceOf } from "./service-call.ts";
import { takenBy } from "./take-over.ts";
import { Targets } from "./targets.ts";
import { Texts } from "./texts.ts";
import { type CallStanding, Watching } from "./watching.ts";

/** A small exchange: registrar, calls between its users, an echo and a test tone. */
export interface Exchange extends Core<ExchangeInput, ExchangeOutput> {
  /**
   * What a new request outside of any dialog is refused with before anything is kept for it (see
   * `screen` of the user agent): 401 where its sender has to be proven and has not, 403 for what
   * only calls have a use for; undefined where it is to be handed in.
   */
  screen(request: SipRequest, source: SipAddress, nowMs: number): Refusal | undefined;

  /** Whether somebody is registered from just there. */
  isKnownAt(source: SipAddress): boolean;

  /** See `findTicket` of the user agent. */
  findTicket(dialog: DialogId): string | "up" | undefined;

  /** How many calls it joins or answers itself. */
  readonly calls: number;
}

/** Creates an exchange. Its user agent serves REGISTER and accepts any user. */
export function createExchange(config: ExchangeConfig): Exchange {
  return new SmallExchange(config);
}

/** @see RFC 3261 §8.1.1.6 */
const MAX_FORWARDS = 70;

/** Requests outside of calls whose sender has to be proven. */
const PROVEN: readonly string[] = ["REGISTER", "INVITE", "SUBSCRIBE", "NOTIFY", "MESSAGE"];

/** Requests that are carried from one side of a call to the other, and mean nothing outside. */
const CALL_ONLY: readonly string[] = ["REFER"];

type Incoming = Extract<UaEvent, { kind: "incoming" }>;

class SmallExchange implements Exchange {
  readonly #config: ExchangeConfig;
  readonly #authority: Authority;
  readonly #location = new LocationTable();
  readonly #gruus: Gruus;
  readonly #calls = new Set<Bridge | ServiceCall>();
  readonly #bySession = new Map<string, Bridge | ServiceCall>();
  /** The calls that requests of ours are made in, by the id that those begin with. */
  readonly #byId = new Map<string, Bridge>();
  readonly #byMedia = new Map<string, ServiceCall>();
  readonly #watching: Watching;
  readonly #texts: Texts;
  readonly #tickets = new PickupTickets();
  #isStopped = false;

  constructor(config: ExchangeConfig) {
    this.#config = config;
    this.#authority = new Authority(config);
    this.#gruus = new Gruus(config);
    const known = { authority: this.#authority, location: this.#location };
    const parts = { ...known, config, gruus: this.#gruus };
    this.#watching = new Watching(parts);
    this.#texts = new Texts(parts);
  }

  get calls(): number {
    return this.#calls.size;
  }

  deadlineMs(): number | undefined {
    let deadlineMs = this.#location.deadlineMs();
    for (const call of this.#calls) deadlineMs = earliestMs(deadlineMs, call.deadlineMs());
    return deadlineMs;
  }

  handle(input: ExchangeInput, nowMs: number): readonly ExchangeOutput[] {
    const outputs = this.#handle(input, nowMs);
    const news = this.#watching.news(this.#standings());
    return news.length === 0 ? outputs : [...outputs, ...news];
  }

  *#standings(): Iterable<CallStanding> {
    for (const call of this.#calls) yield call.standing;
  }

  #handle(input: ExchangeInput, nowMs: number): readonly ExchangeOutput[] {
    switch (input.kind) {
      case "timeout":
        return this.#timeout(nowMs);
      case "media":
        return this.#mediaEvent(input.event, nowMs);
      case "ua":
        return this.#uaEvent(input.event, nowMs);
      case "stop":
        return this.#stop(nowMs);
    }
  }

  #stop(nowMs: number): readonly ExchangeOutput[] {
    this.#isStopped = true;
    const outputs: ExchangeOutput[] = [];
    for (const call of [...this.#calls]) {
      outputs.push(...call.stop(nowMs));
      this.#forgetIfOver(call);
    }
    return [...outputs, ...this.#watching.stop()];
  }

  findTicket(dialog: DialogId): string | "up" | undefined {
    return this.#tickets.find(dialog);
  }

  screen(request: SipRequest, source: SipAddress, nowMs: number): Refusal | undefined {
    const { method } = request;
    if (!PROVEN.includes(method)) {
      return CALL_ONLY.includes(method) ? { status: 403, headers: [] } : undefined;
    }
    // A registration is of whom To names, a call from whom From does.
    const name = method === "REGISTER" ? "to" : "from";
    const party = partyFromHeader(headerValue(request, name) ?? "");
    return this.#authority.screen(request, party?.user ?? "", source, nowMs);
  }

  isKnownAt(source: SipAddress): boolean {
    return this.#location.hasSource(source);
  }

  #uaEvent(event: UaEvent, nowMs: number): readonly ExchangeOutput[] {
    switch (event.kind) {
      case "incoming":
        return this.#incoming(event, nowMs);
      case "request":
        return this.#request(event, nowMs);
      case "watched":
        if (this.#isStopped) {
          return [toUa({ kind: "refuse-watch", watch: event.watch, status: 503 })];
        }
        return this.#watching.watched(event, this.#standings(), nowMs);
      case "watch-ended":
        this.#watching.ended(event.watch);
        return [];
      case "response":
        return (
          this.#byId.get(event.request.split(" ", 1)[0] ?? "")?.request(event) ??
          this.#texts.answered(event)
        );
      case "progress":
      case "answered":
      case "failed":
      case "ended":
      case "confirmed":
      case "reoffered":
      case "reoffer-failed":
      case "taken-back":
        return this.#sessionEvent(event, nowMs);
      default:
        return [];
    }
  }

  #timeout(nowMs: number): readonly ExchangeOutput[] {
    const outputs: ExchangeOutput[] = [];
    for (const { user, binding } of this.#location.expire(nowMs)) {
      outputs.push(logOf("info", `The registration of ${user} at ${binding.uriText} ran out.`));
    }
    for (const call of [...this.#calls]) {
      outputs.push(...call.timeout(nowMs));
      this.#forgetIfOver(call);
    }
    return outputs;
  }

  #mediaEvent(event: MediaEvent, nowMs: number): readonly ExchangeOutput[] {
    const call = this.#byMedia.get(event.session);
    if (call === undefined) return [];
    const outputs = call.media(event, nowMs);
    this.#forgetIfOver(call);
    return outputs;
  }

  #sessionEvent(event: SessionEvent, nowMs: number): readonly ExchangeOutput[] {
    const call = this.#bySession.get(event.session);
    if (call === undefined) return [];
    const outputs = call.handle(event, nowMs);
    // Where it was sent on there are others in it.
    if (event.kind === "failed") for (const one of call.sessions) this.#bySession.set(one, call);
    if (call instanceof Bridge && call.ticket !== undefined && call.isUp) {
      this.#tickets.settle(call.ticket, false);
    }
    this.#forgetIfOver(call);
    return outputs;
  }

  #forgetIfOver(call: Bridge | ServiceCall): void {
    if (!call.over || !this.#calls.delete(call)) return;
    for (const session of call.sessions) this.#bySession.delete(session);
    if (call instanceof Bridge) {
      this.#byId.delete(call.id);
      if (call.ticket !== undefined) this.#tickets.settle(call.ticket, true);
    }
    if (call instanceof ServiceCall) this.#byMedia.delete(call.mediaSession);
  }

  #request(event: Extract<UaEvent, { kind: "request" }>, nowMs: number): readonly ExchangeOutput[] {
    const { method } = event.message;
    if (method === "NOTIFY" && event.session === undefined) {
      return this.#watching.notified(event, nowMs);
    }
    if (method === "MESSAGE" && event.session === undefined) {
      return this.#texts.received(event, nowMs);
    }
    if (method !== "REGISTER") return this.#requestInCall(event);
    const registrar = {
      config: this.#config,
      authority: this.#authority,
      location: this.#location,
      gruus: this.#gruus,
    };
    const user = partyFromHeader(headerValue(event.message, "to") ?? "")?.user ?? "";
    const before = this.#location.of(user);
    const answer = answerRegister(registrar, event, nowMs);
    return [...answer, ...this.#watching.registered(user, before)];
  }

  #requestInCall(event: Extract<UaEvent, { kind: "request" }>): readonly ExchangeOutput[] {
    const call = event.session === undefined ? undefined : this.#bySession.get(event.session);
    if (call instanceof Bridge) return call.request(event);
    // Outside of calls, and in those that we answer ourselves, nobody is there to take it.
    const status = call === undefined && event.session === undefined ? 403 : 501;
    return [toUa({ kind: "reply", request: event.request, status })];
  }

  #incoming(event: Incoming, nowMs: number): readonly ExchangeOutput[] {
    const { session, request } = event;
    const refuse = (status: number): readonly ExchangeOutput[] => [
      toUa({ kind: "respond", session, status }),
    ];
    const hops = Number(headerValue(request, "max-forwards") ?? MAX_FORWARDS);
    if (!(hops > 0)) return refuse(483);
    const verdict = this.#authority.judge(request, event.from.user, event.source, nowMs);
    if (verdict.kind === "challenge") {
      return [toUa({ kind: "respond", session, status: 401, headers: verdict.headers })];
    }
    const proven = verdict.kind === "known" ? verdict.user : event.from.user;
    // A private exchange calls as any of its numbers.
    const isOwn = this.#authority.ownerOf(event.from.user) === proven;
    const caller = isOwn ? event.from.user : proven;
    const honest = isOwn || isAnonymous(event.from);
    if (verdict.kind === "refused" || !honest) {
      const why = verdict.kind === "refused" ? verdict.why : `${caller} is not ${event.from.user}`;
      const text = `A call of ${event.from.uri} from ${event.source.host} was refused: ${why}.`;
      const isTold = verdict.kind === "refused" && verdict.isRepeated === true;
      return isTold ? refuse(403) : [...refuse(403), logOf("warn", text)];
    }
    if (this.#isStopped) return refuse(503);
    if (event.replaces !== undefined) return this.#replace(event, event.replaces, nowMs);
    // Two sides are joined here, and no third. @see RFC 3911 §4
    if (event.joins !== undefined) return refuse(403);
    if (this.#calls.size >= EXCHANGE_LIMITS.calls) {
      const headers = [{ name: "retry-after", value: "10" }];
      return [
        toUa({ kind: "respond", session, status: 503, headers }),
        logOf("warn", `A call of ${caller} was refused: there are too many calls.`),
      ];
    }
    const uri = parseUri(request.uri);
    const address = uri.ok ? this.#gruus.addressed(uri.value) : undefined;
    if (address === undefined) return refuse(404);
    const called = address.number;
    const taken = takenBy(this.#config, this.#calls, called);
    if (taken !== undefined) {
      return taken === "nobody" ? refuse(480) : this.#replace(event, taken, nowMs);
    }
    const service = serviceOf(this.#config, called);
    if (service !== undefined) return this.#startService(event, service, caller, called, nowMs);
    if (!this.#authority.isUser(called)) return refuse(404);
    return this.#startBridge(event, { caller, called, hops, address }, nowMs);
  }

  /** Somebody who was referred takes the place of one who is in a call. */
  #replace(event: Incoming, replaced: string, nowMs: number): readonly ExchangeOutput[] {
    const call = this.#bySession.get(replaced);
    const { session, request } = event;
    if (!(call instanceof Bridge)) return [toUa({ kind: "respond", session, status: 481 })];
    const body = request.body === "" ? undefined : request.body;
    const outputs = call.replace(session, replaced, body, nowMs);
    // One that was refused is none of the call's: nothing would ever forget it.
    if (call.sessions.includes(session)) this.#bySession.set(session, call);
    return outputs;
  }

  #startService(
    event: Incoming,
    service: ServiceKind,
    caller: string,
    called: string,
    nowMs: number,
  ): readonly ExchangeOutput[] {
    const id = `${service}-${this.#config.createToken()}`;
    const offer = event.request.body;
    const call = new ServiceCall(
      {
        id,
        service,
        from: caller,
        to: called,
        caller: event.session,
        sdpSessionId: String(Math.floor(nowMs) + 1),
        ...(offer === "" ? {} : { offer }),
      },
      nowMs,
    );
    this.#calls.add(call);
    this.#bySession.set(event.session, call);
    this.#byMedia.set(id, call);
    return call.start();
  }

  #startBridge(
    event: Incoming,
    { address, ...who }: CallParties,
    nowMs: number,
  ): readonly ExchangeOutput[] {
    const { session, request } = event;
    const { domain, addresses = [] } = this.#config;
    const id = `exchange-${this.#config.createToken()}`;
    const { from, headers } = callerIdentity(who.caller, domain, event.from, request);
    const contentType = headerValue(request, "content-type") ?? "application/sdp";
    const content = request.body === "" ? {} : { body: request.body, contentType };
    const hops = { name: "max-forwards", value: String(who.hops - 1) };
    const common = { from, headers: [hops, ...headers], ...content };
    const known = { authority: this.#authority, location: this.#location };
    const locate = (number: string, atMs: number) =>
      contactsOf(known, number === who.called ? address : { number }, atMs);
    const targets = new Targets({ ...who, id, domain, addresses, common, locate });
    const legs = targets.first(nowMs);
    const first = legs[0]?.session;
    if (first === undefined) {
      return [toUa({ kind: "respond", session, status: absenceOf(address) })];
    }
    const isPrivate = isAnonymous(event.from);
    const offer = request.body === "" ? {} : { offer: request.body };
    const { pickup, createToken } = this.#config;
    const ticket = pickup === undefined ? {} : { ticket: this.#tickets.issue(first, createToken) };
    const parties = { from: who.caller, to: who.called, caller: session };
    const about = { ...offer, ...ticket, ...parties, id, legs, targets, domain, isPrivate };
    const call = new Bridge(about, nowMs);
    this.#calls.add(call);
    this.#byId.set(id, call);
    for (const one of call.sessions) this.#bySession.set(one, call);
    return call.start(nowMs);
  }
}
