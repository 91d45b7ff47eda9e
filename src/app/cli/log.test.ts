import { describe, expect, it } from "vitest";
import { createTerminalLog, printable } from "./log.ts";

describe("printable()", () => {
  it.each([
    ["line 1: Rings: José calls.", "line 1: Rings: José calls."],
    ["\u{1b}[2Jgone", "\u{fffd}[2Jgone"],
    ["a\r\nline 1: forged", "a\u{fffd}\u{fffd}line 1: forged"],
    ["\u{9b}31m \u{7f}", "\u{fffd}31m \u{fffd}"],
    ["Error: a bug\n    at here", "Error: a bug\n    at here"],
  ])("%j is shown as %j", (line, shown) => {
    expect(printable(line)).toBe(shown);
  });
});

describe("createTerminalLog()", () => {
  it.each([
    ["warn", "info", "line 1", []],
    ["warn", "warn", "line 1", ["warning: line 1: text"]],
    ["info", "info", "line 1", ["line 1: text"]],
    ["info", "info", "exchange", []],
    ["debug", "info", "exchange", ["exchange: text"]],
    ["error", "error", "exchange", ["ERROR exchange: text"]],
  ] as const)("at %s prints of a %s event of %s %j", (level, of, area, printed) => {
    const lines: string[] = [];
    createTerminalLog(level, (line) => lines.push(line))({ level: of, area, text: "text" });
    expect(lines).toEqual(printed);
  });
});
