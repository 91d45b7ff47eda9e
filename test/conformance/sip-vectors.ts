import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { latin1FromBytes } from "../../src/base/bytes.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FOLDER = resolve(ROOT, process.env["TIPRING_VECTORS"] ?? "../shared/vectors", "sip");

/** Where the SIP vectors are, whether they are there, and whether their absence is a failure. */
export const SIP_VECTORS = {
  folder: FOLDER,
  present: existsSync(FOLDER),
  required: process.env["TIPRING_VECTORS_REQUIRED"] === "1",
} as const;

/** A vector, latin-1 carried. */
export function vectorText(...path: string[]): string {
  return latin1FromBytes(readFileSync(join(FOLDER, ...path)));
}

/** The names in a folder of vectors, sorted; none where the vectors are absent. */
export function vectorNames(...path: string[]): readonly string[] {
  return SIP_VECTORS.present ? readdirSync(join(FOLDER, ...path)).sort() : [];
}

/** A row of `rfc4475_ua_expectations.tsv`. */
export interface TortureRow {
  readonly name: string;
  readonly section: string;
  readonly isWellFormed: boolean;
  /** Status codes that a user agent may answer; `-`: silence; `liberal`: as if it were right. */
  readonly allowed: readonly string[];
}

/** What a user agent should do with each of the messages of RFC 4475. */
export function tortureRows(): readonly TortureRow[] {
  if (!SIP_VECTORS.present) return [];
  const [, ...rows] = vectorText("rfc4475_ua_expectations.tsv").trimEnd().split("\n");
  return rows.map((row) => {
    const [name = "", section = "", wellFormed = "", , codes = ""] = row.split("\t");
    return { name, section, isWellFormed: wellFormed === "y", allowed: codes.split(",") };
  });
}

/** The names of RFC 5118's messages. */
export function ipv6Names(): readonly string[] {
  return vectorNames("rfc5118").filter((name) => !name.endsWith(".md"));
}

/** The archive has bare LF and lacks two empty lines; this is what would be on the wire. */
export function ipv6Text(name: string): string {
  const text = vectorText("rfc5118", name).replaceAll("\n", "\r\n");
  return text.includes("\r\n\r\n") ? text : `${text}\r\n`;
}

/**
 * The same with the right Content-Length: the archived `ipv6-in-sdp` declares 268 bytes and has
 * 251, which a datagram may not (RFC 3261 §18.3), and it is not what the message is about.
 */
export function ipv6TextMended(name: string): string {
  const text = ipv6Text(name);
  if (name !== "ipv6-in-sdp") return text;
  const bodyBytes = text.length - text.indexOf("\r\n\r\n") - 4;
  return text.replace(/Content-Length: \d+/, `Content-Length: ${bodyBytes}`);
}
