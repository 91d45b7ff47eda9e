import { err, ok, type Result } from "../../base/result.ts";

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
  const session: SdpLine[] = [];
  const media: (Omit<SdpMedia, "lines"> & { readonly lines: SdpLine[] })[] = [];
  let at = 0;
  let number = 0;
  let lines = session;
  let begun = false;
  while (at < text.length) {
    const lf = text.indexOf("\n", at);
    let end = lf === -1 ? text.length : lf;
    const next = end + 1;
    if (end > at && text.charCodeAt(end - 1) === 0x0d) end--;
    const raw = text.slice(at, end);
    at = next;
    number++;
    if (number > SDP_LIMITS.lines || raw.length > SDP_LIMITS.lineBytes) {
      return err({ kind: "too-large", line: number });
    }
    if (raw === "") continue;
    if (!begun) {
      if (raw !== "v=0") return err({ kind: "bad-version", line: number });
      begun = true;
      continue;
    }
    const line = parseLine(raw);
    if (line === undefined) return err({ kind: "bad-line", line: number });
    if (line.type === "m") {
      const stream = parseMediaLine(line.value);
      if (stream === undefined) return err({ kind: "bad-media", line: number });
      if (media.length === SDP_LIMITS.media) return err({ kind: "too-large", line: number });
      lines = [];
      media.push({ ...stream, lines });
    } else {
      if (line.type === "c" && parseConnection(line.value) === undefined) {
        return err({ kind: "bad-connection", line: number });
      }
      lines.push(line);
    }
  }
  return begun ? ok({ lines: session, media }) : err({ kind: "bad-version", line: 1 });
}

function parseLine(raw: string): SdpLine | undefined {
  const letter = raw.charCodeAt(0);
  const good = letter >= 0x61 && letter <= 0x7a && raw.charCodeAt(1) === 0x3d;
  if (!good || raw.includes("\r")) return undefined;
  return { type: raw.charAt(0), value: raw.slice(2) };
}

/** `audio 49170[/2] RTP/AVP 0 8 …` */
function parseMediaLine(value: string): Omit<SdpMedia, "lines"> | undefined {
  const words = wordsOf(value, SDP_LIMITS.formats + 3);
  if (words === undefined) return undefined;
  const [media, ports, protocol, ...formats] = words;
  if (media === undefined || ports === undefined || protocol === undefined) return undefined;
  if (formats.length === 0) return undefined;
  const match = /^([0-9]{1,5})(?:\/([0-9]{1,5}))?$/.exec(ports);
  const port = Number(match?.[1] ?? -1);
  const portCount = match?.[2] === undefined ? undefined : Number(match[2]);
  if (port < 0 || port > 65535 || portCount === 0) return undefined;
  return { media, port, portCount, protocol, formats };
}

/** The words of a value, which single or repeated spaces part; undefined past the limit. */
function wordsOf(value: string, limit: number): readonly string[] | undefined {
  const words = value.split(" ", limit * 2).filter((word) => word !== "");
  return words.length > limit || value.length > SDP_LIMITS.lineBytes ? undefined : words;
}

/** A c-line. @see RFC 8866 §5.7 */
export interface SdpConnection {
  readonly family: "IP4" | "IP6";
  /** An address or a host name, without what stands behind a slash. */
  readonly address: string;
}

/** Reads the value of a c-line; undefined where it breaks the grammar. */
export function parseConnection(value: string): SdpConnection | undefined {
  const match = /^IN (IP4|IP6) ([0-9A-Za-z.:_-]{1,255})(?:\/[0-9]{1,5}){0,2} *$/.exec(value);
  const [, family, address] = match ?? [];
  if (address === undefined || (family !== "IP4" && family !== "IP6")) return undefined;
  return { family, address };
}

/** Writes a session description. A line end inside a value becomes a space. */
export function printSdp(sdp: Sdp): string {
  let out = "v=0\r\n";
  for (const line of sdp.lines) out += printLine(line);
  for (const stream of sdp.media) {
    const count = stream.portCount === undefined ? "" : `/${stream.portCount}`;
    const value = `${stream.media} ${stream.port}${count} ${stream.protocol}`;
    out += printLine({ type: "m", value: `${value} ${stream.formats.join(" ")}` });
    for (const line of stream.lines) out += printLine(line);
  }
  return out;
}

function printLine({ type, value }: SdpLine): string {
  return `${type.charAt(0)}=${value.replace(/[\r\n]+/g, " ")}\r\n`;
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
