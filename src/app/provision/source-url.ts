import { err, ok, type Result } from "../../base/result.ts";

/** How a configuration is fetched. */
export type SourceScheme = "https" | "http" | "tftp";

/** Where a configuration is fetched from: an address, its path with placeholders perhaps. */
export interface SourceUrl {
  readonly scheme: SourceScheme;
  /** A name or an address; one of IPv6 without its brackets. */
  readonly host: string;
  readonly port: number;
  /** From its first "/" on, the query included. */
  readonly path: string;
}

/** What stands in the place of the placeholders; what is not known is undefined. */
export interface MachineNames {
  /** Twelve lower-case hexadecimal digits. */
  readonly mac: string | undefined;
  readonly serial: string | undefined;
  /** The board's name. */
  readonly model: string;
  readonly version: string;
}

const PORTS = { https: 443, http: 80, tftp: 69 } as const;

/** The longest address that is taken, characters. */
export const URL_MAX_CHARS = 500;

/** What an address that ends with "/" goes on with. */
const DEFAULT_FILE_NAME = "tipring-{mac}.yaml";

/** What each placeholder stands for. */
const PLACEHOLDERS: Readonly<Record<string, (names: MachineNames) => string | undefined>> = {
  mac: ({ mac }) => mac,
  MAC: ({ mac }) => mac?.toUpperCase(),
  "mac-": ({ mac }) => pairs(mac, "-"),
  "mac:": ({ mac }) => pairs(mac, ":"),
  serial: ({ serial }) => serial,
  model: ({ model }) => model,
  version: ({ version }) => version,
};

const PARTS =
  /^(https?|tftp):\/\/(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?(\/[!-~]*)?$/;

/** Reads an address as it is written; the error continues "it …". */
export function parseSourceUrl(text: string): Result<SourceUrl, string> {
  if (text.length > URL_MAX_CHARS) return err(`has more than ${URL_MAX_CHARS} characters`);
  if (/^[a-z]+:\/\/[^/]*@/i.test(text)) {
    return err("names a user: write that in provisioning.user and provisioning.password");
  }
  const parts = PARTS.exec(text);
  if (parts === null) {
    return err("must be an address like https://config.example.net/tipring/{mac}.yaml");
  }
  const [, scheme, address, name, digits, path = "/"] = parts;
  const host = address ?? name;
  if (host === undefined || (scheme !== "https" && scheme !== "http" && scheme !== "tftp")) {
    return err("names no host");
  }
  const port = digits === undefined ? PORTS[scheme] : Number(digits);
  if (port < 1 || port > 65_535) return err("has a port that is none");
  if (path.includes("#")) return err('holds "#", which is never sent to a server');
  for (const [, placeholder = ""] of path.matchAll(/\{([^{}]*)\}/g)) {
    if (Object.hasOwn(PLACEHOLDERS, placeholder)) continue;
    const known = Object.keys(PLACEHOLDERS).map((one) => `{${one}}`);
    return err(`holds {${placeholder}}; there are ${known.join(", ")}`);
  }
  return ok({ scheme, host, port, path: path.replace(/\/(?=\?|$)/, `/${DEFAULT_FILE_NAME}`) });
}

/** The address of this machine's file; the error says which placeholder nothing is known for. */
export function fillSourceUrl(url: SourceUrl, names: MachineNames): Result<SourceUrl, string> {
  let missing: string | undefined;
  const path = url.path.replace(/\{([^{}]*)\}/g, (whole, placeholder: string) => {
    const value = PLACEHOLDERS[placeholder]?.(names);
    if (value === undefined) missing ??= whole;
    return encodeURIComponent(value ?? "");
  });
  return missing === undefined ? ok({ ...url, path }) : err(missing);
}

/** As it is fetched, whole. */
export function printSourceUrl({ scheme, host, port, path }: SourceUrl): string {
  const bracketed = host.includes(":") ? `[${host}]` : host;
  const at = port === PORTS[scheme] ? bracketed : `${bracketed}:${port}`;
  return `${scheme}://${at}${path}`;
}

/** As it is shown: what stands behind "?" may be a secret. */
export function shownSourceUrl(url: SourceUrl): string {
  const [path = ""] = url.path.split("?");
  return printSourceUrl({ ...url, path: path === url.path ? path : `${path}?…` });
}

function pairs(mac: string | undefined, between: string): string | undefined {
  return mac?.match(/../g)?.join(between);
}
