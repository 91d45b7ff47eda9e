import { describe, expect, it } from "vitest";
import { readCommandLine, USAGE } from "./command-line.ts";
import { OPTIONS } from "./command-options.ts";

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
    [["levels"], '"levels" is not a command; did you mean "doctor --levels"?'],
    [["json"], '"json" is not a command; "tipring help" lists the commands'],
    [["frobnicate"], '"frobnicate" is not a command; "tipring help" lists the commands'],
    [["run", "now"], '"now" is one word too many'],
    [["--frob"], `Unknown option '--frob'; "tipring help" lists the options`],
  ])("refuses %j and says what is meant", (words, error) => {
    expect(readCommandLine(words)).toEqual({ ok: false, error });
  });

  it.each([
    ["run --sip-port x", /--sip-port is "x"; it must be a number from 0 to 65535/],
    ["run --sip-port 65536", /--sip-port is "65536"/],
    ["run --sip-port -1", /--sip-port/],
    ["run --log-level x", /--log-level is "x"; it can be error, warn, info or debug/],
    ["run --registrar a:b:c", /--registrar is "a:b:c"; it must be host or host:port/],
    ["demo --seed -1", /--seed/],
    ["demo --seed x", /--seed is "x"; it can be 0, 1, 2 and so on/],
    ["demo --phone fax", /--phone is "fax"; it can be touch-tone or rotary/],
    ["learn --line 0", /--line is "0"; it is a line's number/],
    ["line-test --line one", /--line is "one"/],
    ["card-check --baud fast", /--baud is "fast"; it is a rate like 921600/],
    ["card-check --slack 10000", /--slack is "10000"/],
    ["doctor --volts x", /--volts is "x"; it must be a number up to 50/],
    ["doctor --volts 0", /--volts is "0"/],
    ["doctor --volts 51", /--volts is "51"/],
    ["calls --last 0", /--last is "0"; it must be a number from 1/],
    ["check --loop", /--loop is no option of check, but of doctor; "tipring help"/],
    ["safe --json", /--json is no option of safe/],
    ["boards --board hw-sim", /--board is no option of boards/],
  ])("refuses %j, which no file could make right", (words, error) => {
    const read = readCommandLine(words.split(" "));
    expect(read).toEqual({ ok: false, error: expect.stringMatching(error) });
  });

  it.each([
    "run --sip-port 0 --log-level debug --registrar [2001:db8::1]:5060",
    "run --sip-port 65535",
    "check --sip-port 5070 --log-level warn",
    "doctor --line 2 --levels --volts 50 --out a.yaml --json --fix",
    "doctor --tone --loop --volts 0.1",
    "learn --line 99 --config a.yaml --board hw-sim",
    "line-test --line 1 --quiet --json",
    "card-check --port /dev/null --baud 115200 --line 8 --quiet --slack 0 --hook",
    "calls --last 1 --line 2 --json",
    "demo --virtual --seed 0 --phone rotary --json --trace a --pcap b --vcd c --wav d --out e",
    "boards --json",
    "safe --config a.yaml",
  ])("takes %j", (words) => expect(readCommandLine(words.split(" ")).ok).toBe(true));

  it("knows each option of which it tells, and tells of each that it knows", () => {
    const told = new Set([...USAGE.matchAll(/^ {2}--([a-z-]+)/gm)].map(([, name]) => name));
    expect([...told].sort()).toEqual(Object.keys(OPTIONS).sort());
  });

  it("refuses an option without its value", () => {
    expect(readCommandLine(["run", "--config"]).ok).toBe(false);
  });
});
