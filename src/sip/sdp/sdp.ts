import { err, ok, type Result } from "../../base/result.ts";
import { NOWHERE, PieceWriter, type Source } from "../wire/piece-writer.ts";
import { CHAR, decimalOf, isIn, onOneLine, runEnd } from "../wire/tokens.ts";
import { setUnits, UNITS } from "../wire/units.ts";

/** What a session description may not exceed. */
export const SDP_LIMITS = {
  bytes: 65535,
  lines: 1024,
  lineBytes: 4096,
  media: 32,
  /** Formats of one m-line. */
  formats: 128,
} as const;

/** One line: `type` is its letter, `value` what stands behind `=`, latin-1 carried. */
export interface SdpLine {
  readonly type: string;
  readonly value: string;
}

/** An m-line and the lines below it, in their order. @see RFC 8866 §5.14 */
export interface SdpMedia {
  /** `audio`, `video`, `image`, … */
  readonly media: string;
  /** 0 where the stream is refused or closed. */
  readonly port: number;
  /** The number behind `/`: how many port pairs. */
  readonly portCount?: number | undefined;
  /** `RTP/AVP`, `udptl`, … */
  readonly protocol: string;
  readonly formats: readonly string[];
  readonly lines: readonly SdpLine[];
}

/**
 * A session description. Lines that we do not know stay as they were, where they were: printing
 * what was parsed gives the same lines.
 */
export interface Sdp {
  /** The session part, the `v=` line excepted. */
  readonly lines: readonly SdpLine[];
  readonly media: readonly SdpMedia[];
}

/**
 * Why a text is no session description. `line` counts from 1.
 *
 * - `too-large`: past a limit of {@link SDP_LIMITS}
 * - `bad-version`: it does not begin with `v=0`
 * - `bad-line`: not `letter=value`; `bad-media`: an m-line that breaks the grammar
 * - `bad-connection`: a c-line that breaks the grammar
 */
export interface SdpError {
  readonly kind: "too-large" | "bad-version" | "bad-line" | "bad-media" | "bad-connection";
  readonly line: number;
}

/**
 * Reads a session description. CRLF or LF end a line, the last one needs none, empty lines are
 * passed over. Only what decides where media flows is checked (m-lines and c-lines); no order of
 * lines and no `o=`, `s=` or `t=` is demanded, since devices leave them out.
 *
 *     v=0 CRLF (letter=value CRLF)… (m=media port[/n] protocol format… CRLF (letter=value CRLF)…)…
 *
 * @see RFC 8866 §9
 */
export function parseSdp(text: string): Result<Sdp, SdpError> {
  if (text.length > SDP_LIMITS.bytes) return err({ kind: "too-large", line: 1 });
  const source: Source = { text };
  setUnits(text);
  const session: SdpLine[] = [];
  const media: SdpMedia[] = [];
  let at = 0;
  let number = 0;
  let lines = session;
  let begun = false;
  while (at < text.length) {
    const lineAt = at;
    const cut = lineCut(lineAt, text.length);
    const isCrLf = cut + 1 < text.length && UNITS[cut] === 0x0d && UNITS[cut + 1] === 0x0a;
    const hasCr = !isCrLf && cut + 1 < text.length && UNITS[cut] === 0x0d;
    const end = hasCr ? lineEnd(text, cut) : cut;
    at = isCrLf ? end + 2 : end + 1;
    number++;
    if (number > SDP_LIMITS.lines || end - lineAt > SDP_LIMITS.lineBytes) {
      return err({ kind: "too-large", line: number });
    }
    if (end === lineAt) continue;
    if (!begun) {
      if (end - lineAt !== 3 || !text.startsWith("v=0", lineAt)) {
        return err({ kind: "bad-version", line: number });
      }
      begun = true;
      continue;
    }
    const type = hasCr ? undefined : lineType(lineAt, end);
    if (type === undefined) return err({ kind: "bad-line", line: number });
    if (type === "m") {
      lines = [];
      const stream = parseMediaLine(source, lineAt + 2, end, lines, isCrLf);
      if (stream === undefined) return err({ kind: "bad-media", line: number });
      if (media.length === SDP_LIMITS.media) return err({ kind: "too-large", line: number });
      media.push(stream);
    } else {
      const value = text.slice(lineAt + 2, end);
      const isGood = type !== "c" || isPlainConnection(lineAt + 2, end);
      if (!isGood && parseConnection(value) === undefined) {
        return err({ kind: "bad-connection", line: number });
      }
      lines.push(new ReadLine(type, value, source, isCrLf ? lineAt : NOWHERE));
    }
  }
  return begun ? ok({ lines: session, media }) : err({ kind: "bad-version", line: 1 });
}

/** Where the first line end from `at` on begins, CR or LF. */
function lineCut(at: number, end: number): number {
  let next = at;
  for (;;) {
    // Four at a time take two thirds of the time that they take one by one.
    while (
      next + 4 < end &&
      (UNITS[next] ?? 0) > 0x0d &&
      (UNITS[next + 1] ?? 0) > 0x0d &&
      (UNITS[next + 2] ?? 0) > 0x0d &&
      (UNITS[next + 3] ?? 0) > 0x0d
    ) {
      next += 4;
    }
    if (next >= end || UNITS[next] === 0x0a || UNITS[next] === 0x0d) return next;
    next++;
  }
}

/** Where the line ends that has the CR at `cr` inside: before its LF, and the CR in front of it. */
function lineEnd(text: string, cr: number): number {
  const lf = text.indexOf("\n", cr);
  const end = lf === -1 ? text.length : lf;
  return text.charCodeAt(end - 1) === 0x0d ? end - 1 : end;
}

/** A line as it was read: what stands one behind the other is written as one piece again. */
class ReadLine implements SdpLine {
  readonly type: string;
  readonly value: string;
  readonly #source: Source;
  /** Where it begins, its CRLF behind it. */
  readonly #at: number;

  constructor(type: string, value: string, source: Source, at: number) {
    this.type = type;
    this.value = value;
    this.#source = source;
    this.#at = at;
  }

  static print(lines: readonly SdpLine[], out: PieceWriter): void {
    for (const line of lines) {
      if (line instanceof ReadLine && line.#at !== NOWHERE) {
        out.copy(line.#source, line.#at, line.#at + line.value.length + 4);
      } else out.add(printLine(line.type, line.value));
    }
  }
}

const LETTERS = [..."abcdefghijklmnopqrstuvwxyz"];

/** The letter of the line `letter=value` in `[at, end)`; undefined where it is none. */
function lineType(at: number, end: number): string | undefined {
  const letter = UNITS[at] ?? 0;
  const good = at + 1 < end && letter >= 0x61 && letter <= 0x7a && UNITS[at + 1] === 0x3d;
  return good ? LETTERS[letter - 0x61] : undefined;
}

/** An m-line as it was read. */
class ReadMedia implements SdpMedia {
  readonly media: string;
  readonly port: number;
  readonly portCount: number | undefined;
  readonly protocol: string;
  readonly formats: readonly string[];
  readonly lines: readonly SdpLine[];
  readonly #source: Source;
  /** Where it begins, as long as it would be if we wrote it. */
  readonly #at: number;
  readonly #end: number;

  constructor(
    words: Pick<SdpMedia, "media" | "port" | "portCount" | "protocol" | "formats">,
    lines: readonly SdpLine[],
    source: Source,
    at: number,
    end: number,
  ) {
    this.media = words.media;
    this.port = words.port;
    this.portCount = words.portCount;
    this.protocol = words.protocol;
    this.formats = words.formats;
    this.lines = lines;
    this.#source = source;
    this.#at = at;
    this.#end = end;
  }

  static print(stream: SdpMedia, out: PieceWriter): void {
    if (stream instanceof ReadMedia && stream.#at !== NOWHERE) {
      out.copy(stream.#source, stream.#at, stream.#end);
    } else {
      const ports = printPorts(stream);
      const words = `${stream.media} ${ports} ${stream.protocol} ${stream.formats.join(" ")}`;
      out.add(printLine("m", words));
    }
    ReadLine.print(stream.lines, out);
  }
}

function printPorts({ port, portCount }: Pick<SdpMedia, "port" | "portCount">): string {
  return portCount === undefined ? `${port}` : `${port}/${portCount}`;
}

/**
 * `audio 49170[/2] RTP/AVP 0 8 …` in `[start, end)` of a source; one space or more part the words.
 * `hasEnd`: behind it is CRLF. The source's text is that of {@link UNITS}.
 */
function parseMediaLine(
  source: Source,
  start: number,
  end: number,
  lines: readonly SdpLine[],
  hasEnd: boolean,
): SdpMedia | undefined {
  const { text } = source;
  const formats: string[] = [];
  let media: string | undefined;
  let ports: string | undefined;
  let protocol: string | undefined;
  let wordAt = start;
  let spaces = 0;
  for (let at = start; at <= end; at++) {
    if (at < end && UNITS[at] !== 0x20) continue;
    spaces++;
    if (at > wordAt) {
      const word = text.slice(wordAt, at);
      if (media === undefined) media = word;
      else if (ports === undefined) ports = word;
      else if (protocol === undefined) protocol = word;
      else if (formats.push(word) > SDP_LIMITS.formats) return undefined;
    }
    wordAt = at + 1;
  }
  if (media === undefined || ports === undefined || protocol === undefined) return undefined;
  if (formats.length === 0) return undefined;
  const slash = ports.indexOf("/");
  const port = portOf(ports, 0, slash === -1 ? ports.length : slash);
  const portCount = slash === -1 ? undefined : portOf(ports, slash + 1, ports.length, 99_999);
  if (port === undefined || (slash !== -1 && !portCount)) return undefined;
  const words = { media, port, portCount, protocol, formats };
  const isAsPrinted = hasEnd && spaces === formats.length + 3 && !hasZeroInFront(ports);
  return new ReadMedia(words, lines, source, isAsPrinted ? start - 2 : NOWHERE, end + 2);
}

/** Whether one of the numbers of `port/count` is longer than it need be. */
function hasZeroInFront(ports: string): boolean {
  return /^0[0-9]|\/0/.test(ports);
}

/** The number in `[start, end)`: one to five digits and at most `max`. */
function portOf(text: string, start: number, end: number, max = 65_535): number | undefined {
  return end - start > 5 ? undefined : decimalOf(text, max, start, end);
}

/** A c-line. @see RFC 8866 §5.7 */
export interface SdpConnection {
  readonly family: "IP4" | "IP6";
  /** An address or a host name, without what stands behind a slash. */
  readonly address: string;
}

/** What an address or host name of a c-line may be long. */
const ADDRESS_MAX = 255;

const IP4 = Uint8Array.from("IN IP4 ", (letter) => letter.charCodeAt(0));

/**
 * Reads the value of a c-line; undefined where it breaks the grammar.
 *
 *     IN (IP4|IP6) address[/number[/number]]
 */
export function parseConnection(value: string): SdpConnection | undefined {
  const isIp4 = value.startsWith("IN IP4 ");
  if (!isIp4 && !value.startsWith("IN IP6 ")) return undefined;
  const addressAt = 7;
  let at = addressAt;
  while (at < value.length && isAddressUnit(value.charCodeAt(at))) at++;
  const address = value.slice(addressAt, at);
  if (address === "" || address.length > ADDRESS_MAX) return undefined;
  for (let numbers = 0; numbers < 2 && at < value.length; numbers++) {
    if (value.charCodeAt(at) !== 0x2f) break;
    const numberEnd = runEnd(value, at + 1, CHAR.digit);
    if (numberEnd === at + 1 || numberEnd > at + 6) return undefined;
    at = numberEnd;
  }
  while (at < value.length && value.charCodeAt(at) === 0x20) at++;
  return at === value.length ? { family: isIp4 ? "IP4" : "IP6", address } : undefined;
}

/** Whether an IPv4 address or a name stands there alone, as nearly always: `IN IP4 host`. */
function isPlainConnection(start: number, end: number): boolean {
  const addressAt = start + IP4.length;
  if (addressAt >= end || end - addressAt > ADDRESS_MAX) return false;
  for (let at = 0; at < IP4.length; at++) if (UNITS[start + at] !== IP4[at]) return false;
  for (let at = addressAt; at < end; at++) if (!isIn(UNITS[at] ?? 0, CHAR.host)) return false;
  return true;
}

function isAddressUnit(unit: number): boolean {
  return unit === 0x3a || isIn(unit, CHAR.host);
}

/** Writes a session description. A line end inside a value becomes a space. */
export function printSdp(sdp: Sdp): string {
  const out = new PieceWriter();
  out.add("v=0\r\n");
  ReadLine.print(sdp.lines, out);
  for (const stream of sdp.media) ReadMedia.print(stream, out);
  return out.finish();
}

function printLine(type: string, value: string): string {
  return `${type.charAt(0)}=${onOneLine(value)}\r\n`;
}

/**
 * The value of the first attribute of that name; an empty text for one without a value, undefined
 * where there is none. @see RFC 8866 §5.13
 */
export function attribute(lines: readonly SdpLine[], name: string): string | undefined {
  return attributes(lines, name)[0];
}

/** The values of all attributes of that name, in order. */
export function attributes(lines: readonly SdpLine[], name: string): readonly string[] {
  const values: string[] = [];
  for (const { type, value } of lines) {
    if (type !== "a") continue;
    if (value === name) values.push("");
    else if (value.startsWith(name) && value.charAt(name.length) === ":") {
      values.push(value.slice(name.length + 1));
    }
  }
  return values;
}
