import { err, ok, type Result } from "../../base/result.ts";
import { parseHostPort, printHost } from "./host.ts";
import { parseParams, printParams, type SipParams } from "./params.ts";
import { skipSpace, tokenEnd } from "./tokens.ts";

/** One Via value. @see RFC 3261 §20.42 */
export interface Via {
  /** Upper case: `UDP`, `TCP`, `TLS`, … */
  readonly transport: string;
  /** The sent-by host; IPv6 without brackets. */
  readonly host: string;
  readonly port?: number | undefined;
  /** All parameters, `branch` among them; `rport` without a value is there as `undefined`. */
  readonly params: SipParams;
  readonly branch?: string | undefined;
}

/** The position behind `/` and the spaces around it; -1 where there is none. */
function behindSlash(text: string, at: number): number {
  const slash = skipSpace(text, at);
  return text.charCodeAt(slash) === 0x2f ? skipSpace(text, slash + 1) : -1;
}

/** Where the transport begins, behind `SIP/2.0/` with or without spaces; or what is wrong. */
function transportStart(text: string): Result<number, string> {
  const start = skipSpace(text, 0);
  if (text.startsWith("SIP/2.0/", start)) return ok(skipSpace(text, start + 8));
  const nameEnd = tokenEnd(text, start);
  const versionAt = behindSlash(text, nameEnd);
  if (versionAt === -1) return err("no sent-protocol");
  const versionEnd = tokenEnd(text, versionAt);
  const transportAt = behindSlash(text, versionEnd);
  if (transportAt === -1) return err("no transport");
  if (text.slice(start, nameEnd).toUpperCase() !== "SIP") return err("not of SIP");
  if (text.slice(versionAt, versionEnd) !== "2.0") return err("not of SIP/2.0");
  return ok(transportAt);
}

/** Reads one Via value. The error says what is wrong. */
export function parseVia(text: string): Result<Via, string> {
  const start = transportStart(text);
  if (!start.ok) return start;
  const transportAt = start.value;
  const transportEnd = tokenEnd(text, transportAt);
  const hostAt = skipSpace(text, transportEnd);
  if (transportEnd === transportAt || hostAt === transportEnd) return err("no sent-by");
  const host = parseHostPort(text, hostAt, true);
  if (!host.ok) return host;
  const params = parseParams(text, host.value.end);
  if (!params.ok) return params;
  const branch = params.value.get("branch");
  const plain = transportEnd === transportAt + 3 && text.startsWith("UDP", transportAt);
  return ok({
    transport: plain ? "UDP" : text.slice(transportAt, transportEnd).toUpperCase(),
    host: host.value.host,
    port: host.value.port,
    params: params.value,
    branch: branch === "" ? undefined : branch,
  });
}

/** Writes a Via value. `branch`, where given, replaces the one in `params`. */
export function printVia(via: Via): string {
  const port = via.port === undefined ? "" : `:${via.port}`;
  let params = via.params;
  if (via.branch !== undefined && params.get("branch") !== via.branch) {
    params = new Map([...params, ["branch", via.branch]]);
  }
  return `SIP/2.0/${via.transport} ${printHost(via.host)}${port}${printParams(params)}`;
}
