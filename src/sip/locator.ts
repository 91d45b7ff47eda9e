import type { NaptrRecord, SrvRecord } from "../base/dns.ts";
import { plainIp } from "../base/ip-bytes.ts";
import { DeadlineQueue } from "./deadline-queue.ts";
import { fractionOf } from "./fraction.ts";
import { type DnsQuestion, defaultPort, locationStep, STUN_PORT } from "./location/plan.ts";
import type { SipAddress, SipHop, SipTransport, UaOutput } from "./user-agent-types.ts";
import { parseUri } from "./wire/uri.ts";

/** Questions that may be under way at one time. */
const LOOKUPS_MAX = 500;

/** Answers that are kept for a name service that falls silent. */
const KEPT_MAX = 200;

/** How long an answer may stand in for one that does not come any more. */
const KEPT_MS = 3_600_000;

/** How long SRV and NAPTR records are waited for: nearly nobody has them, and all must wait. */
const RECORDS_PATIENCE_MS = 4_000;

/** Told once: the addresses of a hop, none where it cannot be reached. */
export type Located = (addresses: readonly SipAddress[], nowMs: number) => void;

/** An answer of the name service. */
export type DnsAnswer =
  | { readonly record: "address"; readonly hosts: readonly string[] }
  | { readonly record: "srv"; readonly records: readonly SrvRecord[] }
  | { readonly record: "naptr"; readonly records: readonly NaptrRecord[] };

/** One hop that is being located. */
interface Search {
  readonly hop: SipHop;
  readonly located: Located;
  /** Decides the draws among SRV records. */
  readonly seed: string;
  readonly answers: Map<string, DnsAnswer>;
  isOver: boolean;
}

/** One question under way, with all who wait for its answer. */
interface Lookup {
  readonly query: string;
  readonly question: DnsQuestion;
  readonly waiting: Set<Search>;
}

/**
 * Turns the hops of requests into addresses by the plan of RFC 3263 (`location/plan.ts`). An IP
 * address, and every host inside the box, is its own answer at once; names are asked for by
 * `resolve` outputs, each once for all who wait. Where the name service has nothing any more, what
 * it said within the last hour stands.
 */
export class Locator {
  readonly #output: (output: UaOutput) => void;
  readonly #options: LocatorOptions;
  readonly #byQuery = new Map<string, Lookup>();
  readonly #byQuestion = new Map<string, Lookup>();
  readonly #kept = new Map<string, { readonly answer: DnsAnswer; readonly atMs: number }>();
  readonly #deadlines = new DeadlineQueue<Lookup>();
  #lastQuery = 0;

  constructor(output: (output: UaOutput) => void, options: LocatorOptions) {
    this.#output = output;
    this.#options = options;
  }

  /** Calls `located` once, during this call or later. */
  locate(hop: SipHop, nowMs: number, located: Located): void {
    const direct = directAddress(hop);
    if (direct !== undefined) {
      located([direct], nowMs);
      return;
    }
    const host = hop.host.toLowerCase();
    if (host === "") {
      located([], nowMs);
      return;
    }
    const seed = this.#options.createToken();
    this.#look({ hop: { ...hop, host }, located, seed, answers: new Map(), isOver: false }, nowMs);
  }

  /** An answer. One to a question that is over is dropped. */
  resolved(query: string, answer: DnsAnswer, nowMs: number): void {
    const lookup = this.#byQuery.get(query);
    if (lookup !== undefined) this.#finish(lookup, answer, nowMs);
  }

  deadlineMs(): number | undefined {
    return this.#deadlines.earliestMs();
  }

  /** Gives up one question that is due; false where none is. */
  timeout(nowMs: number): boolean {
    const lookup = this.#deadlines.takeDue(nowMs);
    if (lookup === undefined) return false;
    this.#finish(lookup, nothing(lookup.question), nowMs);
    return true;
  }

  /** Goes on with a search as far as the answers carry it. */
  #look(search: Search, nowMs: number): void {
    for (;;) {
      const step = locationStep(
        search.hop,
        this.#options.transports,
        knownOf(search.answers),
        (drawing) => fractionOf(`${search.seed} ${drawing}`),
      );
      if (step.kind === "located") {
        search.isOver = true;
        search.located(step.addresses, nowMs);
        return;
      }
      let asked = false;
      for (const question of step.questions) asked = this.#ask(question, search, nowMs) || asked;
      // Where nothing is under way every question was answered on the spot.
      if (asked) return;
    }
  }

  /** Whether an answer is to come; else it is there already. */
  #ask(question: DnsQuestion, search: Search, nowMs: number): boolean {
    const key = keyOf(question);
    if (search.answers.has(key)) return false;
    const known = this.#byQuestion.get(key);
    if (known !== undefined) {
      known.waiting.add(search);
      return true;
    }
    if (isIpAddress(question.name) || this.#byQuery.size >= LOOKUPS_MAX) {
      const hosts = isIpAddress(question.name) ? [question.name] : [];
      const isAddress = question.record === "address";
      search.answers.set(key, isAddress ? { record: "address", hosts } : nothing(question));
      return false;
    }
    const query = `q${++this.#lastQuery}`;
    const lookup: Lookup = { query, question, waiting: new Set([search]) };
    this.#byQuery.set(query, lookup);
    this.#byQuestion.set(key, lookup);
    const isAddress = question.record === "address";
    const patienceMs = isAddress ? this.#options.patienceMs : RECORDS_PATIENCE_MS;
    this.#deadlines.set(lookup, nowMs + Math.min(patienceMs, this.#options.patienceMs));
    this.#output({ kind: "resolve", query, record: question.record, host: question.name });
    return true;
  }

  #finish(lookup: Lookup, answer: DnsAnswer, nowMs: number): void {
    const key = keyOf(lookup.question);
    this.#byQuery.delete(lookup.query);
    this.#byQuestion.delete(key);
    this.#deadlines.set(lookup, undefined);
    const stands = this.#keep(key, answer, nowMs);
    for (const search of lookup.waiting) {
      if (search.isOver) continue;
      search.answers.set(key, stands);
      this.#look(search, nowMs);
    }
  }

  /** Keeps an answer that has something in it, or finds the one to stand in for it. */
  #keep(key: string, answer: DnsAnswer, nowMs: number): DnsAnswer {
    if (isEmpty(answer)) {
      const kept = this.#kept.get(key);
      return kept !== undefined && nowMs - kept.atMs <= KEPT_MS ? kept.answer : answer;
    }
    this.#kept.delete(key);
    this.#kept.set(key, { answer, atMs: nowMs });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT_MAX) break;
      this.#kept.delete(oldest);
    }
    return answer;
  }
}

/** What a locator is told at birth. */
export interface LocatorOptions {
  /** After so long without an answer a name has no address. */
  readonly patienceMs: number;
  /** The transports we have, the one we like best first. */
  readonly transports: readonly SipTransport[];
  readonly createToken: () => string;
}

/** The address of a hop that needs no look-up. */
function directAddress(hop: SipHop): SipAddress | undefined {
  const { host, port, flow, serverName, secure = false } = hop;
  if (hop.transport !== "memory" && !isIpAddress(host)) return undefined;
  const transport = hop.transport ?? (secure ? "tls" : "udp");
  return {
    transport,
    host: plainIp(host),
    port: port ?? (hop.service === "stun" ? STUN_PORT : defaultPort(transport)),
    ...(flow === undefined ? {} : { flow }),
    ...(serverName === undefined ? {} : { serverName }),
  };
}

function knownOf(answers: ReadonlyMap<string, DnsAnswer>): Parameters<typeof locationStep>[2] {
  const find = (question: DnsQuestion): DnsAnswer | undefined => answers.get(keyOf(question));
  return {
    addresses: (name) => {
      const answer = find({ record: "address", name });
      return answer?.record === "address" ? answer.hosts : undefined;
    },
    srv: (name) => {
      const answer = find({ record: "srv", name });
      return answer?.record === "srv" ? answer.records : undefined;
    },
    naptr: (name) => {
      const answer = find({ record: "naptr", name });
      return answer?.record === "naptr" ? answer.records : undefined;
    },
  };
}

function keyOf({ record, name }: DnsQuestion): string {
  return `${record} ${name}`;
}

function nothing({ record }: DnsQuestion): DnsAnswer {
  return record === "address" ? { record, hosts: [] } : { record, records: [] };
}

function isEmpty(answer: DnsAnswer): boolean {
  return answer.record === "address" ? answer.hosts.length === 0 : answer.records.length === 0;
}

/**
 * The hop that a URI names: its `maddr` or host, its port and transport where it has them. A `sip:`
 * URI that names no transport stays on `transport`, the one of its dialog; without one
 * the records of its host decide.
 * `undefined` where it names none (`tel:`).
 */
export function hopOfUri(uriText: string, transport?: SipTransport): SipHop | undefined {
  const uri = parseUri(uriText);
  if (!uri.ok || uri.value.scheme === "tel") return undefined;
  const { scheme, params, port } = uri.value;
  const host = params.get("maddr") ?? uri.value.host;
  if (host === "") return undefined;
  if (transport === "memory") return { transport, host, port: port ?? 0 };
  const secure = scheme === "sips";
  const named = secure ? "tls" : transportNamed(params.get("transport"));
  return { transport: named ?? transport, host, port, ...(secure ? { secure } : {}) };
}

/** @see RFC 3261 §19.1.1 */
function transportNamed(name: string | undefined): SipTransport | undefined {
  const lower = name?.toLowerCase();
  return lower === "udp" || lower === "tcp" || lower === "tls" ? lower : undefined;
}

/** Whether a host is an IPv4 or IPv6 address rather than a name. */
export function isIpAddress(host: string): boolean {
  return host.includes(":") || /^\d{1,3}(\.\d{1,3}){3}$/.test(host);
}
