import { describe, expect, it } from "vitest";
import { printConfigPath } from "../config/config-problem.ts";
import { changesOf, depthOf, mergeConfig } from "./merge.ts";

describe("mergeConfig()", () => {
  it.each([
    ["what is fetched alone", { country: "de" }, {}, { country: "de" }],
    ["what is written alone", {}, { country: "de" }, { country: "de" }],
    ["the own file's word", { country: "de" }, { country: "us" }, { country: "us" }],
    [
      "parts of both",
      { sip: { transport: "tls", nat: { keepAlive: "off" } } },
      { sip: { host: "10.0.0.1", nat: { keepAliveS: 10 } } },
      { sip: { transport: "tls", host: "10.0.0.1", nat: { keepAlive: "off", keepAliveS: 10 } } },
    ],
    [
      "a list whole",
      { lines: [{ number: "1" }, { number: "2" }] },
      { lines: [{ number: "3" }] },
      { lines: [{ number: "3" }] },
    ],
  ] as const)("has %s", (_, fetched, own, merged) => {
    expect(mergeConfig(fetched, own)).toEqual(merged);
  });

  it("leaves both as they were", () => {
    const fetched = { sip: { port: 1 } };
    const own = { sip: { host: "a" } };
    mergeConfig(fetched, own);
    expect([fetched, own]).toEqual([{ sip: { port: 1 } }, { sip: { host: "a" } }]);
  });
});

it.each([
  [["sip", "port"], 2],
  [["sip", "host"], 1],
  [["lines", 0, "number"], 3],
  [["lines", 1, "number"], 1],
  [["constructor"], 0],
  [[], 0],
])("depthOf() of %j is %i", (path, depth) => {
  expect(depthOf({ sip: { port: 1 }, lines: [{ number: "1" }] }, path)).toBe(depth);
});

describe("changesOf()", () => {
  const told = (before: unknown, after: unknown): string[] =>
    changesOf(before, after).map(
      (one) => `${printConfigPath(one.path)}: ${one.before} > ${one.after}`,
    );

  it.each([
    ["nothing", { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, []],
    ["a value", { a: 1 }, { a: "x" }, ['a: 1 > "x"']],
    ["what is new", {}, { a: true }, ["a: undefined > true"]],
    ["what is gone", { a: { b: 1 } }, {}, ['a: {"b":1} > undefined']],
    [
      "an entry of a list",
      { a: [{ n: 1 }, { n: 2 }] },
      { a: [{ n: 1 }, { n: 3 }] },
      ["a[1].n: 2 > 3"],
    ],
    ["a longer list", { a: [1] }, { a: [1, 2] }, ["a[1]: undefined > 2"]],
    ["a PIN", { lock: { pin: "1" } }, {}, ['lock: {"pin":"(secret)"} > undefined']],
    ["a password", { password: "x" }, { password: "y" }, ["password: (secret) > (secret)"]],
    [
      "a password inside",
      {},
      { l: [{ password: "y" }] },
      ['l: undefined > [{"password":"(secret)"}]'],
    ],
  ])("tells of %s", (_, before, after, lines) => {
    expect(told(before, after)).toEqual(lines);
  });

  it("cuts a value that is too long", () => {
    expect(told({}, { a: "x".repeat(99) })[0]?.at(-1)).toBe("…");
    expect(told({}, { a: "x".repeat(98) })[0]?.at(-1)).toBe('"');
  });
});
