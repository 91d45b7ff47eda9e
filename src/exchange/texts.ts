import {
  headerValue,
  parseUri,
  partyFromHeader,
  type SipHeader,
  type SipRequest,
  type UaEvent,
} from "../sip/index.ts";
import type { Authority } from "./authority.ts";
import { contactsOf } from "./bulk.ts";
import { callerIdentity, isAnonymous } from "./caller-identity.ts";
import {
  EXCHANGE_LIMITS,
  type ExchangeConfig,
  type ExchangeOutput,
  logOf,
  toUa,
} from "./exchange-types.ts";
import { bestStatus } from "./final-status.ts";
import { absenceOf, type Gruus } from "./gruus.ts";
import { type Binding, type LocationTable, targetOf } from "./location.ts";

type RequestEvent = Extract<UaEvent, { kind: "request" }>;
type ResponseEvent = Extract<UaEvent, { kind: "response" }>;

/** What the exchange knows of its users. */
export interface TextsParts {
  readonly config: ExchangeConfig;
  readonly authority: Authority;
  readonly location: LocationTable;
  readonly gruus: Gruus;
}

/** A text that its telephones have not all answered yet. */
interface Waiting {
  readonly request: string;
  left: number;
  readonly refusals: number[];
}

/** What the requests that carry texts are called. */
const PREFIX = "text";

/** Header fields that go on with a text. */
const CARRIED = ["content-type", "content-disposition", "date"] as const;

/** Where nothing says how many hops are left. @see RFC 3261 §8.1.1.6 */
const HOPS = 70;

/**
 * Texts of one user for another (MESSAGE outside of calls): each goes to every telephone of whom it
 * is for, and its sender is told as soon as one has it. None is kept for who is not there.
 * @see RFC 3428 §6, §7
 */
export class Texts {
  readonly #parts: TextsParts;
  readonly #waiting = new Map<string, Waiting>();
  #last = 0;

  constructor(parts: TextsParts) {
    this.#parts = parts;
  }

  /** A text came. */
  received({ request, message, source }: RequestEvent, nowMs: number): readonly ExchangeOutput[] {
    const { authority } = this.#parts;
    const refuse = (status: number, headers: readonly SipHeader[] = []) => [
      toUa({ kind: "reply", request, status, headers }),
    ];
    const from = partyFromHeader(headerValue(message, "from") ?? "");
    if (from === undefined) return refuse(400);
    const verdict = authority.judge(message, from.user, source, nowMs);
    if (verdict.kind === "challenge") return refuse(401, verdict.headers);
    const proven = verdict.kind === "known" ? verdict.user : undefined;
    const isOwn = authority.ownerOf(from.user) === proven;
    if (proven === undefined || (!isOwn && !isAnonymous(from))) {
      const isTold = verdict.kind === "refused" && verdict.isRepeated === true;
      const why = verdict.kind === "refused" ? verdict.why : `${proven} is not ${from.user}`;
      const text = `A text of ${from.uri} from ${source.host} was refused: ${why}.`;
      return isTold ? refuse(403) : [...refuse(403), logOf("warn", text)];
    }
    const hops = Number(headerValue(message, "max-forwards") ?? HOPS);
    if (!(hops > 0)) return refuse(483);
    const uri = parseUri(message.uri);
    const address = uri.ok ? this.#parts.gruus.addressed(uri.value) : undefined;
    if (address === undefined || !authority.isUser(address.number)) return refuse(404);
    const contacts = onePerDevice(contactsOf(this.#parts, address, nowMs));
    if (contacts.length === 0) return refuse(absenceOf(address));
    if (this.#waiting.size >= EXCHANGE_LIMITS.texts) return refuse(503);
    const id = `${PREFIX} ${++this.#last}`;
    this.#waiting.set(id, { request, left: contacts.length, refusals: [] });
    const { domain } = this.#parts.config;
    const identity = callerIdentity(isOwn ? from.user : proven, domain, from, message);
    const headers = [{ name: "max-forwards", value: String(hops - 1) }, ...carried(message)];
    return contacts.map((binding) => {
      const routes = binding.path.map((value) => ({ name: "route", value }));
      return toUa({
        kind: "send-request",
        request: id,
        method: "MESSAGE",
        uri: binding.uriText,
        to: targetOf(binding),
        from: identity.from,
        headers: [...routes, ...headers, ...identity.headers],
        body: message.body,
      });
    });
  }

  /** A telephone has it, or does not take it. */
  answered({ request, status }: ResponseEvent): readonly ExchangeOutput[] {
    const text = this.#waiting.get(request);
    if (text === undefined) return [];
    if (status >= 300) {
      text.refusals.push(status);
      if (--text.left > 0) return [];
    }
    this.#waiting.delete(request);
    const answer = status < 300 ? 200 : bestStatus(text.refusals);
    return [toUa({ kind: "reply", request: text.request, status: answer })];
  }
}

/** One way to each device. @see RFC 5626 §7 */
function onePerDevice(bindings: readonly Binding[]): readonly Binding[] {
  const seen = new Set<string>();
  return bindings.filter(({ flow }) => {
    if (flow === undefined) return true;
    if (seen.has(flow.instance)) return false;
    seen.add(flow.instance);
    return true;
  });
}

function carried(message: SipRequest): readonly SipHeader[] {
  return CARRIED.flatMap((name) => {
    const value = headerValue(message, name);
    return value === undefined ? [] : [{ name, value }];
  });
}
