import { isToken, skipSpace, trimmed } from "./tokens.ts";
import { isUriText, parseUri, uriScheme } from "./uri.ts";

/** What the first line of a message says; a `fault` where it is broken but tells request or not. */
export type StartLine =
  | {
      readonly kind: "request";
      readonly method: string;
      readonly uri: string;
      readonly fault?: StartFault;
    }
  | {
      readonly kind: "response";
      readonly status: number;
      readonly reason: string;
      readonly fault?: StartFault;
    };

/** What is wrong with a start line. */
export interface StartFault {
  readonly kind: "bad-start-line" | "bad-version" | "bad-uri";
  readonly detail: string;
}

/** Whether a text is a SIP version, of any number. */
function isVersion(text: string): boolean {
  if (text === "SIP/2.0") return true;
  return /^SIP\/[0-9]+\.[0-9]+$/i.test(text);
}

/**
 * Reads a Request-Line or a Status-Line; undefined where it is neither. More than one space, and
 * spaces at the end, are let pass. @see RFC 4475 §3.1.2.9, §3.1.2.10
 */
export function parseStartLine(line: string): StartLine | undefined {
  const space = line.indexOf(" ");
  if (space === -1) return undefined;
  if (line.charCodeAt(3) === 0x2f && /^SIP\//i.test(line)) return parseStatusLine(line, space);
  const text = trimmed(line);
  const last = text.lastIndexOf(" ");
  const version = text.slice(last + 1);
  const method = text.slice(0, space);
  if (last <= space || !isVersion(version) || !isToken(method)) return undefined;
  const uri = trimmed(text, space + 1, last);
  const start = { kind: "request", method, uri } as const;
  if (version !== "SIP/2.0" && version.toUpperCase() !== "SIP/2.0") {
    return { ...start, fault: { kind: "bad-version", detail: version } };
  }
  const problem = uriProblem(uri);
  if (problem === undefined) return start;
  return { ...start, fault: { kind: "bad-uri", detail: `Request-URI: ${problem}` } };
}

/** A scheme that we do not know is no fault: it has its own answer, 416. */
function uriProblem(uri: string): string | undefined {
  const scheme = uriScheme(uri);
  if (scheme === undefined) return "no scheme";
  if (scheme !== "sip" && scheme !== "sips" && scheme !== "tel") {
    return isUriText(uri) ? undefined : "a character that cannot stand in a URI";
  }
  const parsed = parseUri(uri);
  return parsed.ok ? undefined : parsed.error;
}

function parseStatusLine(line: string, space: number): StartLine | undefined {
  const version = line.slice(0, space);
  if (!isVersion(version)) return undefined;
  const at = skipSpace(line, space);
  const end = at + 3;
  const digits = line.slice(at, end);
  const reason = trimmed(line, end);
  const status = /^[1-6][0-9][0-9]$/.test(digits) ? Number(digits) : 0;
  const start = { kind: "response", status, reason } as const;
  if (version.toUpperCase() !== "SIP/2.0") {
    return { ...start, fault: { kind: "bad-version", detail: version } };
  }
  if (status === 0 || (end < line.length && line.charCodeAt(end) !== 0x20)) {
    return { ...start, fault: { kind: "bad-start-line", detail: "no status code" } };
  }
  return start;
}
