import type { LogEvent, LogLevel } from "../../base/log-event.ts";
import type { LogSink } from "../../hal/ports/log-sink.ts";

const ORDER: readonly LogLevel[] = ["error", "warn", "info", "debug"];

/** Whether an event is wanted at a level. */
export function isWanted(event: LogEvent, level: LogLevel): boolean {
  return ORDER.indexOf(event.level) <= ORDER.indexOf(level);
}

/** The service's log: one JSON object a line. */
export function createServiceLog(
  level: LogLevel,
  write: (text: string) => void,
  time: () => string = () => new Date().toISOString(),
): LogSink {
  return (event) => {
    if (!isWanted(event, level)) return;
    const { area, data, text } = event;
    const told = { level: event.level, time: time(), area, ...data, msg: text };
    write(`${JSON.stringify(told)}\n`);
  };
}

/** The line that tells of lines of the service's log that were lost. */
export function lossNote(
  lines: number,
  why: string,
  time: () => string = () => new Date().toISOString(),
): string {
  const msg = lossWords(lines, why);
  return `${JSON.stringify({ level: "warn", time: time(), area: "log", msg })}\n`;
}

/** The same at a terminal, above what is being typed there. */
export function terminalLossNote(lines: number, why: string): string {
  return `\r\x1b[Kwarning: log: ${printable(lossWords(lines, why))}\n`;
}

function lossWords(lines: number, why: string): string {
  return `${lines} ${lines === 1 ? "line" : "lines"} of this log could not be written: ${why}`;
}

/** What the built-in exchange does well is no news to the person at the telephones. */
const QUIET_AREA = "exchange";

/** What a person at a terminal is told: a line in plain words, warnings and errors marked. */
export function createTerminalLog(level: LogLevel, print: (line: string) => void): LogSink {
  return (event) => {
    if (!isWanted(event, level)) return;
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
