import { describe, expect, it } from "vitest";
import { parsePromptCommand } from "./prompt-command.ts";

describe("parsePromptCommand()", () => {
  it.each([
    ["lift 1", { kind: "lift", line: 1 }],
    ["  hang   2 ", { kind: "hang", line: 2 }],
    ["dial 1 102", { kind: "dial", line: 1, digits: "102" }],
    ["dial 1 *72 0-1", { kind: "dial", line: 1, digits: "*7201" }],
    ["flash 1", { kind: "flash", line: 1 }],
    ["flash 1 10", { kind: "flash", line: 1, durationMs: 10 }],
    ["say 1 my speech.wav", { kind: "say", line: 1, file: "my speech.wav" }],
    ["record 2 out.wav", { kind: "record", line: 2, file: "out.wav" }],
    ["record 2", { kind: "record", line: 2, file: undefined }],
    ["status", { kind: "status" }],
    ["exit", { kind: "quit" }],
    ["", { kind: "nothing" }],
  ])("takes %j", (text, command) => {
    expect(parsePromptCommand(text, 2)).toEqual({ ok: true, value: command });
  });

  it.each([
    ["lfit 1", '"lfit" is not a command; did you mean "lift"?'],
    ["xyzzy", '"xyzzy" is not a command; "help" lists what it knows'],
    ["lift", "lift which phone? Like: lift 1"],
    ["lift 0", 'there is no phone "0"; they are numbered 1 to 2'],
    ["lift 3", 'there is no phone "3"; they are numbered 1 to 2'],
    ["lift 1 2", "lift takes a phone, no more"],
    ["dial 1", "dial what? Like: dial 1 102"],
    ["dial 1 10x", '"X" is not on a telephone'],
    ["flash 1 9", '"9" is not a flash; give 10 to 2000 milliseconds'],
    ["flash 1 2001", '"2001" is not a flash; give 10 to 2000 milliseconds'],
    ["say 1", "say what? Like: say 1 speech.wav"],
  ])("refuses %j and says what to type", (text, error) => {
    expect(parsePromptCommand(text, 2)).toEqual({ ok: false, error });
  });
});
