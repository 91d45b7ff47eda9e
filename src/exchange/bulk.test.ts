import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createExchange, type Exchange } from "./exchange.ts";
import {
  answerOf,
  configOf,
  credentials,
  invite,
  register,
  told,
} from "./exchange-script.fixture.ts";

const md5 = (bytes: Uint8Array) => createHash("md5").update(bytes).digest("hex");
const hashes = { md5, sha256: md5, sha512Trunc256: md5 };
const USERS = [
  { user: "101" },
  { user: "102", password: "two" },
  { user: "pbx", password: "many", numbers: ["300", "301"] },
];

/** The exchange, with a private one that has registered its numbers, unless told otherwise. */
function withPrivate(
  authenticate = false,
  contact = "<sip:192.0.2.9:5080;bnc;transport=udp>",
): Exchange {
  const exchange = createExchange(configOf(hashes, { authenticate, users: USERS }));
  if (contact === "") return exchange;
  const asked = exchange.handle(register("pbx", { contacts: [contact] }), 0);
  const challenges = answerOf(asked, "www-authenticate")?.values ?? [];
  const sign = { method: "REGISTER", hashes };
  const headers = authenticate ? [credentials(challenges, "pbx", "many", sign)] : [];
  exchange.handle(register("pbx", { contacts: [contact], headers, cseq: 2 }), 0);
  return exchange;
}

describe("a private exchange that registers for many numbers (RFC 6140)", () => {
  it.each([
    ["300", "sip:300@192.0.2.9:5080;transport=udp"],
    ["301", "sip:301@192.0.2.9:5080;transport=udp"],
  ])("is called for %s by its contact with that number", (to, uri) => {
    expect(told(withPrivate(), invite({ to }))[0]).toBe(`invite exchange-token2-1 ${uri} +offer`);
  });

  it.each([
    ["its own name", "pbx", "respond a 480"],
    ["a number that is none of its", "302", "respond a 404"],
  ])("is not called for %s", (_what, to, answer) => {
    expect(told(withPrivate(), invite({ to }))).toEqual([answer]);
  });

  it("is not there where it has not registered, or as a telephone alone", () => {
    expect(told(withPrivate(false, ""), invite({ to: "300" }))).toEqual(["respond a 480"]);
    const single = withPrivate(false, "<sip:pbx@192.0.2.9>");
    expect(told(single, invite({ to: "300" }))).toEqual(["respond a 480"]);
    expect(told(single, invite({ to: "pbx", session: "b" }))[0]).toContain("sip:pbx@192.0.2.9");
  });

  it.each([
    ["a telephone", "101", "<sip:192.0.2.9;bnc>", "reply 403"],
    ["a contact that names one", "pbx", "<sip:300@192.0.2.9;bnc>", "reply 400"],
    ["the private exchange", "pbx", "<sip:192.0.2.9;bnc>", "reply 200"],
  ])("registers them as %s: %s %s is %s", (_what, user, contact, answer) => {
    const exchange = withPrivate(false, "");
    expect(told(exchange, register(user, { contacts: [contact] }))).toEqual([answer]);
  });

  it.each([
    ["one of its numbers", "300", "pbx", "many", "sip:300@example.org"],
    ["its own name", "pbx", "pbx", "many", "sip:pbx@example.org"],
    ["a number of nobody", "399", "pbx", "many", undefined],
    ["somebody else", "102", "pbx", "many", undefined],
    ["one of its numbers, with another password", "300", "102", "two", undefined],
  ])("calls as %s", (_what, from, user, password, asserted) => {
    const exchange = withPrivate(true);
    exchange.handle(register("101", { contacts: ["<sip:101@192.0.2.1>"] }), 0);
    const asked = exchange.handle(invite({ from, to: "101" }), 0);
    const challenges = answerOf(asked, "www-authenticate")?.values ?? [];
    const headers = [credentials(challenges, user, password, { method: "INVITE", hashes })];
    const outputs = exchange.handle(invite({ from, to: "101", session: "b", headers }), 0);
    const [first] = outputs;
    const command = first?.kind === "ua" ? first.command : undefined;
    if (asserted === undefined) expect(command).toMatchObject({ kind: "respond", status: 403 });
    else expect(command).toMatchObject({ kind: "invite", from: { uri: asserted } });
  });
});
