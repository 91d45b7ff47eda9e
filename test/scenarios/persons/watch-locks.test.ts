import { describe, expect, it } from "vitest";
import { PIN } from "./story-settings.ts";
import { lockFaults } from "./watch-locks.ts";

const LOCKS = "The user has chosen: calls locked.";

describe("lockFaults()", () => {
  it.each<[string, readonly string[], readonly RegExp[]]>([
    ["help that is locked", ["Reorder tone: calls to 112 are locked."], [/help was refused .*112/]],
    ["help that is no number", ['Reorder tone: "911" is no number.'], [/help was refused .*911/]],
    ["others that are locked", ["Reorder tone: calls to 501 are locked."], []],
    ["more digits than help", ["Reorder tone: calls to 1120 are locked."], []],
    ["a locked telephone that calls", [LOCKS, "Calls 504."], [/is locked, and calls 504/]],
    ["one that calls for help", [LOCKS, "Calls 112."], []],
    ["one that is not locked", ["Calls 504."], []],
    ["a PIN", [`dialled ${PIN}`], [/a PIN in the log/]],
  ])("of %s", (_, texts, said) => {
    const logs = texts.map((text) => ({ level: "info", area: "line 1", text }) as const);
    const never = { hadDiskTrouble: false, wasElsewhere: false };
    const faults = lockFaults({ logs }, { country: "us" }, never);
    expect(faults).toHaveLength(said.length);
    for (const [at, words] of said.entries()) expect(faults[at]).toMatch(words);
  });
});
