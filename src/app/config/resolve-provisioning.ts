import { parseSourceUrl, type SourceUrl } from "../provision/source-url.ts";
import type { ConfigPath, ConfigProblem } from "./config-problem.ts";
import { readTlsFiles, type TlsFiles } from "./tls-files.ts";
import type { ReadTextFile, UserConfig } from "./user-config.ts";
import type { UserProvisioning } from "./user-provisioning.ts";

/** Once a day. */
const EVERY_S = 86_400;

/** Where a configuration is fetched from, and how its server is met. */
export interface ProvisioningSettings {
  /** As written: what was fetched by another way does not count any more. */
  readonly origin: string;
  readonly source:
    | { readonly kind: "url"; readonly url: SourceUrl }
    /** Told by DHCP: it is read each time. */
    | { readonly kind: "lease"; readonly file: string; readonly allowsPlain: boolean };
  readonly everyMs: number;
  readonly interface?: string;
  readonly credentials?: { readonly user: string; readonly password: string };
  readonly tls: TlsFiles & { readonly verify: boolean };
}

/** What tells one way to a configuration from another. */
export function originOf({ url, dhcp = "" }: UserProvisioning): string {
  return url ?? `dhcp:${dhcp}`;
}

/** Where a configuration is fetched from; undefined where from nowhere, or that is not right. */
export function resolveProvisioning(
  user: UserConfig,
  readTextFile: ReadTextFile,
  problems: ConfigProblem[],
): ProvisioningSettings | undefined {
  const written = user.provisioning;
  if (written === undefined) return undefined;
  const source = sourceOf(written, problems);
  if (source === undefined) return undefined;
  const credentials = credentialsOf(written, source, problems);
  const tls = tlsOf(written, source, readTextFile, problems);
  return {
    origin: originOf(written),
    source,
    everyMs: (written.everyS ?? EVERY_S) * 1000,
    ...(written.interface === undefined ? {} : { interface: written.interface }),
    ...(credentials === undefined ? {} : { credentials }),
    tls,
  };
}

type Source = ProvisioningSettings["source"];

function sourceOf(written: UserProvisioning, problems: ConfigProblem[]): Source | undefined {
  const { url: text, dhcp, allowPlain } = written;
  if (text === undefined && dhcp !== undefined) {
    return { kind: "lease", file: dhcp, allowsPlain: allowPlain ?? false };
  }
  if (allowPlain !== undefined) {
    const why = "is about addresses that DHCP tells, but none of those is followed here";
    problems.push({ path: ["provisioning", "allowPlain"], text: why, atKey: true });
  }
  if (text === undefined) {
    problems.push({ path: ["provisioning"], text: "needs url, or dhcp", atKey: true });
    return undefined;
  }
  const url = parseSourceUrl(text);
  if (url.ok) return { kind: "url", url: url.value };
  problems.push({ path: ["provisioning", "url"], text: url.error });
  return undefined;
}

/** Why nothing secret may go there, continuing the setting; undefined where it may. */
function whyOpen(source: Source): string | undefined {
  if (source.kind === "lease") return "is for a server that url names, not for one that DHCP tells";
  const { scheme } = source.url;
  return scheme === "https" ? undefined : `is of no use over ${scheme}: only https keeps it secret`;
}

function credentialsOf(
  { user, password }: UserProvisioning,
  source: Source,
  problems: ConfigProblem[],
): ProvisioningSettings["credentials"] {
  if (user === undefined && password === undefined) return undefined;
  if (user === undefined || password === undefined) {
    const [there, missing] = user === undefined ? ["password", "user"] : ["user", "password"];
    const text = `needs provisioning.${missing} beside it`;
    problems.push({ path: ["provisioning", there], text, atKey: true });
    return undefined;
  }
  const text = whyOpen(source);
  if (text !== undefined) {
    problems.push({ path: ["provisioning", "password"], text, atKey: true });
    return undefined;
  }
  return { user, password };
}

function tlsOf(
  written: UserProvisioning,
  source: Source,
  readTextFile: ReadTextFile,
  problems: ConfigProblem[],
): ProvisioningSettings["tls"] {
  const { tls = {} } = written;
  const path: ConfigPath = ["provisioning", "tls"];
  const why = whyOpen(source);
  if (why !== undefined && source.kind === "url" && written.tls !== undefined) {
    problems.push({ path, text: why, atKey: true });
  } else if (why !== undefined && tls.certificate !== undefined) {
    problems.push({ path: [...path, "certificate"], text: why, atKey: true });
  }
  return { verify: tls.verify ?? true, ...readTlsFiles(tls, { path, readTextFile }, problems) };
}
