import { describe, expect, it } from "vitest";
import { readCommandLine } from "./command-line.ts";

describe("readCommandLine()", () => {
  it.each([
    [[], "run", {}],
    [["run", "--registrar", "pbx:5060"], "run", { registrar: "pbx:5060" }],
    [["run", "--sip-port", "5070"], "run", { sipPort: "5070" }],
    [["demo", "--virtual", "--seed", "7", "--json"], "demo", { virtual: true, seed: "7" }],
    [["check", "--config", "a.yaml"], "check", { config: "a.yaml" }],
    [["safe"], "safe", { virtual: false, json: false }],
    [["demo", "--help"], "help", {}],
    [["--version"], "version", {}],
  ] as const)("reads %j", (words, command, options) => {
    expect(readCommandLine(words)).toMatchObject({ ok: true, value: { command, options } });
  });

  it.each([
    [["rnu"], '"rnu" is not a command; did you mean "run"?'],
    [["frobnicate"], '"frobnicate" is not a command; "tipring help" lists the commands'],
    [["run", "now"], '"now" is one word too many'],
    [["--frob"], `Unknown option '--frob'; "tipring help" lists the options`],
  ])("refuses %j and says what is meant", (words, error) => {
    expect(readCommandLine(words)).toEqual({ ok: false, error });
  });

  it("refuses an option without its value", () => {
    expect(readCommandLine(["run", "--config"]).ok).toBe(false);
  });
});
