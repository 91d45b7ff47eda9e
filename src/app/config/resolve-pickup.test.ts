import { describe, expect, it } from "vitest";
import type { ConfigProblem } from "./config-problem.ts";
import { exchangeDigitMap } from "./exchange-digit-map.ts";
import { checkPickupCode, pickupOf } from "./resolve-pickup.ts";
import type { UserConfig } from "./user-config.ts";

describe("checkPickupCode()", () => {
  it.each<[NonNullable<UserConfig["exchange"]>, readonly string[]]>([
    [{}, []],
    [{ pickupCode: "**", retrieveCode: "*88" }, []],
    [{ retrieveCode: "10" }, ['retrieveCode is "10", with which 101 begins: take another']],
    [
      { pickupCode: "*8", retrieveCode: "*88" },
      ['retrieveCode is "*88", which cannot be told from pickupCode ("*8")'],
    ],
    [
      { pickupCode: "*88", retrieveCode: "*8" },
      ['retrieveCode is "*8", which cannot be told from pickupCode ("*88")'],
    ],
    [{ pickup: false, pickupCode: "*8", retrieveCode: "*88" }, []],
  ])("of %j", (exchange, told) => {
    const problems: ConfigProblem[] = [];
    checkPickupCode({ exchange }, ["101", "102"], problems);
    expect(problems.map(({ path, text }) => `${path.at(-1)} ${text}`)).toEqual(told);
  });
});

describe("pickupOf()", () => {
  it("has calls on hold taken over by a code alone, which can be dialled then", () => {
    const exchange = { retrieveCode: "*88", pickup: false };
    expect(pickupOf({ exchange })).toEqual({ retrieveCode: "*88" });
    expect(exchangeDigitMap([{ number: "101" }], { exchange })).toBe("101|600|601|*88101");
    expect(pickupOf({})).toEqual({ pickup: {} });
  });
});
