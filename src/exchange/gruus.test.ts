import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseNameAddr, parseUri, type SipUri } from "../sip/index.ts";
import { createExchange, type Exchange } from "./exchange.ts";
import {
  answerOf,
  configOf,
  invite,
  PHONE,
  register,
  told,
  ua,
} from "./exchange-script.fixture.ts";
import { Gruus } from "./gruus.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const hashes = { md5: sha256, sha256, sha512Trunc256: sha256 };

const A = "<urn:uuid:00000000-0000-1000-8000-00000000000a>";
const B = "<urn:uuid:00000000-0000-1000-8000-00000000000b>";
const GRUU = [{ name: "supported", value: "path, gruu" }];

function uriOf(text: string): SipUri {
  const uri = parseUri(text);
  if (!uri.ok) throw new Error(uri.error);
  return uri.value;
}

/** An exchange at which 102 has two telephones, A at .1 and B at .2. */
function withPhones(): Exchange {
  const users = [{ user: "101" }, { user: "102" }, { user: "pbx", numbers: ["300"] }];
  const exchange = createExchange(configOf(hashes, { users }));
  granted(exchange, "102", `<sip:102@192.0.2.1>;+sip.instance="${A}"`, "a");
  granted(exchange, "102", `<sip:102@192.0.2.2>;+sip.instance="${B}"`, "b");
  return exchange;
}

/** What a registration grants each contact, by host: the public and the temporary GRUU. */
function granted(
  exchange: Exchange,
  user: string,
  contact: string,
  callId: string,
  options: { readonly cseq?: number; readonly nowMs?: number; readonly asks?: boolean } = {},
): ReadonlyMap<string, readonly [pub: string | undefined, temp: string | undefined]> {
  const { cseq = 1, nowMs = 0, asks = true } = options;
  const headers = asks ? GRUU : [];
  const request = register(user, { contacts: [contact], callId, cseq, headers });
  const contacts = answerOf(exchange.handle(request, nowMs), "contact")?.values ?? [];
  return new Map(
    contacts.flatMap((value) => {
      const parsed = parseNameAddr(value);
      if (!parsed.ok || parsed.value.uri === undefined) return [];
      const { uri, params } = parsed.value;
      return [[uri.host, [params.get("pub-gruu"), params.get("temp-gruu")]]] as const;
    }),
  );
}

/** Who rings when somebody calls that URI. */
function rings(exchange: Exchange, uri: string, nowMs = 1000): readonly string[] {
  const call = invite();
  if (call.kind !== "ua" || call.event.kind !== "incoming") throw new Error("no call");
  const request = { ...call.event.request, uri };
  const session = `to ${uri} at ${nowMs}`;
  return told(exchange, ua({ ...call.event, session, request }), nowMs).map((text) =>
    text.replace(/^invite \S+ | \+offer$/g, "").replace(session, "it"),
  );
}

describe("a registrar that grants GRUUs", () => {
  it("gives each instance a public one, and at each registration a new temporary one", () => {
    const exchange = withPhones();
    const contact = `<sip:102@192.0.2.1>;+sip.instance="${A}"`;
    const first = granted(exchange, "102", contact, "a", { cseq: 2 });
    const second = granted(exchange, "102", contact, "a", { cseq: 3 });
    const pub = `sip:102@example.org;gr=${A.slice(1, -1)}`;
    expect([first.get("192.0.2.1")?.[0], second.get("192.0.2.1")?.[0]]).toEqual([pub, pub]);
    expect(first.get("192.0.2.2")?.[0]).toBe(`sip:102@example.org;gr=${B.slice(1, -1)}`);
    const temps = [first, second].map((one) => one.get("192.0.2.1")?.[1] ?? "");
    for (const temp of temps) expect(temp).toMatch(/^sip:[0-9a-f]{40}@example\.org;gr$/);
    expect(temps[0]).not.toBe(temps[1]);
  });

  it("tells of each contact the last temporary one, whoever asks, to who knows them", () => {
    const exchange = withPhones();
    const contact = `<sip:102@192.0.2.1>;+sip.instance="${A}"`;
    const first = granted(exchange, "102", contact, "a", { cseq: 2 });
    const other = granted(exchange, "102", contact.replace(A, B).replace(".1>", ".2>"), "b", {
      cseq: 2,
    });
    expect(other.get("192.0.2.1")).toEqual(first.get("192.0.2.1"));
    const fetch = register("102", { callId: "c", headers: GRUU });
    const all = answerOf(exchange.handle(fetch, 0), "contact")?.values ?? [];
    expect(all.filter((value) => value.includes("temp-gruu="))).toHaveLength(2);
  });

  it.each([
    ["does not say that it knows them", `<sip:101@192.0.2.9>;+sip.instance="${A}"`, false],
    ["names no instance", "<sip:101@192.0.2.9>", true],
  ])("gives none to who %s", (_what, contact, asks) => {
    const contacts = granted(withPhones(), "101", contact, "x", { asks });
    expect(contacts.get("192.0.2.9")).toEqual([undefined, undefined]);
  });

  it.each([
    ["the own address", `<sip:102@EXAMPLE.org>;+sip.instance="${A}"`, 403],
    ["a public GRUU", `<sip:102@example.org;gr=x>;+sip.instance="${A}"`, 403],
    ["a temporary GRUU", `<sip:1234@example.org;gr>;+sip.instance="${A}"`, 403],
    ["another port of this host", `<sip:102@example.org:5070>;+sip.instance="${A}"`, 200],
  ])("answers a telephone that is to be found at %s", (_what, contact, status) => {
    const exchange = createExchange(configOf(hashes));
    const answer = exchange.handle(register("102", { contacts: [contact], headers: GRUU }), 0);
    expect(answerOf(answer, "contact")?.status).toBe(status);
  });
});

describe("a call to a GRUU", () => {
  it("rings at that telephone alone", () => {
    const exchange = withPhones();
    const contact = `<sip:102@192.0.2.1>;+sip.instance="${A}"`;
    const [pub = "", temp = ""] =
      granted(exchange, "102", contact, "a", { cseq: 2 }).get("192.0.2.1") ?? [];
    expect(rings(exchange, "sip:102@example.org")).toHaveLength(2);
    expect(rings(exchange, pub, 2000)).toEqual(["sip:102@192.0.2.1"]);
    expect(rings(exchange, temp, 3000)).toEqual(["sip:102@192.0.2.1"]);
  });

  it.each([
    ["a public one whose telephone is away", "sip:102@example.org;gr=urn:uuid:c", 480],
    ["a public one of nobody", "sip:999@example.org;gr=urn:uuid:c", 404],
    ["a temporary one that was never given", `sip:${"0".repeat(40)}@example.org;gr`, 404],
    ["a temporary one that makes no sense", "sip:x@example.org;gr", 404],
  ])("is refused: %s", (_what, uri, status) => {
    expect(rings(withPhones(), uri)).toEqual([`respond it ${status}`]);
  });

  it("holds while the telephone keeps its Call-ID, and no longer", () => {
    const exchange = withPhones();
    const contact = `<sip:102@192.0.2.1>;+sip.instance="${A}"`;
    const temp = (callId: string, cseq: number, nowMs = 0): string =>
      granted(exchange, "102", contact, callId, { cseq, nowMs }).get("192.0.2.1")?.[1] ?? "";
    const all = [temp("a", 2), temp("a", 3)];
    for (const one of all) expect(rings(exchange, one)).toEqual(["sip:102@192.0.2.1"]);
    const later = temp("restarted", 1);
    for (const one of all) expect(rings(exchange, one, 2000)).toEqual(["respond it 404"]);
    expect(rings(exchange, later, 2000)).toEqual(["sip:102@192.0.2.1"]);
    // Its lease runs out: nobody is there, and what was granted is gone for good.
    exchange.handle({ kind: "timeout" }, 3_700_000);
    expect(rings(exchange, later, 3_700_000)).toEqual(["respond it 404"]);
    temp("restarted", 2, 3_700_000);
    expect(rings(exchange, later, 3_700_001)).toEqual(["respond it 404"]);
  });

  it("reaches the line behind a private exchange that it names", () => {
    const exchange = withPhones();
    const contact = `<sip:192.0.2.7:5080;bnc>;+sip.instance="${A}"`;
    const [pub, temp] = granted(exchange, "pbx", contact, "p").get("192.0.2.7") ?? [];
    expect([pub, temp]).toEqual([`sip:example.org;bnc;gr=${A.slice(1, -1)}`, undefined]);
    const ofLine = `sip:300@example.org;gr=${A.slice(1, -1)};sg=line-1`;
    expect(rings(exchange, ofLine)).toEqual(["sip:300@192.0.2.7:5080;sg=line-1"]);
    expect(rings(exchange, ofLine.replace("000a;", "000b;"))).toEqual(["respond it 480"]);
  });

  it("is told to who watches his own registrations, with each that comes", () => {
    const exchange = withPhones();
    const watched = ua({
      ...{ kind: "watched", watch: "w", event: "reg", source: PHONE },
      from: { user: "102", host: "example.org", uri: "sip:102@example.org" },
      request: { kind: "request", method: "SUBSCRIBE", uri: "sip:102@x", headers: [], body: "" },
    });
    const text = JSON.stringify(exchange.handle(watched, 0)).replaceAll('\\"', '"');
    expect(text.match(/<gr:pub-gruu uri="[^"]*"\/>/g)).toEqual(
      [B, A].map((one) => `<gr:pub-gruu uri="sip:102@example.org;gr=${one.slice(1, -1)}"/>`),
    );
    const contacts = [`<sip:102@192.0.2.1>;+sip.instance="${A}"`];
    const again = register("102", { contacts, callId: "a", cseq: 2, headers: GRUU });
    const news = JSON.stringify(exchange.handle(again, 10_000)).replaceAll('\\"', '"');
    expect(news).toMatch(
      /callid="a" cseq="2">.*<gr:temp-gruu uri="sip:[0-9a-f]{40}@.* first-cseq="1"/,
    );
  });

  it("takes a text to that telephone", () => {
    const exchange = withPhones();
    const headers = [{ name: "from", value: "<sip:101@example.org>;tag=1" }];
    const message = { kind: "request", method: "MESSAGE", headers, body: "Coffee?" } as const;
    const uri = `sip:102@example.org;gr=${B.slice(1, -1)}`;
    const event = { kind: "request", request: "m", source: PHONE } as const;
    const outputs = exchange.handle(ua({ ...event, message: { ...message, uri } }), 0);
    expect(outputs).toMatchObject([{ command: { method: "MESSAGE", uri: "sip:102@192.0.2.2" } }]);
    expect(outputs).toHaveLength(1);
  });
});

describe("Gruus", () => {
  const made = () => {
    let tokens = 0;
    return new Gruus({ domain: "example.org", createToken: () => `t${++tokens}`, hashes });
  };

  it("finds every telephone by its temporary GRUUs, and nobody by one that was changed", () => {
    const grants = fc.array(fc.record({ user: fc.constantFrom("101", "102"), gr: fc.nat(3) }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(grants, fc.nat(39), (all, at) => {
        const gruus = made();
        const given = all.map(({ user, gr }) => ({
          user,
          gr: String(gr),
          uri: uriOf(gruus.grant(user, `<${gr}>`, { callId: "call", cseq: 1 }, true).temporary),
        }));
        expect(new Set(given.map(({ uri }) => uri.user)).size).toBe(all.length);
        for (const { user, gr, uri } of given) {
          expect(gruus.addressed(uri)).toEqual({ number: user, gr, isTemporary: true });
          const digit = uri.user[at] === "0" ? "1" : "0";
          const changed = uri.user.slice(0, at) + digit + uri.user.slice(at + 1);
          expect(gruus.addressed({ ...uri, user: changed })).toBeUndefined();
        }
      }),
      { numRuns: 50 },
    );
  });

  it("keeps so many telephones in mind and no more, those that asked last", () => {
    const gruus = made();
    const grant = (at: number, cseq: number) =>
      uriOf(gruus.grant(`u${at}`, A, { callId: "call", cseq }, true).temporary);
    const uris = Array.from({ length: 1000 }, (_, at) => grant(at, 1));
    // The first one renews its registration, and another one comes.
    grant(0, 2);
    grant(1000, 1);
    expect(uris.slice(0, 3).map((uri) => gruus.addressed(uri)?.number)).toEqual([
      ...["u0", undefined, "u2"],
    ]);
  });

  it("knows what a telephone was granted, and since which registration all of it holds", () => {
    const gruus = made();
    const at = (callId: string, cseq: number) => ({ instance: A, callId, cseq });
    gruus.grant("101", A, at("call", 7), false);
    const second = gruus.grant("101", A, at("call", 8), true);
    expect(gruus.grantedTo("101", at("call", 8))).toEqual(second);
    expect(second.firstCseq).toBe(7);
    expect(gruus.grant("101", A, at("other", 3), true).firstCseq).toBe(3);
    expect(gruus.grantedTo("101", at("call", 8))).toBe(undefined);
    expect(gruus.grantedTo("102", at("other", 3))).toBe(undefined);
  });
});
