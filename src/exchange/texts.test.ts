import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { SipHeader, UaCommand } from "../sip/index.ts";
import { createExchange, type Exchange } from "./exchange.ts";
import {
  answerOf,
  configOf,
  credentials,
  DOMAIN,
  PHONE,
  register,
  response,
  told,
  ua,
} from "./exchange-script.fixture.ts";
import { EXCHANGE_LIMITS, type ExchangeInput } from "./exchange-types.ts";

const md5 = (bytes: Uint8Array) => createHash("md5").update(bytes).digest("hex");
const hashes = { md5, sha256: md5, sha512Trunc256: md5 };

/** An exchange where 102 is reached at so many telephones. */
function exchangeWith(telephones: number, authenticate = false): Exchange {
  const users = [{ user: "101", password: "one" }, { user: "102" }, { user: "103" }];
  const exchange = createExchange(configOf(hashes, { authenticate, users }));
  const contacts = Array.from({ length: telephones }, (_, at) => `<sip:102@192.0.2.${at + 1}>`);
  if (telephones > 0) exchange.handle(register("102", { contacts }), 0);
  return exchange;
}

function text(
  to = "102",
  from = `"Alice" <sip:101@${DOMAIN}>;tag=1`,
  headers: readonly SipHeader[] = [],
): ExchangeInput {
  return ua({
    kind: "request",
    request: "r",
    message: {
      kind: "request",
      method: "MESSAGE",
      uri: `sip:${to}@${DOMAIN}`,
      headers: [
        { name: "from", value: from },
        { name: "content-type", value: "text/plain" },
      ].concat(headers),
      body: "hello",
    },
    source: PHONE,
  });
}

const answered = (status: number, request = "text 1"): ExchangeInput =>
  ua({ kind: "response", request, status, response: { ...response, status } });

const sent = (exchange: Exchange, input: ExchangeInput) =>
  exchange
    .handle(input, 0)
    .flatMap((output) => (output.kind === "ua" ? [output.command] : []))
    .filter((one): one is Extract<UaCommand, { kind: "send-request" }> => {
      return one.kind === "send-request";
    });

describe("a text for a user (MESSAGE)", () => {
  it("goes to each telephone, and its sender is told of the first that takes it", () => {
    const exchange = exchangeWith(2);
    const all = sent(exchange, text("102", undefined, [{ name: "max-forwards", value: "9" }]));
    expect(all.map(({ uri }) => uri).toSorted()).toEqual([
      "sip:102@192.0.2.1",
      "sip:102@192.0.2.2",
    ]);
    expect(all[0]).toMatchObject({
      method: "MESSAGE",
      from: { displayName: "Alice", uri: `sip:101@${DOMAIN}` },
      body: "hello",
    });
    const headers = new Map(all[0]?.headers?.map(({ name, value }) => [name, value]));
    expect(headers.get("content-type")).toBe("text/plain");
    expect(headers.get("max-forwards")).toBe("8");
    expect(told(exchange, answered(486))).toEqual([]);
    expect(told(exchange, answered(202))).toEqual(["reply 200"]);
    expect(told(exchange, answered(200))).toEqual([]);
  });

  it("is told as not taken where no telephone takes it, by the best reason", () => {
    const exchange = exchangeWith(2);
    exchange.handle(text(), 0);
    expect(told(exchange, answered(408))).toEqual([]);
    expect(told(exchange, answered(415))).toEqual(["reply 415"]);
  });

  it("goes to a device once, whatever ways lead to it", () => {
    const exchange = exchangeWith(0);
    const ways = [1, 2].map((way) => `<sip:102@192.0.2.${way}>;+sip.instance="<x>";reg-id=${way}`);
    exchange.handle(register("102", { contacts: ways }), 0);
    expect(sent(exchange, text())).toHaveLength(1);
  });

  it.each([
    ["nobody of that name", text("999"), "reply 404"],
    ["somebody who is not there", text("103"), "reply 480"],
    ["one who cannot be reached any more", text("102", undefined, [hops("0")]), "reply 483"],
    ["a sender that is none", text("102", "nobody"), "reply 400"],
  ])("to %s is refused", (_what, input, answer) => {
    expect(told(exchangeWith(1), input)).toEqual([answer]);
  });

  it("is refused where too many wait", () => {
    const exchange = exchangeWith(1);
    for (let n = 0; n < EXCHANGE_LIMITS.texts; n++) {
      expect(sent(exchange, text())).toHaveLength(1);
    }
    expect(told(exchange, text())).toEqual(["reply 503"]);
    expect(told(exchange, answered(200))).toEqual(["reply 200"]);
    expect(sent(exchange, text())).toHaveLength(1);
  });

  it.each([
    ["its sender", "101", "sip:101@example.org"],
    ["nobody, though it is proven", "anonymous", "sip:anonymous@anonymous.invalid"],
    ["somebody else", "102", undefined],
  ])("is of who has proven it, by the name of %s", (_what, from, uri) => {
    const exchange = exchangeWith(1, true);
    const host = from === "anonymous" ? "anonymous.invalid" : DOMAIN;
    // Who has no password is believed; a text in his name is signed here all the same.
    const claimed = `<sip:${from === "102" ? "999" : from}@${host}>;tag=1`;
    const asked = exchange.handle(text("102", claimed), 0);
    const challenges = answerOf(asked, "www-authenticate")?.values ?? [];
    const signed = credentials(challenges, "101", "one", {
      method: "MESSAGE",
      hashes,
      body: "hello",
    });
    const outputs = sent(exchange, text("102", claimed, [signed]));
    expect(outputs.map((one) => one.from?.uri)).toEqual(uri === undefined ? [] : [uri]);
  });
});

function hops(value: string): SipHeader {
  return { name: "max-forwards", value };
}
