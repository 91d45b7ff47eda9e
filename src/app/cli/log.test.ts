import { describe, expect, it } from "vitest";
import {
  createServiceLog,
  createTerminalLog,
  lossNote,
  printable,
  terminalLossNote,
} from "./log.ts";

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

describe("createServiceLog()", () => {
  function setUp(level: "info" | "error") {
    const written: string[] = [];
    const write = (text: string): void => void written.push(text);
    return { written, log: createServiceLog(level, write, () => "2026-11-27T00:00:00.000Z") };
  }

  it("writes one JSON object a line, with its data beside", () => {
    const { written, log } = setUp("info");
    log({ level: "warn", area: "sip", text: 'a "quote"\nand a line', data: { port: 5060 } });
    expect(written).toEqual([
      '{"level":"warn","time":"2026-11-27T00:00:00.000Z","area":"sip","port":5060,' +
        '"msg":"a \\"quote\\"\\nand a line"}\n',
    ]);
  });

  it.each([
    ["info", "debug", 0],
    ["info", "info", 1],
    ["error", "warn", 0],
    ["error", "error", 1],
  ] as const)("at %s writes of a %s event %i lines", (level, of, lines) => {
    const { written, log } = setUp(level);
    log({ level: of, area: "box", text: "text" });
    expect(written).toHaveLength(lines);
  });
});

it.each([
  [1, "1 line of this log could not be written: ENOSPC"],
  [2, "2 lines of this log could not be written: ENOSPC"],
])("lossNote() of %i is a line of the log", (lines, msg) => {
  const note = lossNote(lines, "ENOSPC", () => "2026-11-27T00:00:00.000Z");
  expect(note.endsWith("\n")).toBe(true);
  expect(JSON.parse(note)).toEqual({
    level: "warn",
    time: "2026-11-27T00:00:00.000Z",
    area: "log",
    msg,
  });
});

it("terminalLossNote() stands above what is being typed, and gives the terminal no orders", () => {
  expect(terminalLossNote(2, "\u{1b}[2J")).toBe(
    "\r\u{1b}[Kwarning: log: 2 lines of this log could not be written: \u{fffd}[2J\n",
  );
});
