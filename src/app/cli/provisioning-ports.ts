import { err, ok, type Result } from "../../base/result.ts";
import { createClock, createRandom, createUdp } from "../../hal/node/index.ts";
import type { LogSink } from "../../hal/ports/log-sink.ts";
import { DATA_FOLDER } from "../config/call-records.ts";
import { fetchHttp, withinLimit } from "../fetch-http.ts";
import { fetchTftp } from "../fetch-tftp.ts";
import { type KeptConfig, readKept, writeKept } from "../kept-provisioning.ts";
import { machineNames } from "../machine-names.ts";
import { packageVersion } from "../package-files.ts";
import { leaseSource } from "../provision/lease-source.ts";
import { printSourceUrl, type SourceUrl } from "../provision/source-url.ts";
import { type LookPorts, lookOnce } from "../provision-once.ts";
import { type CheckCandidate, FollowServer } from "./follow-server.ts";
import type { ReadConfig, ReadProvisioning } from "./read-config.ts";
import { readLease } from "./read-lease.ts";

/** What looking at a server takes on this machine. */
export async function lookPorts(
  config: ReadConfig,
  { settings, kept }: ReadProvisioning,
  check: CheckCandidate,
): Promise<LookPorts> {
  const version = await packageVersion();
  return {
    settings,
    source: async () => sourceNow(settings),
    fetch: (url, request) =>
      url.scheme === "tftp"
        ? fetchTftp(url, TFTP_PORTS, withinLimit(request.signal))
        : fetchHttp({ ...request, url: printSourceUrl(url) }),
    names: (url) => machineNames(url, settings.interface, config.board.name, version),
    agent: `Tipring/${version}`,
    // What is kept and left aside is nothing to be content with: it is fetched, and judged, again.
    kept: async () => (kept === undefined ? undefined : readKept(dataFolder(config))),
    check,
  };
}

const TFTP_PORTS = { clock: createClock(), udp: createUdp() };

/** Where the configuration is as it is told now. */
function sourceNow({ source }: ReadProvisioning["settings"]): Result<SourceUrl, string> {
  if (source.kind === "url") return ok(source.url);
  const lease = readLease(source.file);
  if (!lease.ok) return lease;
  const told = leaseSource(lease.value, source.allowsPlain);
  return told ?? err(`${source.file}: DHCP tells of no configuration (options 160, 43, 66, 150)`);
}

/** Where what was fetched is kept. */
export function dataFolder({ user }: ReadConfig): string {
  return user.data ?? DATA_FOLDER;
}

/** Follows the server that a configuration names, while its box runs; undefined without one. */
export async function followServer(
  config: ReadConfig,
  check: CheckCandidate,
  log: LogSink,
  then: { readonly changed: () => void; readonly unchanged: () => void },
): Promise<FollowServer | undefined> {
  const { provisioning } = config;
  if (provisioning === undefined) return undefined;
  const ports = await lookPorts(config, provisioning, check);
  const { kept, settings } = provisioning;
  const schedule = {
    everyMs: settings.everyMs,
    chance: (createRandom().bytes(1)[0] ?? 0) / 256,
    isKept: kept !== undefined,
  };
  const following = new FollowServer(schedule, kept?.text, {
    clock: createClock(),
    log,
    look: (signal) => lookOnce({ ...ports, signal }),
    keep: (candidate: KeptConfig) => writeKept(dataFolder(config), candidate),
    kept: ports.kept,
    ...then,
  });
  following.start();
  return following;
}
