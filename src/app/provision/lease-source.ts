import { latin1FromBytes } from "../../base/bytes.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { LeaseOptions } from "./lease.ts";
import { parseSourceUrl, type SourceUrl, shownSourceUrl } from "./source-url.ts";

/** What a sub-option of 43 holds, where one of these is there. @see docs/provisioning.md */
const VENDOR_URL = [1, 160] as const;
const VENDOR_NAME = 66;
const VENDOR_FILE = 67;

/** Where an option says that a configuration is. */
interface Told {
  /** `DHCP option 66`. */
  readonly by: string;
  readonly url: string;
}

/**
 * Where a configuration is by what DHCP told: by option 160, else 43, else 66 with 67, else 67
 * alone, else 150 with 67; the first that is there counts. Undefined where none is. An address that
 * is not https is taken only where that was allowed.
 */
export function leaseSource(
  options: LeaseOptions,
  allowsPlain: boolean,
): Result<SourceUrl, string> | undefined {
  const told = toldBy(options);
  if (told === undefined) return undefined;
  const url = parseSourceUrl(told.url);
  if (!url.ok) return err(`${told.by} says ${JSON.stringify(told.url)}, which ${url.error}`);
  if (url.value.scheme === "https" || allowsPlain) return url;
  const where = shownSourceUrl(url.value);
  const text = `${told.by} leads to ${where}, which anybody could change on the way`;
  return err(`${text}; provisioning.allowPlain has it taken`);
}

function toldBy(options: LeaseOptions): Told | undefined {
  const { url, vendor, tftpServerName, bootFile, tftpServers } = options;
  if (url !== undefined) return { by: "DHCP option 160", url };
  const inner = vendor === undefined ? undefined : vendorUrl(vendor);
  if (inner !== undefined) return { by: "DHCP option 43", url: inner };
  if (tftpServerName !== undefined) {
    return { by: "DHCP option 66", url: withFile(tftpServerName, bootFile) };
  }
  if (bootFile !== undefined && isUrl(bootFile)) return { by: "DHCP option 67", url: bootFile };
  const [server] = tftpServers ?? [];
  if (server !== undefined) return { by: "DHCP option 150", url: withFile(server, bootFile) };
  return undefined;
}

/** A server, and the file there: a whole address stays, and a host is one that speaks TFTP. */
function withFile(server: string, file: string | undefined): string {
  if (file !== undefined && isUrl(file)) return file;
  const base = isUrl(server) ? server : `tftp://${server.includes(":") ? `[${server}]` : server}/`;
  const isFolder = base.endsWith("/") || /^[a-z]+:\/\/[^/]*$/.test(base);
  if (file === undefined || !isFolder) return base;
  return `${base.replace(/\/$/, "")}/${file.replace(/^\//, "")}`;
}

function isUrl(text: string): boolean {
  return /^[a-z]+:\/\//i.test(text);
}

/** Some have an address there as it is, others sub-options. @see RFC 2132 §8.4 */
function vendorUrl(bytes: Uint8Array): string | undefined {
  const whole = latin1FromBytes(bytes).replace(/\0+$/, "");
  if (isUrl(whole)) return whole;
  const parts = subOptions(bytes);
  const text = (code: number): string | undefined => {
    const value = parts.get(code);
    const read = value === undefined ? "" : latin1FromBytes(value).replace(/\0+$/, "");
    return /^[!-~]+$/.test(read) ? read : undefined;
  };
  for (const code of VENDOR_URL) {
    const url = text(code);
    if (url !== undefined && isUrl(url)) return url;
  }
  const name = text(VENDOR_NAME);
  return name === undefined ? undefined : withFile(name, text(VENDOR_FILE));
}

/** Code, length, value; what is torn ends it. */
function subOptions(bytes: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const parts = new Map<number, Uint8Array>();
  for (let at = 0; at + 1 < bytes.length; ) {
    const code = bytes[at] ?? 0;
    // A pad and an end have no length. @see RFC 2132 §3.1, §3.2
    if (code === 0) {
      at++;
      continue;
    }
    const length = bytes[at + 1] ?? 0;
    const end = at + 2 + length;
    if (code === 255 || end > bytes.length) break;
    if (!parts.has(code)) parts.set(code, bytes.subarray(at + 2, end));
    at = end;
  }
  return parts;
}

/** Whether a name of the zone database can be one: what is there the runtime knows. */
export function zoneOf({ zone }: LeaseOptions): Result<string, string> | undefined {
  if (zone === undefined) return undefined;
  return /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+){0,2}$/.test(zone)
    ? ok(zone)
    : err(`DHCP option 101 says ${JSON.stringify(zone)}, which is no name of a time zone`);
}
