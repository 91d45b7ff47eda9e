import { describe, expect, it } from "vitest";
import type { SipRequest } from "../../sip/index.ts";
import { assertedCaller, CALLER_SOURCES, type CallerSource } from "./caller-sources.ts";

const FROM = { user: "300", host: "h", uri: "sip:300@h" };
const ANONYMOUS = { user: "anonymous", host: "anonymous.invalid", uri: "sip:a@anonymous.invalid" };
const PAI = ["p-asserted-identity", "<sip:301@h>"] as const;
const RPID = ["remote-party-id", '"Bob" <sip:302@h>;party=calling;screen=yes'] as const;

function request(...headers: readonly (readonly [string, string])[]): SipRequest {
  const fields = headers.map(([name, value]) => ({ name, value }));
  return { kind: "request", method: "INVITE", uri: "sip:a@b", headers: fields, body: "" };
}

describe("assertedCaller()", () => {
  const rows: readonly [string, SipRequest, readonly CallerSource[], readonly string[]][] = [
    ["what the network asserts first", request(RPID, PAI), CALLER_SOURCES, ["301"]],
    ["Remote-Party-ID where that is all", request(RPID), CALLER_SOURCES, ["302"]],
    ["nothing but From", request(), CALLER_SOURCES, []],
    ["Remote-Party-ID first", request(PAI, RPID), ["remote-party-id", "from"], ["302"]],
    ["From first", request(PAI, RPID), ["from", "p-asserted-identity"], []],
    [
      "not who is called",
      request(["remote-party-id", "<sip:9@h>;party=called"]),
      CALLER_SOURCES,
      [],
    ],
    [
      "not what cannot be read",
      request(["p-asserted-identity", "<<"], RPID),
      CALLER_SOURCES,
      ["302"],
    ],
    [
      "one address and one number of those that are asserted",
      request(
        ["p-asserted-identity", "<mailto:bob@h>"],
        ["p-asserted-identity", "<tel:+301>"],
        ["p-asserted-identity", "<sips:bob@h>"],
        ["p-asserted-identity", "<sip:999@h>"],
        ["p-asserted-identity", "<tel:+999>"],
      ),
      CALLER_SOURCES,
      ["+301", "bob"],
    ],
    [
      "nothing of an asserted address that is none of a telephone",
      request(["p-asserted-identity", "<mailto:bob@h>"], RPID),
      CALLER_SOURCES,
      ["302"],
    ],
    ["not what is not to be asked", request(PAI, RPID), ["from"], []],
  ];
  it.each(rows)("takes %s", (_, invite, sources, users) => {
    const { parties } = assertedCaller(invite, FROM, sources);
    expect(parties.map(({ user }) => user)).toEqual(users);
  });

  it("a From that withholds says nothing: the next one does", () => {
    const sources = ["from", "p-asserted-identity"] as const;
    expect(assertedCaller(request(PAI), ANONYMOUS, sources).parties[0]?.user).toBe("301");
  });

  it.each([
    ["full", "id"],
    ["uri", "id"],
    ["off", undefined],
    ["none", undefined],
  ])("reads privacy=%s of Remote-Party-ID as %s", (value, privacy) => {
    const invite = request(["remote-party-id", `<sip:302@h>;privacy=${value}`]);
    expect(assertedCaller(invite, FROM, CALLER_SOURCES).privacy).toBe(privacy);
  });

  it("tells the wish of Privacy", () => {
    const invite = request(PAI, ["privacy", "id;critical"]);
    expect(assertedCaller(invite, FROM, CALLER_SOURCES).privacy).toBe("id;critical");
  });
});
