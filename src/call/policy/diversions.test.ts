import { describe, expect, it } from "vitest";
import type { SipHeader } from "../../sip/index.ts";
import {
  type Diversions,
  diversionWords,
  divertsAll,
  NOT_DIVERTED,
  sameDiversions,
  sentOnHeaders,
  timesForwarded,
} from "./diversions.ts";

describe("timesForwarded() counts who has sent a call on", () => {
  const CASES: readonly (readonly [string, readonly SipHeader[], number])[] = [
    ["nobody", [], 0],
    ["one", [{ name: "diversion", value: "<sip:1@a>;reason=no-answer" }], 1],
    ["one that counts others", [{ name: "diversion", value: "<sip:1@a>;counter=4" }], 4],
    [
      "two",
      [
        { name: "diversion", value: "<sip:1@a>;counter=2" },
        { name: "diversion", value: "<sip:2@a>" },
      ],
      3,
    ],
    ["no count", [{ name: "diversion", value: "<sip:1@a>;counter=-3" }], 1],
    ["garbage", [{ name: "diversion", value: "<<" }], 1],
    ["the number that was dialled", [{ name: "history-info", value: "<sip:1@a>;index=1" }], 0],
    [
      "another after it",
      [
        { name: "history-info", value: "<sip:1@a>;index=1" },
        { name: "history-info", value: "<sip:2@a>;index=1.1;mp=1" },
      ],
      1,
    ],
  ];
  it.each(CASES)("%s", (_, headers, expected) => {
    const request = {
      kind: "request",
      method: "INVITE",
      uri: "sip:1@b",
      headers,
      body: "",
    } as const;
    expect(timesForwarded(request)).toBe(expected);
  });
});

describe("diversionWords() says what is done with calls", () => {
  const CASES: readonly (readonly [Diversions, string | undefined, boolean])[] = [
    [NOT_DIVERTED, undefined, false],
    [{ doNotDisturb: true }, "does not want to be disturbed", true],
    [{ doNotDisturb: false, always: "102" }, "sends calls on to 102", true],
    [{ doNotDisturb: false, busy: "102" }, "sends calls on to 102 when busy", false],
    [
      { doNotDisturb: true, noAnswer: "102" },
      "does not want to be disturbed, sends calls on to 102 when nobody answers",
      true,
    ],
  ];
  it.each(CASES)("%o: %s", (diversions, words, all) => {
    expect(diversionWords(diversions)).toBe(words);
    expect(divertsAll(diversions)).toBe(all);
    expect(sameDiversions(diversions, { ...diversions })).toBe(true);
    expect(sameDiversions(diversions, { ...diversions, busy: "9" })).toBe(false);
  });
});

describe("sentOnHeaders() names the target and the line", () => {
  it("with why", () => {
    const line = { user: "101", domain: "example.org" };
    expect(sentOnHeaders("sip:102@example.org", line, "busy")).toEqual([
      { name: "contact", value: "<sip:102@example.org>" },
      { name: "diversion", value: "<sip:101@example.org>;reason=user-busy;counter=1" },
    ]);
  });
});
