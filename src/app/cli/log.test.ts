import { describe, expect, it } from "vitest";
import { createServiceLog, createTerminalLog, printable, whileRead } from "./log.ts";

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
    const listeners: ((error: Error) => void)[] = [];
    const output = {
      write: (text: string) => void written.push(text),
      on: (_: "error", listener: (error: Error) => void) => void listeners.push(listener),
    };
    const write = whileRead(output);
    const logOf = () => createServiceLog(level, write, () => "2026-11-27T00:00:00.000Z");
    const fail = (): void => {
      for (const tell of listeners) tell(new Error("EPIPE"));
    };
    return { written, listeners, logOf, log: logOf(), fail };
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

  it("goes nowhere once nobody reads it, in the next box too, and listens once for both", () => {
    const { written, listeners, log, logOf, fail } = setUp("info");
    fail();
    for (const one of [log, logOf()]) one({ level: "error", area: "box", text: "text" });
    expect(written).toEqual([]);
    expect(listeners).toHaveLength(1);
  });
});
