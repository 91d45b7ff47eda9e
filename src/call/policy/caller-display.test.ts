import { describe, expect, it } from "vitest";
import type { SipParty } from "../../sip/index.ts";
import { callerDisplay } from "./caller-display.ts";

function party(user: string, displayName?: string, host = "example.org"): SipParty {
  return {
    user,
    host,
    uri: `sip:${user}@${host}`,
    ...(displayName === undefined ? {} : { displayName }),
  };
}

describe("callerDisplay()", () => {
  it.each([
    ["number and name", party("102", "Bob"), [], undefined, { number: "102", name: "Bob" }],
    ["number alone", party("102"), [], undefined, { number: "102" }],
    ["a name that repeats the number", party("102", "102"), [], undefined, { number: "102" }],
    ["visual separators", party("+1-(212) 555.0100"), [], undefined, { number: "+12125550100" }],
    ["twenty digits", party("1".repeat(20)), [], undefined, { number: "1".repeat(20) }],
    [
      "twenty-one digits are no number",
      party("1".repeat(21)),
      [],
      undefined,
      { name: "1".repeat(21), absence: "unavailable" },
    ],
    ["a user by name", party("bob"), [], undefined, { name: "bob", absence: "unavailable" }],
    ["nothing at all", party(""), [], undefined, { absence: "unavailable" }],
    ["anonymous user", party("Anonymous", "Bob"), [], undefined, { absence: "private" }],
    [
      "anonymous host",
      party("x", "Bob", "anonymous.invalid"),
      [],
      undefined,
      { absence: "private" },
    ],
    [
      "asserted before From",
      party("102", "Bob"),
      [party("103", "Carol")],
      undefined,
      { number: "103", name: "Carol" },
    ],
    [
      "asserted before an anonymous From",
      party("anonymous"),
      [party("103")],
      undefined,
      { number: "103" },
    ],
    [
      "of two asserted the one that is a number, with the other's name",
      party("x"),
      [party("carol", "Carol"), party("+15550100")],
      undefined,
      { number: "+15550100", name: "Carol" },
    ],
    [
      "asserted, against the caller's wish",
      party("102"),
      [party("103")],
      "id",
      { absence: "private" },
    ],
    ["a wish among others", party("102"), [], "critical; header", { absence: "private" }],
    ["a wish for nothing", party("102"), [], "none", { number: "102" }],
    ["a wish for session privacy only", party("102"), [], "session", { number: "102" }],
  ] as const)("shows: %s", (_, from, asserted, privacy, shown) => {
    expect(callerDisplay({ from, asserted, privacy, trustAsserted: true })).toEqual(shown);
  });

  it("does not believe an asserted identity where it is not to be trusted", () => {
    const signs = { from: party("102"), asserted: [party("103")], trustAsserted: false };
    expect(callerDisplay(signs)).toEqual({ number: "102" });
  });
});
