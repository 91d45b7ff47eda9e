import { describe, expect, it } from "vitest";
import { cardCheck } from "./card-check.ts";

const EMPTY = { virtual: false, json: false } as const;

describe("cardCheck()", () => {
  it.each([
    ["no port", {}],
    ["no rate", { port: "/dev/null", baud: "fast" }],
    ["a rate of 3 digits", { port: "/dev/null", baud: "300" }],
    ["line 0", { port: "/dev/null", line: "0" }],
    ["a slack that is no number", { port: "/dev/null", slack: "much" }],
    ["line 9", { port: "/dev/null", line: "9" }],
  ])("%s ends with 2", async (_, options) => {
    expect(await cardCheck({ ...EMPTY, ...options })).toBe(2);
  });

  it("a port that is not there ends with 1", async () => {
    expect(await cardCheck({ ...EMPTY, port: "/dev/ttyNoSuchCard" })).toBe(1);
  });
});
