import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Core } from "../base/core.ts";
import {
  type SipAddress,
  type UaCommand,
  type UaEvent,
  type UaInput,
  type UaOutput,
  UserAgent,
} from "../sip/index.ts";
import { createExchange } from "./exchange.ts";
import { configOf } from "./exchange-script.fixture.ts";
import type { ExchangeOutput, ExchangeRecord } from "./exchange-types.ts";

const hashes = {
  md5: (bytes: Uint8Array) => createHash("md5").update(bytes).digest("hex"),
  sha256: (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex"),
  sha512Trunc256: (bytes: Uint8Array) => createHash("sha512-256").update(bytes).digest("hex"),
};

const addressOf = (host: string): SipAddress => ({ transport: "memory", host, port: 0 });

/** The exchange and some telephones, each with a SIP stack of its own, on a wire without loss. */
class Wire {
  readonly #stacks = new Map<string, Core<UaInput, UaOutput>>();
  readonly #exchange = createExchange(
    configOf(hashes, {
      authenticate: true,
      users: [...configOf(hashes).users, { user: "pbx", password: "many", numbers: ["300"] }],
    }),
  );
  readonly #events = new Map<string, UaEvent[]>();
  readonly #queue: (() => void)[] = [];
  readonly records: ExchangeRecord[] = [];
  #tokens = 0;
  nowMs = 0;
  /** The telephone that what is on its way to does not reach before time passes. */
  slow: string | undefined;
  readonly #late: (() => void)[] = [];

  constructor(phones: readonly (readonly [user: string, password: string])[]) {
    this.#add("exchange", true);
    for (const [user, password] of phones) {
      this.#add(user, false);
      this.give(user, {
        kind: "add-account",
        account: {
          id: user,
          user,
          domain: "example.org",
          server: addressOf("exchange"),
          password,
          register: true,
          expiresS: 3600,
        },
      });
    }
  }

  /** Our own lines as a private exchange: one registration for all of them. */
  addTrunk(user: string, number: string, password: string): void {
    this.#add(user, false);
    const server = addressOf("exchange");
    const account = { id: number, user: number, domain: "example.org", server, password };
    const trunk = { id: user, user };
    const whole = { ...account, trunk, authUser: user, register: true, expiresS: 3600 };
    this.give(user, { kind: "add-account", account: whole });
  }

  #add(name: string, isExchange: boolean): void {
    const stack = new UserAgent({
      local: { memory: { host: name, port: 0 } },
      userAgentName: name,
      hashes,
      createToken: () => `${name}x${++this.#tokens}`,
      serves: isExchange ? ["REGISTER"] : [],
      acceptAnyUser: isExchange,
      ...(isExchange ? { extensions: ["gin"] } : {}),
    });
    this.#stacks.set(name, stack);
    this.#events.set(name, []);
  }

  /** A command to a stack, and all that follows from it without time passing. */
  give(name: string, command: UaCommand): void {
    this.#feed(name, { kind: "command", command });
    this.#drain();
  }

  #drain(): void {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) next();
  }

  /** Lets time pass, with every timer on the way. */
  advance(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const dueMs = [...this.#stacks.values()].map((stack) => stack.deadlineMs() ?? Infinity);
      const nextMs = Math.min(...dueMs, this.#exchange.deadlineMs() ?? Infinity);
      if (nextMs > untilMs) break;
      this.nowMs = Math.max(this.nowMs, nextMs);
      this.#queue.push(...this.#late.splice(0));
      for (const name of this.#stacks.keys()) this.#feed(name, { kind: "timeout" });
      this.#runOut(this.#exchange.handle({ kind: "timeout" }, this.nowMs));
      this.#drain();
    }
    this.nowMs = untilMs;
  }

  /** The events of a telephone since it was asked last. */
  events(name: string): readonly UaEvent[] {
    return this.#events.get(name)?.splice(0) ?? [];
  }

  #feed(name: string, input: UaInput): void {
    const outputs = this.#stacks.get(name)?.handle(input, this.nowMs) ?? [];
    for (const output of outputs) {
      if (output.kind === "send") {
        const { bytes, to } = output;
        const from = addressOf(name);
        const queue = to.host === this.slow ? this.#late : this.#queue;
        queue.push(() => this.#feed(to.host, { kind: "datagram", bytes, from }));
      } else if (output.kind === "event") {
        if (name === "exchange") this.#queue.push(() => this.#toExchange(output.event));
        else this.#events.get(name)?.push(output.event);
      }
    }
  }

  #toExchange(event: UaEvent): void {
    this.#runOut(this.#exchange.handle({ kind: "ua", event }, this.nowMs));
  }

  #runOut(outputs: readonly ExchangeOutput[]): void {
    for (const output of outputs) {
      if (output.kind === "record") this.records.push(output.record);
      if (output.kind !== "ua") continue;
      const { command } = output;
      this.#queue.push(() => this.#feed("exchange", { kind: "command", command }));
    }
  }
}

const kinds = (events: readonly UaEvent[]) =>
  events.map((event) => {
    const body = "body" in event && event.body !== undefined ? ` +${event.body}` : "";
    if (event.kind === "incoming") return `incoming +${event.request.body}`;
    if (event.kind === "ended") return `ended ${event.cause}`;
    const status = "status" in event ? ` ${event.status}` : "";
    return `${event.kind}${status}${body}`;
  });

function ring(wire: Wire, body?: string): string {
  wire.give("101", {
    kind: "invite",
    session: "out",
    uri: "sip:102@example.org",
    account: "101",
    ...(body === undefined ? {} : { body }),
  });
  const [event] = wire.events("102");
  if (event?.kind !== "incoming") throw new Error("nothing came in");
  expect(event.request.body).toBe(body ?? "");
  return event.session;
}

function twoPhones(): Wire {
  const wire = new Wire([
    ["101", "one"],
    ["102", "two"],
  ]);
  expect(kinds(wire.events("101"))).toEqual(["registered"]);
  expect(kinds(wire.events("102"))).toEqual(["registered"]);
  return wire;
}

describe("createExchange() over SIP stacks", () => {
  it("registers with digest, and refuses a wrong password", () => {
    const wire = new Wire([["101", "wrong"]]);
    expect(kinds(wire.events("101"))).toEqual(["registration-failed 403"]);
    twoPhones();
  });

  it("registers our own lines as a private exchange, and calls them by their numbers", () => {
    const wire = twoPhones();
    wire.addTrunk("pbx", "300", "many");
    expect(wire.events("pbx")).toMatchObject([{ kind: "registered", account: "300" }]);
    const call = { session: "out", uri: "sip:300@example.org", account: "101", body: "offer" };
    wire.give("101", { kind: "invite", ...call });
    const [incoming] = wire.events("pbx");
    expect(incoming).toMatchObject({ kind: "incoming", account: "300" });
    expect(incoming?.kind === "incoming" && incoming.request.uri).toMatch(/^sip:300@pbx/);
    const back = { session: "back", uri: "sip:102@example.org", account: "300", body: "offer" };
    wire.give("pbx", { kind: "invite", ...back });
    const [called] = wire.events("102");
    expect(called?.kind === "incoming" && called.from.user).toBe("300");
  });

  it("carries a whole call", () => {
    const wire = twoPhones();
    const session = ring(wire, "offer");
    wire.give("102", { kind: "respond", session, status: 180 });
    expect(kinds(wire.events("101"))).toEqual(["progress 180"]);
    wire.give("102", { kind: "respond", session, status: 200, body: "answer" });
    expect(kinds(wire.events("101"))).toEqual(["answered +answer"]);
    expect(kinds(wire.events("102"))).toEqual(["confirmed"]);
    wire.give("102", { kind: "reinvite", session, body: "hold" });
    expect(kinds(wire.events("101"))).toEqual(["reoffered +hold"]);
    wire.give("101", { kind: "respond", session: "out", status: 200, body: "held" });
    expect(kinds(wire.events("102"))).toEqual(["answered +held"]);
    expect(kinds(wire.events("101"))).toEqual(["confirmed"]);
    wire.nowMs = 5000;
    wire.give("101", { kind: "end", session: "out" });
    expect(kinds(wire.events("101"))).toEqual(["ended local"]);
    expect(kinds(wire.events("102"))).toEqual(["ended bye"]);
    expect(wire.records).toMatchObject([
      { from: "101", to: "102", result: "answered", durationMs: 5000 },
    ]);
  });

  it("tells the callee who calls, as it was proven", () => {
    const wire = twoPhones();
    wire.give("101", {
      kind: "invite",
      session: "out",
      uri: "sip:102@example.org",
      account: "101",
      body: "offer",
    });
    const [event] = wire.events("102");
    if (event?.kind !== "incoming") throw new Error("nothing came in");
    expect(event.from.user).toBe("101");
    expect(event.account).toBe("102");
    const asserted = event.request.headers.filter(({ name }) => name === "p-asserted-identity");
    expect(asserted.map(({ value }) => value)).toEqual(["<sip:101@example.org>"]);
    const hops = event.request.headers.filter(({ name }) => name === "max-forwards");
    expect(hops.map(({ value }) => value)).toEqual(["69"]);
  });

  it("carries offer and answer the other way round", () => {
    const wire = twoPhones();
    const session = ring(wire);
    wire.give("102", { kind: "respond", session, status: 200, body: "offer" });
    expect(kinds(wire.events("101"))).toEqual(["answered +offer"]);
    expect(kinds(wire.events("102"))).toEqual([]);
    wire.give("101", { kind: "ack", session: "out", body: "answer" });
    expect(kinds(wire.events("102"))).toEqual(["confirmed +answer"]);
    wire.give("102", { kind: "reinvite", session });
    expect(kinds(wire.events("101"))).toEqual(["reoffered"]);
    wire.give("101", { kind: "respond", session: "out", status: 200, body: "offer 2" });
    expect(kinds(wire.events("102"))).toEqual(["answered +offer 2"]);
    wire.give("102", { kind: "ack", session, body: "answer 2" });
    expect(kinds(wire.events("101"))).toEqual(["confirmed +answer 2"]);
  });

  it("carries offers before the answer, of either side, while one telephone rings", () => {
    const wire = twoPhones();
    const session = ring(wire, "offer");
    wire.give("102", { kind: "respond", session, status: 183, body: "early" });
    expect(kinds(wire.events("101"))).toEqual(["progress 183 +early"]);
    const sides = [
      ["101", "out", "102"],
      ["102", session, "101"],
    ] as const;
    for (const [from, own, to] of sides) {
      const headers = [{ name: "content-type", value: "application/sdp" }];
      const offer = { kind: "session-request", request: from, session: own, headers } as const;
      wire.give(from, { ...offer, method: "UPDATE", body: `offer of ${from}` });
      const [asked] = wire.events(to);
      if (asked?.kind !== "request") throw new Error("nothing is asked");
      expect(asked.message).toMatchObject({ method: "UPDATE", body: `offer of ${from}` });
      wire.give(to, {
        kind: "reply",
        request: asked.request,
        status: 200,
        headers,
        body: "agreed",
      });
      const [answer] = wire.events(from);
      expect(answer).toMatchObject({ kind: "response", status: 200, response: { body: "agreed" } });
      const names = answer?.kind === "response" ? (answer.response?.headers ?? []) : [];
      expect(names.filter(({ name }) => name === "contact")).toHaveLength(1);
    }
    wire.give("102", { kind: "respond", session, status: 200 });
    expect(kinds(wire.events("101"))).toEqual(["answered"]);
    expect(kinds(wire.events("102"))).toEqual(["confirmed"]);
    wire.give("102", { kind: "reinvite", session, body: "hold" });
    expect(kinds(wire.events("101"))).toEqual(["reoffered +hold"]);
    wire.give("101", { kind: "respond", session: "out", status: 200, body: "held" });
    wire.give("101", { kind: "end", session: "out" });
    expect(kinds(wire.events("102"))).toEqual(["answered +held", "ended bye"]);
  });

  it("carries a re-INVITE that is taken back, whatever it offers", () => {
    const wire = twoPhones();
    const session = ring(wire, "offer");
    wire.give("102", { kind: "respond", session, status: 200, body: "answer" });
    expect(kinds(wire.events("101"))).toEqual(["answered +answer"]);
    wire.events("102");
    for (const offer of [{}, { body: "hold" }]) {
      wire.give("101", { kind: "reinvite", session: "out", ...offer });
      wire.advance(1000);
      wire.give("101", { kind: "take-back", session: "out" });
      expect(kinds(wire.events("101"))).toEqual(["reoffer-failed 487"]);
      const body = offer.body === undefined ? "" : ` +${offer.body}`;
      expect(kinds(wire.events("102"))).toEqual([`reoffered${body}`, "taken-back"]);
    }
    wire.advance(60_000);
    expect(kinds([...wire.events("101"), ...wire.events("102")])).toEqual([]);
  });

  it.each([
    ["asks for an offer", undefined],
    ["offers", "hold"],
  ])("brings both sides together again where the answer crosses: it %s", (_what, body) => {
    const wire = twoPhones();
    const session = ring(wire, "offer");
    wire.give("102", { kind: "respond", session, status: 200, body: "answer" });
    wire.give("101", { kind: "reinvite", session: "out", ...(body === undefined ? {} : { body }) });
    wire.advance(1000);
    wire.events("101");
    wire.events("102");
    wire.slow = "102";
    wire.give("101", { kind: "take-back", session: "out" });
    const sdp = "v=0\no=b 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\n";
    const voice = `${sdp}m=audio 4000 RTP/AVP 0\n`;
    wire.give("102", { kind: "respond", session, status: 200, body: voice });
    wire.advance(1000);
    wire.slow = undefined;
    expect(kinds(wire.events("101"))).toEqual(["reoffer-failed 487", "reoffered"]);
    const [settled] = wire.events("102").filter(({ kind }) => kind === "confirmed");
    const idle = settled?.kind === "confirmed" ? (settled.body ?? "") : "(none)";
    expect(idle.includes("a=inactive")).toBe(body === undefined);
    wire.give("101", { kind: "respond", session: "out", status: 200, body: "mine" });
    expect(kinds(wire.events("102"))).toEqual(["reoffered +mine"]);
    wire.give("102", { kind: "respond", session, status: 200, body: "yours" });
    expect(kinds(wire.events("101"))).toEqual(["confirmed +yours"]);
    wire.advance(60_000);
    expect(kinds([...wire.events("101"), ...wire.events("102")])).toEqual(["confirmed"]);
  });

  it("carries a caller's giving up, a refusal and early media", () => {
    const wire = twoPhones();
    let session = ring(wire, "offer");
    wire.give("102", { kind: "respond", session, status: 183, body: "early" });
    expect(kinds(wire.events("101"))).toEqual(["progress 183 +early"]);
    wire.give("101", { kind: "end", session: "out" });
    expect(kinds(wire.events("102"))).toEqual(["ended cancel"]);
    wire.events("101");
    session = ring(wire, "offer");
    wire.give("102", { kind: "end", session, status: 486 });
    expect(kinds(wire.events("101"))).toEqual(["failed 486"]);
    expect(wire.records.map(({ result }) => result)).toEqual(["unanswered", "refused"]);
  });

  it("joins who heard one telephone and is answered by another, to which it was sent on", () => {
    const wire = new Wire([
      ["101", "one"],
      ["102", "two"],
      ["103", ""],
    ]);
    wire.events("101");
    wire.events("103");
    expect(kinds(wire.events("102"))).toEqual(["registered"]);
    const session = ring(wire, "offer");
    wire.give("102", { kind: "respond", session, status: 183, body: "voice" });
    expect(kinds(wire.events("101"))).toEqual(["progress 183 +voice"]);
    const headers = [{ name: "contact", value: "<sip:103@example.org>" }];
    wire.give("102", { kind: "respond", session, status: 302, headers });
    const [second] = wire.events("103");
    const other = second?.kind === "incoming" ? second.session : "(nothing came in)";
    wire.give("103", { kind: "respond", session: other, status: 200, body: "theirs" });
    expect(kinds(wire.events("101"))).toEqual(["answered +voice", "reoffered"]);
    wire.give("101", { kind: "respond", session: "out", status: 200, body: "mine" });
    expect(kinds(wire.events("103"))).toEqual(["confirmed", "reoffered +mine"]);
    wire.give("103", { kind: "respond", session: other, status: 200, body: "yours" });
    expect(kinds(wire.events("101"))).toEqual(["confirmed +yours"]);
    wire.give("101", { kind: "end", session: "out" });
    expect(kinds(wire.events("103"))).toEqual(["confirmed", "ended bye"]);
  });

  it("carries how a call wants to be answered, and what one telephone's refusal says", () => {
    const wire = twoPhones();
    const said = [
      { name: "answer-mode", value: "Auto" },
      { name: "priv-answer-mode", value: "Auto" },
      { name: "call-info", value: "<sip:x@y>;answer-after=0" },
      { name: "alert-info", value: "<http://x>;info=alert-autoanswer" },
    ];
    const call = { kind: "invite", session: "out", uri: "sip:102@example.org" } as const;
    wire.give("101", { ...call, account: "101", body: "offer", headers: said });
    const [incoming] = wire.events("102").filter((event) => event.kind === "incoming");
    const { session, request } = incoming ?? { session: "", request: { headers: [] } };
    const heard = request.headers.filter(({ name }) => said.some((one) => one.name === name));
    expect(heard.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual(
      said.toSorted((a, b) => a.name.localeCompare(b.name)),
    );
    wire.events("101");
    const headers = [{ name: "retry-after", value: "90" }];
    wire.give("102", { kind: "respond", session, status: 486, headers });
    const [failed] = wire.events("101").filter((event) => event.kind === "failed");
    expect(failed?.response?.headers).toContainEqual({ name: "retry-after", value: "90" });
  });

  it("finds no one who has signed off", () => {
    const wire = twoPhones();
    wire.give("102", { kind: "remove-account", account: "102" });
    wire.give("101", {
      kind: "invite",
      session: "out",
      uri: "sip:102@example.org",
      account: "101",
      body: "offer",
    });
    expect(kinds(wire.events("101"))).toEqual(["failed 480"]);
  });
});
