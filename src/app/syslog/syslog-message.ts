import { bytesFromLatin1, latin1FromUtf8Text } from "../../base/bytes.ts";
import type { LogEvent, LogLevel } from "../../base/log-event.ts";

/** The facilities by name, at their numbers. @see RFC 5424 §6.2.1, table 1 */
export const FACILITIES = [
  ...["kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron"],
  ...["authpriv", "ftp", "ntp", "audit", "alert", "clock"],
  ...["local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"],
] as const;

/** The severity that each level of the log has. @see RFC 5424 §6.2.1, table 2 */
const SEVERITIES = { error: 3, warn: 4, info: 6, debug: 7 } as const satisfies Readonly<
  Record<LogLevel, number>
>;

/** What every receiver takes. @see RFC 5424 §6.1, RFC 5426 §3.2 */
export const MESSAGE_MIN_BYTES = 480;

/** The longest names. @see RFC 5424 §6 */
const HOST_MAX = 255;
const PROCESS_MAX = 128;
const KIND_MAX = 32;
const PARAM_MAX = 32;

/** What the parameters leave to the text, where that is as long, bytes. */
const TEXT_KEPT_BYTES = 200;

/** Numbers of messages begin anew after this one. @see RFC 5424 §7.3.1 */
const SEQUENCE_MAX = 2_147_483_647;

/** The mark in front of a text in UTF-8, as bytes. @see RFC 5424 §6.4 */
const BYTE_ORDER_MARK = "\u00ef\u00bb\u00bf";

/** What is the same in all messages of one program. */
export interface SyslogSource {
  /** Of {@link FACILITIES}. */
  readonly facility: number;
  /** Of this machine; "" where it has none. */
  readonly hostName: string;
  readonly processId: string;
  /** The private enterprise number behind the name of our structured data. */
  readonly enterpriseId: number;
  /** The longest message, at least {@link MESSAGE_MIN_BYTES}. */
  readonly maxBytes: number;
}

/** What is told, when, and as the how-manieth. */
export interface SyslogLine {
  readonly event: LogEvent;
  /** Universal time as RFC 3339 has it; undefined while this machine does not know the time. */
  readonly time: string | undefined;
  /** Counted from 1; a receiver finds by it what was lost on the way. */
  readonly sequence: number;
}

/**
 * A message of RFC 5424: `<PRI>1 TIME HOST tipring PROCESS KIND [data] text`. The kind is the log's
 * area, what a machine wants stands in structured data, the text behind. Of what is too long
 * parameters are left out, the last first, then the text is cut. Whatever an event holds, the
 * message is one: control characters are written as JSON has them (`\n`).
 */
export function printSyslog(source: SyslogSource, line: SyslogLine): Uint8Array {
  const { facility, hostName, processId, enterpriseId, maxBytes } = source;
  const { event, time, sequence } = line;
  const priority = facility * 8 + SEVERITIES[event.level];
  const header =
    `<${priority}>1 ${time ?? NIL} ${nameOf(hostName, HOST_MAX)} tipring ` +
    `${nameOf(processId, PROCESS_MAX)} ${nameOf(event.area, KIND_MAX)} ` +
    `[meta sequenceId="${((sequence - 1) % SEQUENCE_MAX) + 1}"]`;
  const text = textOf(event.text);
  const kept = Math.min(text.length, TEXT_KEPT_BYTES) + 1;
  const data = dataOf(event, enterpriseId, maxBytes - header.length - kept);
  const room = maxBytes - header.length - data.length - 1;
  return bytesFromLatin1(`${header}${data} ${cut(text, room)}`);
}

/** What stands where nothing is known. @see RFC 5424 §6 */
const NIL = "-";

/** A name of printable ASCII without spaces. */
function nameOf(text: string, max: number): string {
  const name = text.replace(/[^!-~]/gu, "_").slice(0, max);
  return name === "" ? NIL : name;
}

/** Bytes of UTF-8 as a text of them, with what would be an order to a terminal escaped. */
function utf8Of(text: string): string {
  const printable = text.replace(/[\p{Cc}\p{Cs}]/gu, escaped);
  return latin1FromUtf8Text(printable);
}

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escaped(control: string): string {
  return SHORT[control] ?? `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** ASCII is the same in every encoding and needs no mark; all else is told to be UTF-8. */
function textOf(text: string): string {
  const bytes = utf8Of(text);
  return /[\u0080-\u00ff]/.test(bytes) ? `${BYTE_ORDER_MARK}${bytes}` : bytes;
}

/** Our element of structured data, as much of it as there is room for. @see RFC 5424 §6.3 */
function dataOf({ data = {} }: LogEvent, enterpriseId: number, room: number): string {
  const open = `[tipring@${enterpriseId}`;
  let element = "";
  for (const [key, value] of Object.entries(data)) {
    const name = key.replace(/[^!-~]|[="\]]/gu, "_").slice(0, PARAM_MAX);
    const told = utf8Of(String(value)).replace(/["\\\]]/g, "\\$&");
    const param = ` ${name === "" ? "_" : name}="${told}"`;
    if (open.length + element.length + param.length + 1 > room) break;
    element += param;
  }
  return element === "" ? "" : `${open}${element}]`;
}

const CUT_MARK = "...";

/** At most so many bytes, cut between two characters. */
function cut(bytes: string, room: number): string {
  if (bytes.length <= room) return bytes;
  let end = Math.max(0, room - CUT_MARK.length);
  // A byte that continues a character stays with its first one.
  while (end > 0 && (bytes.charCodeAt(end) & 0xc0) === 0x80) end--;
  return `${bytes.slice(0, end)}${CUT_MARK}`;
}

/** A message among others in a stream. @see RFC 6587 §3.4.1, RFC 5425 §4.3 */
export function countedOctets(message: Uint8Array): Uint8Array {
  const head = bytesFromLatin1(`${message.length} `);
  const framed = new Uint8Array(head.length + message.length);
  framed.set(head);
  framed.set(message, head.length);
  return framed;
}
