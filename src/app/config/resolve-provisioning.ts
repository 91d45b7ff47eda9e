import { parseSourceUrl, type SourceUrl } from "../provision/source-url.ts";
import type { ConfigPath, ConfigProblem } from "./config-problem.ts";
import type { ReadTextFile, UserConfig } from "./user-config.ts";

/** Once a day. */
const EVERY_S = 86_400;

/** Where a configuration is fetched from, and how its server is met. */
export interface ProvisioningSettings {
  /** As written: what was fetched from elsewhere does not count any more. */
  readonly origin: string;
  readonly url: SourceUrl;
  readonly everyMs: number;
  readonly interface?: string;
  readonly credentials?: { readonly user: string; readonly password: string };
  readonly tls: {
    readonly verify: boolean;
    readonly authorities?: string;
    readonly identity?: { readonly certificate: string; readonly key: string };
  };
}

/** Where a configuration is fetched from; undefined where from nowhere, or that is not right. */
export function resolveProvisioning(
  user: UserConfig,
  readTextFile: ReadTextFile,
  problems: ConfigProblem[],
): ProvisioningSettings | undefined {
  const written = user.provisioning;
  if (written === undefined) return undefined;
  const at = (key: string): ConfigPath => ["provisioning", key];
  if (written.url === undefined) {
    problems.push({ path: at("url"), text: "is missing" });
    return undefined;
  }
  const url = parseSourceUrl(written.url);
  if (!url.ok) {
    problems.push({ path: at("url"), text: url.error });
    return undefined;
  }
  if (url.value.scheme === "tftp") {
    problems.push({ path: at("url"), text: "begins with tftp; there are https and http" });
    return undefined;
  }
  const credentials = credentialsOf(user, url.value, problems);
  const tls = tlsOf(user, url.value, readTextFile, problems);
  return {
    origin: written.url,
    url: url.value,
    everyMs: (written.everyS ?? EVERY_S) * 1000,
    ...(written.interface === undefined ? {} : { interface: written.interface }),
    ...(credentials === undefined ? {} : { credentials }),
    tls,
  };
}

function credentialsOf(
  { provisioning = {} }: UserConfig,
  { scheme }: SourceUrl,
  problems: ConfigProblem[],
): ProvisioningSettings["credentials"] {
  const { user, password } = provisioning;
  if (user === undefined && password === undefined) return undefined;
  if (user === undefined || password === undefined) {
    const [there, missing] = user === undefined ? ["password", "user"] : ["user", "password"];
    const text = `needs provisioning.${missing} beside it`;
    problems.push({ path: ["provisioning", there], text, atKey: true });
    return undefined;
  }
  if (scheme !== "https") {
    const text = `would be readable on the way over ${scheme}; it is sent over https alone`;
    problems.push({ path: ["provisioning", "password"], text, atKey: true });
    return undefined;
  }
  return { user, password };
}

function tlsOf(
  { provisioning = {} }: UserConfig,
  { scheme }: SourceUrl,
  readTextFile: ReadTextFile,
  problems: ConfigProblem[],
): ProvisioningSettings["tls"] {
  const { tls = {} } = provisioning;
  const path: ConfigPath = ["provisioning", "tls"];
  if (provisioning.tls !== undefined && scheme !== "https") {
    problems.push({ path, text: `is of no use over ${scheme}`, atKey: true });
  }
  const read = (key: "ca" | "certificate" | "key"): string | undefined => {
    const file = tls[key];
    if (file === undefined) return undefined;
    const text = readTextFile(file);
    const wanted = key === "key" ? "PRIVATE KEY" : "CERTIFICATE";
    if (text.ok && new RegExp(`-----BEGIN (?:[A-Z0-9]+ )*${wanted}-----`).test(text.value)) {
      return text.value;
    }
    const why = text.ok ? `, which is no ${wanted.toLowerCase()} in PEM` : `: ${text.error}`;
    problems.push({ path: [...path, key], text: `names ${file}${why}` });
    return undefined;
  };
  const authorities = read("ca");
  const certificate = read("certificate");
  const key = read("key");
  if ((tls.certificate === undefined) !== (tls.key === undefined)) {
    const [there, missing] =
      tls.key === undefined ? ["certificate", "key"] : ["key", "certificate"];
    const text = `needs provisioning.tls.${missing} beside it`;
    problems.push({ path: [...path, there ?? ""], text, atKey: true });
  }
  return {
    verify: tls.verify ?? true,
    ...(authorities === undefined ? {} : { authorities }),
    ...(certificate === undefined || key === undefined ? {} : { identity: { certificate, key } }),
  };
}
