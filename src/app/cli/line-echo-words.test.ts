import { describe, expect, it } from "vitest";
import type { EchoRow } from "./line-echo.ts";
import { betterImpedance, echoWords } from "./line-echo-words.ts";

const row = (impedance: EchoRow["impedance"], lossDb: number, more: object = {}): EchoRow => {
  const least = { hz: 300, lossDb: lossDb - 4 };
  return {
    isNow: impedance === "600" || impedance === undefined,
    report: { lossDb, least, isAtLeast: false, isClipped: false, ...more },
    ...(impedance === undefined ? {} : { impedance }),
  };
};

describe("betterImpedance()", () => {
  it.each([
    ["one that is clearly better", [row("600", 10), row("900", 13)], "900"],
    ["the best of some", [row("600", 10), row("900", 13), row("600+1uF", 20)], "600+1uF"],
    ["none that is not clearly better", [row("600", 10), row("900", 12.9)], undefined],
    ["none where one was too loud", [row("600", 1), row("900", 9, { isClipped: true })], undefined],
    ["none where there is no choice", [row(undefined, 5)], undefined],
  ] as const)("proposes %s", (_, rows, better) => expect(betterImpedance(rows)).toBe(better));
});

describe("echoWords()", () => {
  it("tells each, what fits, and what cannot be seen", () => {
    const rows = [row("600", 10), row("270+750||150nF", 71, { isAtLeast: true })];
    expect(echoWords(rows, true)).toEqual([
      "600 (now)       echo 10.0 dB below what is sent, least 6 dB at 300 Hz",
      "270+750||150nF  echo at least 71.0 dB below what is sent, least 67 dB at 300 Hz",
      '270+750||150nF fits best: card: { impedance: "270+750||150nF" } at the line',
      "it is of card, cable and this telephone together: another one may fit differently",
    ]);
  });

  it.each([
    [[row(undefined, 12)], false, /^the sound card's levels are not measured/],
    [[row("600", 12), row("900", 11)], true, /^no other impedance fits clearly better/],
    [[row(undefined, 2, { isClipped: true })], true, /too loud for the converter/],
  ] as const)("%#: says what matters", (rows, areLevelsKnown, words) => {
    expect(echoWords(rows, areLevelsKnown).some((text) => words.test(text))).toBe(true);
  });
});
