import { describe, expect, it } from "vitest";
import type { SipHeader, UaEvent } from "../sip/index.ts";
import { createExchange, type Exchange } from "./exchange.ts";
import {
  configOf,
  invite,
  NO_HASHES,
  PHONE,
  register,
  response,
  told,
  ua,
} from "./exchange-script.fixture.ts";
import type { ExchangeConfig, ExchangeInput } from "./exchange-types.ts";

const sdp = (...streams: readonly string[]): string =>
  [
    "v=0",
    "o=- 1 1 IN IP4 192.0.2.30",
    "s=-",
    "c=IN IP4 192.0.2.30",
    "t=0 0",
    ...streams.flatMap((stream) => [`m=${stream}`, "a=rtpmap:0 PCMU/8000", "a=sendrecv"]),
    "",
  ].join("\r\n");
const THEIRS = sdp("audio 4000 RTP/AVP 0");

/** 101 (session `a`) calls 102, whose telephone rings; 103 watches 102. */
function ringing(
  changes: Partial<ExchangeConfig> = {},
  offer = "offer",
): { readonly exchange: Exchange; readonly leg: string; readonly ids: ReturnType<typeof idsIn> } {
  const exchange = createExchange(configOf(NO_HASHES, { pickup: {}, ...changes }));
  exchange.handle(register("102", { contacts: ["<sip:102@192.0.2.1>"] }), 0);
  exchange.handle(watched(), 0);
  const called = exchange.handle(invite({ body: offer }), 0);
  const leg = called.flatMap((output) =>
    output.kind === "ua" && output.command.kind === "invite" ? [output.command.session] : [],
  )[0];
  const progress: UaEvent = { kind: "progress", session: leg ?? "", status: 180, response };
  const news = exchange.handle(ua(progress), 10);
  const text = news.map((output) =>
    output.kind === "ua" && output.command.kind === "tell" ? output.command.document.rest : "",
  );
  return { exchange, leg: leg ?? "", ids: idsIn(text.join("")) };
}

function watched(): ExchangeInput {
  return ua({
    kind: "watched",
    watch: "w",
    event: "dialog",
    from: { user: "103", host: "example.org", uri: "sip:103@example.org" },
    request: { kind: "request", method: "SUBSCRIBE", uri: "sip:102@x", headers: [], body: "" },
    source: PHONE,
  });
}

function idsIn(text: string) {
  const part = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(text)?.[1] ?? "";
  const [callId, localTag, remoteTag] = ["call-id", "local-tag", "remote-tag"].map(part);
  return { callId: callId ?? "", localTag: localTag ?? "", remoteTag: remoteTag ?? "" };
}

/** 103 calls to take the place of a session. */
function picks(replaces: string, body: string, to = "102"): ExchangeInput {
  const input = invite({ session: "p", from: "103", to, body });
  if (input.kind !== "ua" || input.event.kind !== "incoming") return input;
  return ua(replaces === "" ? input.event : { ...input.event, replaces });
}

const accepted = (body: string, headers: readonly SipHeader[] = []): ExchangeInput =>
  ua({ kind: "answered", session: "p", response: { ...response, headers }, body });
const acked = (session: string, body?: string): ExchangeInput =>
  ua({ kind: "confirmed", session, ...(body === undefined ? {} : { body }) });

describe("a call that rings at another telephone", () => {
  it("is named to its watchers, and found by that name until it is answered", () => {
    const { exchange, leg, ids } = ringing();
    expect(new Set(Object.values(ids)).size).toBe(3);
    const { callId, localTag, remoteTag } = ids;
    const seenHere = { callId, localTag: remoteTag, remoteTag: localTag };
    expect(exchange.findTicket(seenHere)).toBe(leg);
    expect(exchange.findTicket(ids)).toBe(leg);
    for (const wrong of [
      { ...ids, callId: "x" },
      { ...ids, localTag: "x" },
      { ...ids, remoteTag: "x" },
      { ...ids, localTag: remoteTag },
    ]) {
      expect(exchange.findTicket(wrong)).toBe(undefined);
    }
    exchange.handle(ua({ kind: "answered", session: leg, response, body: "answer" }), 20);
    expect(exchange.findTicket(seenHere)).toBe("up");
    exchange.handle(ua({ kind: "ended", session: "a", cause: "bye" }), 30);
    expect(exchange.findTicket(seenHere)).toBe(undefined);
  });

  it("has no name where calls are not picked up", () => {
    const { pickup: _, ...others } = configOf(NO_HASHES, { pickup: {} });
    const exchange = createExchange(others);
    exchange.handle(register("102", { contacts: ["<sip:102@192.0.2.1>"] }), 0);
    exchange.handle(watched(), 0);
    exchange.handle(invite(), 0);
    const news = exchange.handle(
      ua({ kind: "progress", session: "exchange-token2-1", status: 180, response }),
      10,
    );
    expect(JSON.stringify(news)).toContain("early");
    expect(JSON.stringify(news)).not.toContain("call-id");
  });

  it("is taken by one with an offer of his own: first idle, then the caller's goes to him", () => {
    const { exchange, leg } = ringing({}, THEIRS);
    const taken = exchange.handle(picks(leg, sdp("audio 5000 RTP/AVP 0 8")), 20);
    const [first] = taken;
    const body = first?.kind === "ua" && "body" in first.command ? (first.command.body ?? "") : "";
    expect(body).toMatch(/c=IN IP4 0\.0\.0\.0[\s\S]*m=audio 9 RTP\/AVP 0 8\r\n[\s\S]*a=inactive/);
    expect(taken.flatMap((one) => (one.kind === "ua" ? [one.command.kind] : []))).toEqual([
      ...["respond", "end", "tell"],
    ]);
    expect(told(exchange, acked("p"))).toEqual([`reinvite p +${THEIRS}`]);
    expect(told(exchange, accepted("answer"))).toEqual(["respond a 200 +answer", "tell"]);
    expect(told(exchange, acked("a"))).toEqual([]);
    // From here on it is a call like any other.
    expect(told(exchange, ua({ kind: "ended", session: "p", cause: "bye" }))).toEqual([
      ...["end a", "record 101 to 102 answered", "tell"],
    ]);
  });

  it.each([
    ["he has none", "offer", "", ["respond p 200 +offer"], "p", "respond a 200 +answer"],
    ["the caller has none", "", THEIRS, [`respond a 200 +${THEIRS}`], "a", "respond p 200 +answer"],
  ] as const)("where %s the other's offer goes across", (...row) => {
    const [, offer, his, first, acks, second] = row;
    const { exchange, leg } = ringing({}, offer);
    expect(told(exchange, picks(leg, his)).slice(0, 2)).toEqual([...first, `end ${leg}`]);
    expect(told(exchange, acked(acks, "answer"))).toEqual([second, "tell"]);
  });

  it("keeps its streams in their places where the two have not as many", () => {
    const { exchange, leg } = ringing({}, THEIRS);
    const his = sdp("audio 5000 RTP/AVP 0", "video 5002 RTP/AVP 96");
    exchange.handle(picks(leg, his), 20);
    const [asked = ""] = told(exchange, acked("p"));
    expect(asked.match(/^m=.*$/gm)).toEqual(["m=audio 4000 RTP/AVP 0", "m=video 0 RTP/AVP 96"]);
    const both = sdp("audio 5000 RTP/AVP 0", "video 0 RTP/AVP 96");
    const [answered = ""] = told(exchange, accepted(both));
    expect(answered.match(/^m=.*$/gm)).toEqual(["m=audio 5000 RTP/AVP 0"]);
  });

  it.each([
    ["hangs up before it is settled", ua({ kind: "ended", session: "p", cause: "bye" }), []],
    [
      "does not take the caller's offer",
      ua({ kind: "reoffer-failed", session: "p", status: 488 }),
      ["end p"],
    ],
    [
      "takes it without a word of what he takes",
      ua({ kind: "answered", session: "p", response }),
      ["end p"],
    ],
  ] as const)("is over where the one who took it %s", (_what, event, first) => {
    const { exchange, leg } = ringing({}, THEIRS);
    exchange.handle(picks(leg, sdp("audio 5000 RTP/AVP 0")), 20);
    exchange.handle(acked("p"), 20);
    expect(told(exchange, event)).toEqual([
      ...first,
      ...["end a 480", "record 101 to 102 unanswered 480", "tell"],
    ]);
  });

  it.each([
    ["the one who took it", "offer", "", "p"],
    ["the caller", "", THEIRS, "a"],
  ] as const)("is over where %s acknowledges an offer without an answer", (...row) => {
    const [, offer, his, acks] = row;
    const { exchange, leg } = ringing({}, offer);
    exchange.handle(picks(leg, his), 20);
    expect(told(exchange, acked(acks))).toEqual([
      ...["end p", "end a 480", "record 101 to 102 unanswered 480", "tell"],
    ]);
  });

  it("is over for him too where the caller gives up", () => {
    const { exchange, leg } = ringing({}, THEIRS);
    exchange.handle(picks(leg, sdp("audio 5000 RTP/AVP 0")), 20);
    expect(told(exchange, ua({ kind: "ended", session: "a", cause: "cancel" }))).toEqual([
      ...["end p", "record 101 to 102 unanswered", "tell"],
    ]);
  });

  it.each([
    [
      "a second one finds it taken",
      "486",
      (exchange: Exchange, leg: string) => {
        exchange.handle(picks(leg, THEIRS), 20);
        return picks(leg, THEIRS);
      },
    ],
    ["none can read what he offers", "488", (_: Exchange, leg: string) => picks(leg, "no sdp")],
  ] as const)("%s: %s", (_what, status, prepare) => {
    const { exchange, leg } = ringing({}, THEIRS);
    const input = prepare(exchange, leg);
    expect(told(exchange, input)).toEqual([`respond p ${status}`]);
  });

  it("knows nothing more of who was refused", () => {
    const { exchange, leg } = ringing({}, THEIRS);
    exchange.handle(picks(leg, "no sdp"), 20);
    const message = { kind: "request", method: "INFO", uri: "", headers: [], body: "" } as const;
    const info = { kind: "request", request: "r", message, source: PHONE, session: "p" } as const;
    expect(told(exchange, ua(info))).toEqual(["reply 501"]);
  });

  it.each([
    ["**102", "respond p 200"],
    ["**", "respond p 200"],
    ["**101", "respond p 480"],
    ["*102", "respond p 404"],
  ])("is picked up by code: %s", (to, first) => {
    const { exchange } = ringing({ pickup: { code: "**" } }, THEIRS);
    expect(told(exchange, picks("", THEIRS, to))[0]).toContain(first);
  });
});

describe("the exchange at its end", () => {
  it("ends calls and subscriptions, takes none, and lets telephones sign off", () => {
    const { exchange, leg } = ringing();
    expect(told(exchange, { kind: "stop" })).toEqual([
      ...[`end ${leg}`, "end a 480", "record 101 to 102 unanswered", "end-watch"],
    ]);
    expect(told(exchange, invite({ session: "b" }))).toEqual(["respond b 503"]);
    expect(told(exchange, watched())).toEqual(["refuse-watch 503"]);
    expect(told(exchange, register("102", { contacts: ["*"], expires: 0, cseq: 2 }))).toEqual([
      "reply 200",
    ]);
  });
});
