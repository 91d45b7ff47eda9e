import { describe, expect, it } from "vitest";
import { isLineGood, lineTestWords } from "./line-test-words.ts";

describe("lineTestWords()", () => {
  it("says what was found, what it means and what was not tested", () => {
    expect(
      lineTestWords([
        { test: "hazardous-voltage", verdict: "passed", volts: { dc: 0.12, acRms: 0.4 } },
        { test: "foreign-voltage", verdict: "skipped", why: "the card cannot" },
        { test: "resistive-fault", verdict: "passed", ohms: 68_571 },
        { test: "resistive-fault", verdict: "passed", ohms: 150_000 },
        { test: "resistive-fault", verdict: "failed", fault: "short", ohms: 5.2 },
        { test: "receiver-off-hook", verdict: "failed", fault: "off-hook", ohms: 403 },
        { test: "ringers", verdict: "passed", ren: 1.04 },
        { test: "card", verdict: "failed", why: "it is gone" },
      ]),
    ).toEqual([
      "dangerous voltage  good (0.1 V, 0.4 V AC)",
      "foreign voltage    not tested: the card cannot",
      "short or leak      good (nothing under 69 kΩ, all that the card can tell)",
      "short or leak      good (nothing under 150 kΩ)",
      "short or leak      BAD: the two wires touch: look at plugs, sockets and the cable (5 Ω)",
      "receiver           BAD: a receiver is up (403 Ω)",
      "bells              good (REN 1.0)",
      "line card          BAD: it is gone",
    ]);
  });

  it("calls a line good where nothing failed", () => {
    expect(isLineGood([{ test: "ringers", verdict: "skipped", why: "x" }])).toBe(true);
    expect(isLineGood([{ test: "ringers", verdict: "failed" }])).toBe(false);
  });
});
