import type { Result } from "../base/result.ts";
import type { ProvisioningSettings } from "./config/resolve-provisioning.ts";
import type { Fetched, FetchRequest } from "./fetch-http.ts";
import type { KeptConfig } from "./kept-provisioning.ts";
import {
  fillSourceUrl,
  type MachineNames,
  type SourceUrl,
  shownSourceUrl,
} from "./provision/source-url.ts";

/** What one look at the server needs. */
export interface LookPorts {
  readonly settings: ProvisioningSettings;
  /** Where the file is as told, with its placeholders; else why that is not known. */
  readonly source: () => Promise<Result<SourceUrl, string>>;
  /** Whom the server's files are named for. */
  readonly names: (url: SourceUrl) => Promise<MachineNames>;
  readonly agent: string;
  readonly kept: () => Promise<KeptConfig | undefined>;
  /** Whether a box could run with it; else why not, line by line. */
  readonly check: (candidate: KeptConfig) => Promise<Result<unknown, readonly string[]>>;
  readonly signal?: AbortSignal;
  readonly fetch: (url: SourceUrl, request: Omit<FetchRequest, "url">) => Promise<Fetched>;
}

/** What a look came to. */
export type Look =
  /** What is kept is what the server has. */
  | { readonly kind: "same"; readonly from: string }
  /** Another one that is good, kept nowhere yet. */
  | { readonly kind: "new"; readonly candidate: KeptConfig }
  /** It could not be fetched, or is not good; one line for each thing that is wrong. */
  | { readonly kind: "failed"; readonly problems: readonly string[]; readonly waitMs?: number };

/** Looks once what the server has for this machine, and whether that is good. Keeps nothing. */
export async function lookOnce(ports: LookPorts): Promise<Look> {
  const { settings, agent, fetch } = ports;
  const { origin } = settings;
  const template = await ports.source();
  if (!template.ok) return { kind: "failed", problems: [template.error] };
  const filled = fillSourceUrl(template.value, await ports.names(template.value));
  if (!filled.ok) {
    const what = `${filled.error} of ${shownSourceUrl(template.value)}`;
    const text = `${what} is not known on this machine; name the file another way`;
    return { kind: "failed", problems: [text] };
  }
  const url = filled.value;
  const from = shownSourceUrl(url);
  const before = await ports.kept();
  const kept = before?.origin === origin && before.from === from ? before : undefined;
  const { etag, lastModified } = kept ?? {};
  const fetched = await fetch(url, {
    ...{ settings, agent },
    ...(ports.signal === undefined ? {} : { signal: ports.signal }),
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified }),
  });
  if (fetched.kind === "failed") {
    const { why, waitMs } = fetched;
    const wait = waitMs === undefined ? {} : { waitMs };
    return { kind: "failed", problems: [`${from} ${why}`], ...wait };
  }
  if (fetched.kind === "same" || fetched.text === kept?.text) return { kind: "same", from };
  const { kind: _, ...rest } = fetched;
  const candidate: KeptConfig = { origin, from, ...rest };
  const good = await ports.check(candidate);
  return good.ok ? { kind: "new", candidate } : { kind: "failed", problems: good.error };
}
