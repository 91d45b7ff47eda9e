import { parseParams } from "./params.ts";
import { scanHeaders } from "./scan-headers.ts";
import { trimmed } from "./tokens.ts";
import { setUnits } from "./units.ts";

/** How deep multipart bodies may be nested, and how many parts one may have. */
const MULTIPART_LIMITS = { depth: 3, parts: 32 } as const;

/**
 * The body, or the first part of a multipart body, of the wanted media type (`application/sdp`);
 * undefined where there is none. `contentType` is the value of Content-Type.
 * @see RFC 5621 §3, RFC 2046 §5.1
 */
export function findBodyPart(
  contentType: string | undefined,
  body: string,
  wanted: string,
): string | undefined {
  return partIn(contentType, body, wanted, MULTIPART_LIMITS.depth);
}

function partIn(
  contentType: string | undefined,
  body: string,
  wanted: string,
  depth: number,
): string | undefined {
  if (contentType === undefined) return undefined;
  const semicolon = contentType.indexOf(";");
  const end = semicolon === -1 ? contentType.length : semicolon;
  const type = trimmed(contentType, 0, end).toLowerCase();
  if (type === wanted) return body;
  if (!type.startsWith("multipart/") || depth === 0) return undefined;
  const params = parseParams(contentType, end);
  const boundary = params.ok ? params.value.get("boundary") : undefined;
  if (boundary === undefined || boundary === "") return undefined;
  for (const part of partsOf(body, `--${boundary}`)) {
    setUnits(part);
    const { headers, bodyAt } = scanHeaders(part, 0);
    const partType = headers.find(({ name }) => name === "content-type")?.value;
    const found = partIn(partType, part.slice(bodyAt), wanted, depth - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What stands between delimiter lines, each without the line end that belongs to the delimiter. */
function partsOf(body: string, delimiter: string): readonly string[] {
  const parts: string[] = [];
  let partAt = -1;
  let at = 0;
  while (at < body.length && parts.length < MULTIPART_LIMITS.parts) {
    const lf = body.indexOf("\n", at);
    const next = lf === -1 ? body.length : lf + 1;
    if (body.startsWith(delimiter, at)) {
      const rest = body.slice(at + delimiter.length, next).trim();
      if (rest === "" || rest === "--") {
        if (partAt !== -1) parts.push(body.slice(partAt, beforeLineEnd(body, partAt, at)));
        if (rest === "--") return parts;
        partAt = next;
      }
    }
    at = next;
  }
  return parts;
}

function beforeLineEnd(body: string, from: number, at: number): number {
  let end = at;
  if (end > from && body.charCodeAt(end - 1) === 0x0a) end--;
  if (end > from && body.charCodeAt(end - 1) === 0x0d) end--;
  return end;
}
