import type { UaEvent } from "../sip/index.ts";
import {
  ADVICE_OF_CHARGE_TYPE,
  findBodyPart,
  headerValue,
  parseCSeq,
  type SipHeader,
  type SipMessage,
  withReferHost,
} from "../sip/index.ts";
import { EXCHANGE_LIMITS, type ExchangeOutput, toUa } from "./exchange-types.ts";

type RequestEvent = Extract<UaEvent, { kind: "request" }>;
type ResponseEvent = Extract<UaEvent, { kind: "response" }>;

/** Methods that go from one side of a call to the other. */
export const RELAYED_METHODS = ["INFO", "MESSAGE", "NOTIFY", "REFER"] as const;

/** What brings an offer before the INVITE is answered. @see RFC 3262 §5, RFC 3311 §5.1 */
export const EARLY_OFFERS: readonly string[] = ["PRACK", "UPDATE"];

/** Header fields that reach the other side as they are. */
const CARRIED = [
  "content-disposition",
  "content-type",
  "info-package",
  "recv-info",
  "refer-sub",
  "referred-by",
  "subscription-state",
] as const;

/**
 * Requests inside a call that are carried across: digits and flashes (INFO), text, and transfers,
 * which the two sides make out between them. What a dialog of ours has of its own is rewritten:
 * a Refer-To that names us gets the domain, by which either side finds us, and the number by which
 * an event names its REFER becomes that which the REFER had on the other side: each counts its own.
 * @see RFC 3515 §2.4.6
 */
export class RelayedRequests {
  readonly #call: string;
  readonly #domain: string;
  readonly #waiting = new Map<string, string>();
  /** The number of the last REFER of a session, from its second on. */
  readonly #refers = new Map<string, number | undefined>();
  #last = 0;
  /** The offer before the answer that waits. */
  #earlyOffer: string | undefined;

  /** `call` begins the ids of what is sent; `domain` is what peers know us by. */
  constructor(call: string, domain: string) {
    this.#call = call;
    this.#domain = domain;
  }

  /** Carries a request on to `session`; without one nobody is there yet. */
  request(event: RequestEvent, session: string | undefined): readonly ExchangeOutput[] {
    const { message } = event;
    const refuse = (status: number): readonly ExchangeOutput[] => [
      toUa({ kind: "reply", request: event.request, status }),
    ];
    if (session === undefined) return refuse(480);
    // No side of a call here is a network that charges for it.
    if (tellsCost(message)) return refuse(415);
    if (this.#waiting.size >= EXCHANGE_LIMITS.requestsOfCall) return refuse(503);
    const target = this.#referTo(message);
    if (target === undefined) return refuse(400);
    const request = `${this.#call} ${++this.#last}`;
    this.#waiting.set(request, event.request);
    const { method, body } = message;
    if (method === "REFER" && event.session !== undefined) this.#count(event.session, message);
    const about = eventOf(message, this.#refers.get(session));
    const headers = [...target, ...about, ...carried(message)];
    return [toUa({ kind: "session-request", request, session, method, headers, body })];
  }

  /**
   * Carries an offer that comes before the answer to the INVITE, in an UPDATE or a PRACK, on to
   * `session` as an UPDATE. Without one there is nobody it could be for: nobody has described
   * himself to the other side, or several ring. One at a time. @see RFC 3262 §5, RFC 3311 §5
   */
  earlyOffer(event: RequestEvent, session: string | undefined): readonly ExchangeOutput[] {
    const { message, request: asked } = event;
    const status = session === undefined ? 504 : this.#earlyOffer === undefined ? undefined : 491;
    if (session === undefined || status !== undefined) {
      return [toUa({ kind: "reply", request: asked, status: status ?? 504 })];
    }
    const request = `${this.#call} ${++this.#last}`;
    this.#waiting.set(request, asked);
    this.#earlyOffer = request;
    const headers = carried(message);
    const { body } = message;
    return [toUa({ kind: "session-request", request, session, method: "UPDATE", headers, body })];
  }

  /** Carries the answer back. */
  response(event: ResponseEvent): readonly ExchangeOutput[] {
    const request = this.#waiting.get(event.request);
    if (request === undefined) return [];
    this.#waiting.delete(event.request);
    const { status, response } = event;
    if (event.request === this.#earlyOffer) {
      this.#earlyOffer = undefined;
      if (status >= 300) return [refusedEarly(request, status)];
    }
    if (response === undefined) return [toUa({ kind: "reply", request, status: unheard(status) })];
    const { reason, body } = response;
    return [toUa({ kind: "reply", request, status, reason, body, headers: carried(response) })];
  }

  /** The call is over: whoever still waits is told so. @see RFC 3261 §15.1.2 */
  over(): readonly ExchangeOutput[] {
    const open = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#earlyOffer = undefined;
    return open.map((request) => toUa({ kind: "reply", request, status: 487 }));
  }

  #count(session: string, refer: SipMessage): void {
    const cseq = parseCSeq(headerValue(refer, "cseq") ?? "");
    const isLater = this.#refers.has(session) && cseq.ok;
    this.#refers.set(session, isLater ? cseq.value.sequence : undefined);
  }

  #referTo(message: SipMessage): readonly SipHeader[] | undefined {
    const value = headerValue(message, "refer-to");
    if (value === undefined) return [];
    const replaces = /[?&]replaces=/i.test(value);
    // A telephone number, or another server's address, is the far end's to reach.
    const moved = replaces ? withReferHost(value, this.#domain) : value;
    return moved === undefined ? undefined : [{ name: "refer-to", value: moved }];
  }
}

/** The other side has another offer under way (later, then), or does not take this one. */
function refusedEarly(request: string, status: number): ExchangeOutput {
  if (status !== 491 && status !== 500) return toUa({ kind: "reply", request, status: 488 });
  const headers = [{ name: "retry-after", value: "1" }];
  return toUa({ kind: "reply", request, status: 500, headers });
}

/** Nobody answered there: the asker's own dialog is none the worse, as 408 or 481 would say. */
function unheard(status: number): number {
  return status === 408 || status === 481 ? 480 : status;
}

/** Whoever is in a call could set the other side's meter running by it. */
function tellsCost(message: SipMessage): boolean {
  const type = headerValue(message, "content-type");
  return findBodyPart(type, message.body, ADVICE_OF_CHARGE_TYPE) !== undefined;
}

/** The event, by the number `refer` where it names one of several. */
function eventOf(message: SipMessage, refer: number | undefined): readonly SipHeader[] {
  const value = headerValue(message, "event");
  if (value === undefined) return [];
  const id = refer === undefined ? "" : `;id=${refer}`;
  return [{ name: "event", value: value.replace(/;\s*id\s*=\s*[^;]*/i, id) }];
}

function carried(message: SipMessage): readonly SipHeader[] {
  return CARRIED.flatMap((name) => {
    const value = headerValue(message, name);
    return value === undefined ? [] : [{ name, value }];
  });
}
