import { BENCH_HOST, type BenchPlace } from "../../hw-sim/bench/bench.ts";
import { headerLines, headerValue, replyText, startLine } from "../../hw-sim/peers/sip-text.ts";
import type { RandomStream } from "../../hw-sim/world/random-stream.ts";
import { FAR_HOST } from "../support/far-end.ts";
import { FarCall } from "./far-call.ts";
import type { FarCallPlace } from "./far-call-types.ts";
import { FAR_NUMBERS, makeCall, takeCall } from "./far-manners.ts";
import {
  digestFor,
  FarWire,
  methodOf,
  type Route,
  routeOfVia,
  seenFrom,
  statusOf,
  withBody,
} from "./far-wire.ts";
import type { FarCall as CallAct, FarWord, FloodAct, Server } from "./story.ts";
import { isFar } from "./story-settings.ts";

/** Voice of the far side's calls begins at this port. */
const RTP_FIRST = 40_000;
/** Whom the far side calls as. */
const CALLER = "501";

type Plain = Exclude<FarWord["word"], "stray-200" | "garbage" | "half-ringing">;

const mail = (waits: string) => ({
  method: "NOTIFY",
  headers: [
    "Event: message-summary",
    "Subscription-State: active",
    "Content-Type: application/simple-message-summary",
  ],
  body: `Messages-Waiting: ${waits}\r\n`,
});

/** Requests that belong to no call. */
const WORDS: Readonly<
  Record<Plain, { readonly method: string; readonly headers?: string[]; readonly body?: string }>
> = {
  options: { method: "OPTIONS" },
  message: { method: "MESSAGE", headers: ["Content-Type: text/plain"], body: "hello" },
  mail: mail("yes"),
  "no-mail": mail("no"),
  "check-sync": {
    method: "NOTIFY",
    headers: ["Event: check-sync", "Subscription-State: active"],
  },
  refer: { method: "REFER", headers: [`Refer-To: <sip:501@${FAR_HOST}>`] },
  "stray-bye": { method: "BYE" },
  "stray-cancel": { method: "CANCEL" },
  subscribe: { method: "SUBSCRIBE", headers: ["Event: dialog", "Expires: 20"] },
};

const FLOOD_WORDS = {
  watches: "subscribe",
  options: "options",
  texts: "message",
  mail: "mail",
} as const;

const GARBAGE = "INVITE sip: SIP/2.0\r\nVia: ?\r\nContent-Length: 0\r\n\r\n";

function strayAnswer(from: string, to: string): string {
  const lines = [
    "SIP/2.0 200 OK",
    `Via: SIP/2.0/UDP ${BENCH_HOST}:5060;branch=z9hG4bKstray`,
    `From: ${from};tag=a`,
    `To: ${to};tag=b`,
    "Call-ID: stray",
    "CSeq: 1 INVITE",
  ];
  return withBody(lines, "");
}

interface Binding {
  readonly target: string;
  readonly route: Route;
}

/**
 * The far side of a story: a registrar and stateless proxy of the box's lines, or telephones at
 * the box's exchange; and behind it people of many manners. All of it is text of its own making.
 */
export class FarSide {
  readonly wire: FarWire;
  readonly #server: Server;
  readonly #place: FarCallPlace;
  readonly #calls: FarCall[] = [];
  readonly #bindings = new Map<string, Binding>();

  private constructor(wire: FarWire, server: Server, place: FarCallPlace) {
    this.wire = wire;
    this.#server = server;
    this.#place = place;
  }

  /** Opens it, and where the box has an exchange makes it known there once that runs. */
  static async open(place: BenchPlace, server: Server): Promise<FarSide> {
    let side: FarSide | undefined;
    const wire = await FarWire.open(place, server, {
      request: (text, route) => side?.hear(text, route),
      passing: (text) => side?.pass(text),
    });
    const { clock } = place.world;
    const random: RandomStream = place.world.random("far side");
    let port = RTP_FIRST;
    const nextPort = (): number => {
      port += 2;
      return port - 2;
    };
    side = new FarSide(wire, server, { wire, clock, random, udp: place.udp(FAR_HOST), nextPort });
    return side;
  }

  /** Whether the box registers here, and not the far side there. */
  get isRegistrar(): boolean {
    return isFar(this.#server);
  }

  /** Every number of the far side becomes an extension of the box's exchange. */
  registers(): void {
    for (const number of FAR_NUMBERS) {
      const uri = `sip:${BENCH_HOST}`;
      const aor = `<sip:${number}@${BENCH_HOST}>`;
      this.#asks("REGISTER", uri, aor, aor, number, ["Expires: 3600"], "");
    }
  }

  calls({ to, manner, patienceMs, talksMs }: CallAct): void {
    const way = this.#wayTo(to);
    if (way === undefined) return;
    const domain = this.isRegistrar ? FAR_HOST : BENCH_HOST;
    const call = new FarCall(this.#place, {
      callId: this.wire.token(),
      own: `<sip:${CALLER}@${domain}>`,
      other: `<sip:${to}@${domain}>`,
      user: CALLER,
      route: way.route,
      target: way.target,
    });
    const headers = this.#placeOf(manner);
    this.#calls.push(call);
    makeCall(call, manner, { patienceMs, talksMs, headers });
  }

  /** What names the last call that is up, for another one to take its place or to join it. */
  #placeOf(manner: CallAct["manner"]): readonly string[] {
    const name = manner === "succeeds" ? "Replaces" : manner === "joins" ? "Join" : undefined;
    const up = this.#calls.findLast(({ stage }) => stage === "up");
    if (name === undefined || up === undefined) return [];
    return [`${name}: ${up.parties.callId};to-tag=${up.otherTag};from-tag=${up.tag}`];
  }

  /** Sends something that belongs to no call. */
  says({ to, word }: FarWord): void {
    const way = this.#wayTo(to);
    if (way === undefined) return;
    const domain = this.isRegistrar ? FAR_HOST : BENCH_HOST;
    const [from, aor] = [`<sip:${CALLER}@${domain}>`, `<sip:${to}@${domain}>`];
    if (word === "stray-200") this.wire.send(strayAnswer(aor, from), way.route);
    else if (word === "garbage") this.wire.send(GARBAGE, way.route);
    else if (word === "half-ringing") {
      // An INVITE that is given up before it could have rung anywhere.
      const manner = "silent-cancel";
      this.calls({ kind: "far-call", to, manner, patienceMs: 1, talksMs: 0 });
    } else {
      const { method, headers = [], body = "" } = WORDS[word];
      this.#asks(method, way.target, from, aor, CALLER, headers, body, way.route);
    }
  }

  /** Far too much of one thing, all at once. */
  floods({ flood, to, times }: FloodAct): void {
    for (let at = 0; at < times; at++) {
      if (flood === "calls") {
        this.calls({ kind: "far-call", to, manner: "plain", patienceMs: 3000, talksMs: 500 });
      } else if (flood === "bindings") this.#binds(at);
      else this.says({ kind: "far-word", to, word: FLOOD_WORDS[flood] });
    }
  }

  /** One more telephone of one user of the box's exchange, for a minute. */
  #binds(at: number): void {
    if (this.isRegistrar) return;
    const aor = `<sip:564@${BENCH_HOST}>`;
    const more = [`Expires: 60`, `Contact: <sip:564@${FAR_HOST}:${20_000 + at}>`];
    this.#asks("REGISTER", `sip:${BENCH_HOST}`, aor, aor, "564", more, "");
  }

  /** Whoever talks hangs up, whoever rings gives up. */
  endsAll(): void {
    for (const call of this.#calls) {
      call.hearing = "well";
      call.hangUp();
    }
  }

  /** Whether it can call every user that has registered here. */
  get reachesAll(): boolean {
    return [...this.#bindings.values()].every(({ route }) => this.wire.reaches(route));
  }

  /** Whether something of it still waits for an answer. */
  get isBusy(): boolean {
    return this.wire.isAsking || this.#calls.some(({ stage }) => stage !== "over");
  }

  hear(text: string, route: Route): void {
    const request = seenFrom(text, route);
    const method = methodOf(request);
    if (method === "REGISTER") {
      this.#registered(request, route);
      return;
    }
    const callId = headerValue(request, "Call-ID");
    const call = this.#calls.findLast(({ parties }) => parties.callId === callId);
    const toTag = /;\s*tag=/i.test(headerValue(request, "To") ?? "");
    if (call !== undefined && (toTag || method === "CANCEL" || method === "ACK")) {
      call.hears(request, route);
      return;
    }
    const [, inDomain, number] = CALLED.exec(startLine(request)) ?? [];
    const user = inDomain ?? number ?? "";
    if (this.isRegistrar && (this.#bindings.has(user) || toTag)) {
      this.#forward(request, user, route);
      return;
    }
    if (method === "ACK") return;
    if (method === "INVITE" && !toTag) {
      this.#invited(request, user, route);
      return;
    }
    const status = method === "OPTIONS" ? "200 OK" : toTag ? "481 No Such Call" : "489 Not Here";
    this.wire.answer(request, replyText(request, status, { toTag: "far" }), route);
  }

  /** A response to a request that was carried on. */
  pass(text: string): void {
    const [own = "", next] = headerLines(text, "Via");
    if (next === undefined || !own.includes(FAR_HOST)) return;
    const address = routeOfVia(next);
    const stripped = text.replace(`${own}\r\n`, "");
    this.wire.send(stripped, this.#routeTo(address));
  }

  #routeTo(address: ReturnType<typeof routeOfVia>): Route | undefined {
    if (this.wire.transport !== "UDP") return this.wire.lastStream;
    return address === undefined ? undefined : { kind: "udp", address };
  }

  #wayTo(user: string): Binding | undefined {
    if (this.isRegistrar) return this.#bindings.get(user);
    const address = { host: BENCH_HOST, port: 5060 };
    return { target: `sip:${user}@${BENCH_HOST}`, route: { kind: "udp", address } };
  }

  #invited(request: string, number: string, route: Route): void {
    const target = /<([^>]+)>/.exec(headerValue(request, "Contact") ?? "")?.[1] ?? "";
    const from = headerValue(request, "From") ?? "";
    const call = new FarCall(this.#place, {
      callId: headerValue(request, "Call-ID") ?? "",
      own: headerValue(request, "To") ?? "",
      other: from.replace(/;\s*tag=.*$/i, ""),
      user: number,
      ...{ route, target },
      routes: headerLines(request, "Record-Route").map((line) => line.replace(/^[^:]+/, "Route")),
    });
    call.otherTag = /;\s*tag=([^;\s]+)/i.exec(from)?.[1] ?? "";
    call.invite = { text: request, route };
    this.#calls.push(call);
    takeCall(call, number);
  }

  #registered(request: string, route: Route): void {
    const user = /<sips?:([^@>]+)@/.exec(headerValue(request, "To") ?? "")?.[1] ?? "";
    const contact = headerValue(request, "Contact") ?? "";
    const target = /<([^>]+)>/.exec(contact)?.[1];
    const isLeaving = /^0/.test(headerValue(request, "Expires") ?? "") || /expires=0/.test(contact);
    // Who leaves late, over a stream that was held up, takes no newer contact along.
    const isOld = target !== undefined && this.#bindings.get(user)?.target !== target;
    if (target !== undefined && !isLeaving) this.#bindings.set(user, { target, route });
    else if (!isOld) this.#bindings.delete(user);
    const headers = isLeaving ? [] : [...headerLines(request, "Contact"), "Expires: 120"];
    this.wire.answer(request, replyText(request, "200 OK", { toTag: "reg", headers }), route);
  }

  /** As a stateless proxy that stays in the way. */
  #forward(request: string, user: string, from: Route): void {
    const binding = this.#bindings.get(user);
    if (binding === undefined) {
      if (methodOf(request) === "ACK") return;
      this.wire.answer(request, replyText(request, "480 Gone", { toTag: "far" }), from);
      return;
    }
    const [via = ""] = headerLines(request, "Via");
    const branch = /;\s*branch=([^;,\s]+)/i.exec(via)?.[1] ?? "";
    const { transport, local } = this.wire;
    const own = `Via: SIP/2.0/${transport} ${local};branch=z9hG4bKp${branch}`;
    const param = transport === "UDP" ? "" : `;transport=${transport.toLowerCase()}`;
    const isFirst = methodOf(request) === "INVITE" && !headerLines(request, "Route").length;
    const record = isFirst ? `Record-Route: <sip:${local}${param};lr>\r\n` : "";
    const [first = "", ...rest] = request.split("\r\n");
    const target = isOwn(first) ? first.replace(/(?:sips?|tel):\S+/, binding.target) : first;
    const lines = rest.join("\r\n").replace(/^Route: <sip:10\.0\.0\.9[^\r]*\r\n/m, "");
    this.wire.send(`${target}\r\n${own}\r\n${record}${lines}`, binding.route);
  }

  #asks(
    method: string,
    uri: string,
    from: string,
    to: string,
    user: string,
    headers: readonly string[],
    body: string,
    route: Route = { kind: "udp", address: { host: BENCH_HOST, port: 5060 } },
  ): void {
    const { wire } = this;
    const callId = wire.token();
    const tag = wire.token();
    const print = (cseq: number, more: readonly string[]): string => {
      const branch = `z9hG4bK${wire.token()}`;
      const lines = [
        `${method} ${uri} SIP/2.0`,
        `Via: SIP/2.0/${wire.transport} ${wire.local};rport;branch=${branch}`,
        "Max-Forwards: 70",
        `From: ${from};tag=${tag}`,
        `To: ${to}`,
        `Call-ID: ${callId}`,
        `CSeq: ${cseq} ${method}`,
        `Contact: <sip:${user}@${wire.local}>`,
        ...headers,
        ...more,
      ];
      return withBody(lines, body);
    };
    wire.ask(print(1, []), route, (text) => {
      if (statusOf(text) !== 401) return;
      wire.ask(print(2, [digestFor(text, method, uri, user)]), route, () => {});
    });
  }
}

/** Whom a request is for: a user of a domain, or a telephone number. */
const CALLED = /^\w+ (?:sips?:([^@;\s]+)@|tel:([^;\s]+))/;

/** Whether a request is for a number here, not for a contact of the box. */
function isOwn(first: string): boolean {
  return /@10\.0\.0\.9|@pbx\.example\.net| tel:/.test(first);
}
