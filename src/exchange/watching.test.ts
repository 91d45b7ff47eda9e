import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { SipHeader, UaCommand, UaEvent } from "../sip/index.ts";
import { createExchange, type Exchange } from "./exchange.ts";
import {
  answerOf,
  configOf,
  credentials,
  DOMAIN,
  invite,
  PHONE,
  register,
  response,
  ua,
} from "./exchange-script.fixture.ts";
import type { ExchangeConfig, ExchangeInput, ExchangeOutput } from "./exchange-types.ts";

const md5 = (bytes: Uint8Array) => createHash("md5").update(bytes).digest("hex");
const hashes = { md5, sha256: md5, sha512Trunc256: md5 };

/** A SUBSCRIBE as the user agent hands it up. */
function watched(
  event: string,
  to: string,
  headers: readonly SipHeader[] = [],
  watch = "w",
): ExchangeInput {
  const uri = `sip:${to}@${DOMAIN}`;
  return ua({
    kind: "watched",
    watch,
    event,
    from: { user: "101", host: DOMAIN, uri: `sip:101@${DOMAIN}` },
    request: { kind: "request", method: "SUBSCRIBE", uri, headers, body: "" },
    source: PHONE,
  });
}

/** A NOTIFY of a mailbox, of 250's making. */
function summary(to: string, body: string, from = "250"): ExchangeInput {
  const headers = [
    { name: "from", value: `<sip:${from}@${DOMAIN}>;tag=1` },
    { name: "event", value: "message-summary" },
  ];
  const message = { kind: "request", method: "NOTIFY", uri: `sip:${to}@${DOMAIN}` } as const;
  const request = { ...message, headers, body };
  return ua({ kind: "request", request: "n", message: request, source: PHONE });
}

const commands = (outputs: readonly ExchangeOutput[]): readonly UaCommand[] =>
  outputs.flatMap((output) => (output.kind === "ua" ? [output.command] : []));

/** What watchers are told, the calls of a document as `direction stage peer`. */
function news(outputs: readonly ExchangeOutput[]): readonly string[] {
  return commands(outputs).flatMap((command) => {
    if (command.kind !== "tell") return [];
    const text = command.document.rest ?? command.document.body;
    const calls = text.matchAll(
      /direction="(\w+)"><state>(\w+)<\/state>(?:<remote><identity>sip:(\d+)@)?/g,
    );
    const all = [...calls].map(
      ([, direction, stage, peer = "?"]) => `${direction} ${stage} ${peer}`,
    );
    return [all.join(", ") || "idle"];
  });
}

function exchangeOf(changes: Partial<ExchangeConfig> = {}): Exchange {
  const exchange = createExchange(configOf(hashes, { voicemail: "250", ...changes }));
  exchange.handle(register("102", { contacts: ["<sip:102@192.0.2.11>"] }), 0);
  return exchange;
}

const legEvent = (kind: "progress" | "answered", session: string): UaEvent =>
  kind === "progress"
    ? { kind, session, status: 180, response }
    : { kind, session, response, body: "answer" };

/** The session of the exchange's own INVITE. */
function legOf(outputs: readonly ExchangeOutput[]): string {
  const found = commands(outputs).find(({ kind }) => kind === "invite");
  return found?.kind === "invite" ? found.session : "(no leg)";
}

describe("the exchange, watched", () => {
  it("tells a console of another extension's call from ringing to its end", () => {
    const exchange = exchangeOf();
    expect(news(exchange.handle(watched("dialog", "102"), 0))).toEqual(["idle"]);
    const begun = exchange.handle(invite({ from: "103" }), 10);
    // Whether 102 is reached is not known before it has said so.
    expect(news(begun)).toEqual([]);
    const leg = legOf(begun);
    const rings = exchange.handle(ua(legEvent("progress", leg)), 20);
    expect(news(rings)).toEqual(["recipient early 103"]);
    const answered = exchange.handle(ua(legEvent("answered", leg)), 30);
    expect(news(answered)).toEqual(["recipient confirmed 103"]);
    expect(news(exchange.handle(ua({ kind: "confirmed", session: "a" }), 40))).toEqual([]);
    expect(news(exchange.handle(ua({ kind: "ended", session: "a", cause: "bye" }), 50))).toEqual([
      "idle",
    ]);
    exchange.handle(ua({ kind: "watch-ended", watch: "w" }), 60);
    expect(news(exchange.handle(invite({ from: "103", session: "b" }), 70))).toEqual([]);
  });

  it("tells of one call alone to who asked for that, until it is over", () => {
    const exchange = exchangeOf({ pickup: {} });
    exchange.handle(watched("dialog", "102"), 0);
    const rings = (session: string, atMs: number): readonly ExchangeOutput[] => {
      const leg = legOf(exchange.handle(invite({ from: "103", session }), atMs));
      return exchange.handle(ua(legEvent("progress", leg)), atMs);
    };
    const told = commands(rings("a", 10)).find(({ kind }) => kind === "tell");
    const text = told?.kind === "tell" ? (told.document.rest ?? "") : "";
    const part = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(text)?.[1] ?? "";
    const named = (callId: string): readonly SipHeader[] => {
      const tags = `to-tag=${part("local-tag")};from-tag=${part("remote-tag")}`;
      return [{ name: "event", value: `dialog;call-id=${callId};${tags}` }];
    };
    const one = watched("dialog", "102", named(part("call-id")), "one");
    expect(news(exchange.handle(one, 20))).toEqual(["recipient early ?"]);
    const others = commands(rings("b", 30)).filter((command) => command.kind === "tell");
    expect(others.map(({ watch }) => watch)).toEqual(["w"]);
    const gone = exchange.handle(ua({ kind: "ended", session: "a", cause: "cancel" }), 40);
    const last = commands(gone).find(({ kind }) => kind === "end-watch");
    expect(last).toMatchObject({ watch: "one", reason: "noresource" });
    expect(last?.kind === "end-watch" && last.document?.rest).toContain(">terminated<");
    const none = commands(exchange.handle(watched("dialog", "102", named("none"), "no"), 50));
    expect(none).toMatchObject([
      { kind: "tell", watch: "no" },
      { kind: "end-watch", watch: "no", reason: "noresource" },
    ]);
    const half = [{ name: "event", value: "dialog;call-id=x" }];
    expect(commands(exchange.handle(watched("dialog", "102", half, "half"), 60))).toEqual([
      { kind: "refuse-watch", watch: "half", status: 400 },
    ]);
  });

  it("tells of the caller's side at once, and of no caller who withholds", () => {
    const exchange = exchangeOf();
    exchange.handle(watched("dialog", "103"), 0);
    exchange.handle(watched("dialog", "102", [], "v"), 0);
    expect(news(exchange.handle(invite({ from: "103" }), 10))).toEqual(["initiator trying 102"]);
    const hidden = exchange.handle(invite({ from: "anonymous", session: "b" }), 20);
    const rings = exchange.handle(ua(legEvent("progress", legOf(hidden))), 30);
    expect(news(rings)).toEqual(["recipient early ?"]);
  });

  it.each([
    ["dialog", "999", 404],
    ["message-summary", "102", 403],
    ["reg", "102", 403],
  ])("refuses %s of %s with %i", (event, to, status) => {
    const [command] = commands(exchangeOf().handle(watched(event, to), 0));
    expect(command).toEqual({ kind: "refuse-watch", watch: "w", status });
  });

  it("has who watches prove who it is", () => {
    const exchange = exchangeOf({ authenticate: true });
    const [command] = commands(exchange.handle(watched("dialog", "102"), 0));
    if (command?.kind !== "refuse-watch") throw new Error("it is not asked");
    expect(command.status).toBe(401);
    const challenges = (command.headers ?? []).map(({ value }) => value);
    const signed = (password: string) =>
      credentials(challenges, "101", password, { method: "SUBSCRIBE", hashes });
    expect(news(exchange.handle(watched("dialog", "102", [signed("wrong")]), 0))).toEqual([]);
    expect(news(exchange.handle(watched("dialog", "102", [signed("one")]), 0))).toEqual(["idle"]);
    const request = { kind: "request", method: "SUBSCRIBE", uri: "sip:102@x", body: "" } as const;
    expect(exchange.screen({ ...request, headers: [] }, PHONE, 0)?.status).toBe(401);
  });

  it("tells a user of the own registrations", () => {
    const exchange = exchangeOf();
    const contact = "sip:101@192.0.2.9";
    const first = commands(exchange.handle(watched("reg", "101"), 0))[0];
    expect(first?.kind === "tell" && first.document.rest).toContain('state="init"');
    const after = exchange.handle(register("101", { contacts: [`<${contact}>`] }), 10);
    const told = commands(after).find(({ kind }) => kind === "tell");
    expect(told?.kind === "tell" && told.document.rest).toContain(`<uri>${contact}</uri>`);
  });

  it("keeps what the voice-mail extension tells, for watchers and for who comes later", () => {
    const exchange = exchangeOf();
    const waiting = "Messages-Waiting: yes\r\nVoice-Message: 1/0\r\n";
    const told = exchange.handle(summary("102", waiting), 0);
    expect(answerOf(told, "x")?.status).toBe(200);
    const pushed = commands(told).find(({ kind }) => kind === "send-request");
    expect(pushed).toMatchObject({
      method: "NOTIFY",
      uri: "sip:102@192.0.2.11",
      to: { host: "192.0.2.10", port: 5070 },
      from: { uri: `sip:102@${DOMAIN}` },
    });
    // A telephone that registers later is told too, and one that only refreshes is not.
    const again = ["<sip:102@192.0.2.11>", "<sip:102@192.0.2.12>"];
    const later = commands(exchange.handle(register("102", { contacts: again, cseq: 2 }), 1));
    expect(later.flatMap((one) => (one.kind === "send-request" ? [one.uri] : []))).toEqual([
      "sip:102@192.0.2.12",
    ]);
    // Who subscribes is told in the subscription alone.
    exchange.handle(summary("101", waiting), 2);
    const own = commands(exchange.handle(watched("message-summary", "101"), 3))[0];
    expect(own?.kind === "tell" && own.document.body).toContain("Voice-Message: 1/0");
    const none = commands(exchange.handle(summary("101", "Messages-Waiting: no\r\n"), 4));
    expect(none.map(({ kind }) => kind)).toEqual(["reply", "tell"]);
  });

  it.each([
    ["somebody else's mailbox", summary("102", "Messages-Waiting: yes\r\n", "103"), 403],
    ["nobody's mailbox", summary("999", "Messages-Waiting: yes\r\n"), 404],
    ["nothing that can be read", summary("102", "hello"), 400],
    ["the own mailbox", summary("103", "Messages-Waiting: yes\r\n", "103"), 200],
  ])("a NOTIFY of %s is answered %#", (_, input, status) => {
    expect(answerOf(exchangeOf().handle(input, 0), "x")?.status).toBe(status);
  });
});
