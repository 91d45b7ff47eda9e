import { err, ok, type Result } from "../../base/result.ts";
import { parseHostPort, printHost } from "./host.ts";
import { parseParams, printParams } from "./params.ts";
import { plainly, plainVia } from "./plain.ts";
import { skipSpace, tokenEnd } from "./tokens.ts";
import type { Via } from "./values.ts";

export type { Via } from "./values.ts";

/** The position behind `/` and the spaces around it; -1 where there is none. */
function behindSlash(text: string, at: number, end: number): number {
  const slash = skipSpace(text, at, end);
  const isThere = slash < end && text.charCodeAt(slash) === 0x2f;
  return isThere ? skipSpace(text, slash + 1, end) : -1;
}

const PROTOCOL = "SIP/2.0/";

/** Where the transport begins, behind `SIP/2.0/` with or without spaces; or what is wrong. */
function transportStart(text: string, at: number, end: number): Result<number, string> {
  const start = skipSpace(text, at, end);
  const plainEnd = start + PROTOCOL.length;
  if (plainEnd <= end && text.startsWith(PROTOCOL, start)) {
    return ok(skipSpace(text, plainEnd, end));
  }
  const nameEnd = tokenEnd(text, start, end);
  const versionAt = behindSlash(text, nameEnd, end);
  if (versionAt === -1) return err("no sent-protocol");
  const versionEnd = tokenEnd(text, versionAt, end);
  const transportAt = behindSlash(text, versionEnd, end);
  if (transportAt === -1) return err("no transport");
  if (text.slice(start, nameEnd).toUpperCase() !== "SIP") return err("not of SIP");
  if (text.slice(versionAt, versionEnd) !== "2.0") return err("not of SIP/2.0");
  return ok(transportAt);
}

/** Reads the Via value in `[start, end)`. The error says what is wrong. */
export function parseVia(text: string, start = 0, end = text.length): Result<Via, string> {
  const plain = plainly(plainVia, text, start, end);
  return plain !== undefined ? ok(plain) : parseAnyVia(text, start, end);
}

/** The same by the whole grammar. */
export function parseAnyVia(text: string, start = 0, end = text.length): Result<Via, string> {
  const behindProtocol = transportStart(text, start, end);
  if (!behindProtocol.ok) return behindProtocol;
  const transportAt = behindProtocol.value;
  const transportEnd = tokenEnd(text, transportAt, end);
  const hostAt = skipSpace(text, transportEnd, end);
  if (transportEnd === transportAt || hostAt === transportEnd) return err("no sent-by");
  const host = parseHostPort(text, hostAt, end, true);
  if (!host.ok) return host;
  const params = parseParams(text, host.value.end, end);
  if (!params.ok) return params;
  const branch = params.value.get("branch");
  return ok({
    transport: text.slice(transportAt, transportEnd).toUpperCase(),
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
