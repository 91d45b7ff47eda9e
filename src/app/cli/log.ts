import type { LogEvent, LogLevel } from "../../base/log-event.ts";
import type { LogSink } from "../../hal/ports/log-sink.ts";

const ORDER: readonly LogLevel[] = ["error", "warn", "info", "debug"];

/** Whether an event is wanted at a level. */
function wanted(event: LogEvent, level: LogLevel): boolean {
  return ORDER.indexOf(event.level) <= ORDER.indexOf(level);
}

/** Where the service's log goes. */
export interface LogOutput {
  write(text: string): void;
  /** Told of what went wrong with it, once it listens. */
  on(event: "error", listener: (error: Error) => void): void;
}

/**
 * Writes to an output. Where nobody reads that any more it goes nowhere, and the box goes on. It
 * listens to the output for good: one is enough for all boxes that run one after the other.
 */
export function whileRead(output: LogOutput): (text: string) => void {
  let isRead = true;
  output.on("error", () => {
    isRead = false;
  });
  return (text) => {
    if (isRead) output.write(text);
  };
}

/** The service's log: one JSON object a line. */
export function createServiceLog(
  level: LogLevel,
  write: (text: string) => void,
  time: () => string = () => new Date().toISOString(),
): LogSink {
  return (event) => {
    if (!wanted(event, level)) return;
    const { area, data, text } = event;
    const told = { level: event.level, time: time(), area, ...data, msg: text };
    write(`${JSON.stringify(told)}\n`);
  };
}

/** What the built-in exchange does well is no news to the person at the telephones. */
const QUIET_AREA = "exchange";

/** What a person at a terminal is told: a line in plain words, warnings and errors marked. */
export function createTerminalLog(level: LogLevel, print: (line: string) => void): LogSink {
  return (event) => {
    if (!wanted(event, level)) return;
    if (level === "info" && event.level === "info" && event.area === QUIET_AREA) return;
    const mark = event.level === "error" ? "ERROR " : event.level === "warn" ? "warning: " : "";
    print(`${mark}${event.area}: ${event.text}`);
  };
}

/**
 * A line that is safe to show at a terminal: names and reasons come from far ends, and a control
 * character in one of them would be an order to the terminal. A stack keeps its lines.
 */
export function printable(line: string): string {
  return line.replace(/(?!\n {4})\p{Cc}/gu, "\u{fffd}");
}
