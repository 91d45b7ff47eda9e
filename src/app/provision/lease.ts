import { latin1FromBytes } from "../../base/bytes.ts";
import { parseOption120 } from "../config/option-120.ts";

/** The largest text that is read, characters. */
const LEASE_MAX_CHARS = 65_536;

/** The most servers that are taken of one option. */
const SERVERS_MAX = 8;

/** The longest value that is taken, characters: an option of DHCP has 255 bytes. */
const VALUE_MAX = 1024;

/** What DHCP has told of where a configuration is, and of what else concerns a telephone. */
export interface LeaseOptions {
  /** 66: a name, or an address by HTTP as telephones' makers have it. */
  readonly tftpServerName?: string;
  /** 67 */
  readonly bootFile?: string;
  /** 150 */
  readonly tftpServers?: readonly string[];
  /** 160 */
  readonly url?: string;
  /** 43 */
  readonly vendor?: Uint8Array;
  /** 42 */
  readonly ntpServers?: readonly string[];
  /** 100, as POSIX has it. */
  readonly posixZone?: string;
  /** 101, a name of the zone database. */
  readonly zone?: string;
  /** 120, the best first. */
  readonly sipServers?: readonly string[];
}

type Code = 42 | 43 | 66 | 67 | 100 | 101 | 120 | 150 | 160;

/**
 * What DHCP clients call the options: ISC's dhclient 4.4 (who knows 160 by its first use), dhcpcd
 * 9, NetworkManager's own and systemd-networkd; and what docs/provisioning.md has them called.
 */
const NAMES: Readonly<Record<string, Code>> = {
  ntp_servers: 42,
  ntp: 42,
  vendor_encapsulated_options: 43,
  vendor_specific: 43,
  tftp_server_name: 66,
  bootfile_name: 67,
  pcode: 100,
  posix_timezone: 100,
  tcode: 101,
  tzdb_timezone: 101,
  timezone: 101,
  sip_server: 120,
  sip: 120,
  tftp_server_address: 150,
  tftp_servers: 150,
  provisioning_url: 160,
  v4_captive_portal: 160,
};

const CODES: readonly number[] = Object.values(NAMES);

/** A value as a client gave it: as text, or as the bytes that came. */
type Value = { readonly text: string } | { readonly bytes: Uint8Array };

/**
 * Reads what a DHCP client has told its hook, or keeps in a file: lines of `name=value`, of which
 * those are taken whose names are known. Of `option_66` and `unknown_66` the value is hexadecimal.
 * Any text gives something; what cannot be read is left out.
 */
export function parseLease(text: string): LeaseOptions {
  const values = new Map<number, Value>();
  for (const line of text.slice(0, LEASE_MAX_CHARS).split(/\r?\n/)) {
    const [, name = "", quoted = ""] = /^(?:new_|DHCP4_)?([A-Za-z0-9_]+)=(.*)$/.exec(line) ?? [];
    const value = quoted.replace(/^(['"])(.*)\1$/, "$2").trim();
    if (value === "" || value.length > VALUE_MAX) continue;
    const key = name.toLowerCase();
    const raw = /^(?:option|unknown)_(\d{1,3})$/.exec(key)?.[1];
    const code =
      raw === undefined ? (Object.hasOwn(NAMES, key) ? NAMES[key] : undefined) : Number(raw);
    if (code === undefined || !CODES.includes(code) || values.has(code)) continue;
    const bytes = raw !== undefined || code === 43 ? bytesFromHex(value) : undefined;
    if (bytes !== undefined) values.set(code, { bytes });
    else if (raw === undefined) values.set(code, { text: value });
  }
  return optionsOf(values);
}

function optionsOf(values: ReadonlyMap<number, Value>): LeaseOptions {
  const text = (code: Code): string | undefined => textOf(values.get(code));
  const servers = (code: Code): readonly string[] | undefined => addressesOf(values.get(code));
  const vendor = values.get(43);
  const found = {
    tftpServerName: text(66),
    bootFile: text(67),
    tftpServers: servers(150),
    url: text(160),
    vendor: vendor === undefined ? undefined : vendorOf(vendor),
    ntpServers: servers(42),
    posixZone: text(100),
    zone: text(101),
    sipServers: sipServersOf(values.get(120)),
  };
  // What is not there is left out: the shape has no undefined.
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/** Bytes in hexadecimal, with or without colons, each of one or two digits where there are some. */
function bytesFromHex(text: string): Uint8Array | undefined {
  const digits = text.includes(":")
    ? text.split(":").map((one) => one.padStart(2, "0"))
    : text.match(/../g);
  const isHex = digits?.every((one) => /^[0-9A-Fa-f]{2}$/.test(one)) === true;
  if (!isHex || (!text.includes(":") && text.length % 2 !== 0)) return undefined;
  return Uint8Array.from(digits, (one) => Number.parseInt(one, 16));
}

function textOf(value: Value | undefined): string | undefined {
  if (value === undefined) return undefined;
  const text = "text" in value ? value.text : latin1FromBytes(value.bytes).replace(/\0+$/, "");
  return /^[!-~]+$/.test(text) ? text : undefined;
}

function addressesOf(value: Value | undefined): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const all =
    "text" in value
      ? value.text.split(/[\s,]+/)
      : Array.from({ length: Math.floor(value.bytes.length / 4) }, (_, at) =>
          value.bytes.subarray(at * 4, at * 4 + 4).join("."),
        );
  const good = all.filter((one) => /^[A-Za-z0-9.:-]{1,253}$/.test(one)).slice(0, SERVERS_MAX);
  return good.length === 0 ? undefined : good;
}

function sipServersOf(value: Value | undefined): readonly string[] | undefined {
  if (value === undefined || "text" in value) return addressesOf(value);
  const hex = Array.from(value.bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const servers = parseOption120(hex);
  return servers.ok ? servers.value : undefined;
}

function vendorOf(value: Value): Uint8Array {
  return "bytes" in value
    ? value.bytes
    : Uint8Array.from(value.text, (one) => one.charCodeAt(0) & 0xff);
}
