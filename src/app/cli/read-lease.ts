import { readFileSync } from "node:fs";
import { err, ok, type Result } from "../../base/result.ts";
import { errorText } from "../../base/thrown.ts";
import { errorCode } from "../../hal/node/index.ts";
import { parseRegistrar } from "../config/resolve-sip.ts";
import type { UserConfig } from "../config/user-config.ts";
import { isAddress } from "../config/written-host.ts";
import { type LeaseOptions, parseLease } from "../provision/lease.ts";
import { zoneOf } from "../provision/lease-source.ts";

/** What a DHCP client has left in a file; the error says what is wrong with that. */
export function readLease(file: string): Result<LeaseOptions, string> {
  try {
    return ok(parseLease(readFileSync(file, "latin1")));
  } catch (error) {
    if (errorCode(error) !== "ENOENT") return err(`${file}: cannot be read: ${errorText(error)}`);
    const advice = "the DHCP client's hook writes it, see docs/provisioning.md";
    return err(`${file}: is not there yet; ${advice}`);
  }
}

/** What DHCP has told by now, where the configuration has that read. */
export function leaseOf({ provisioning }: UserConfig): LeaseOptions | undefined {
  if (provisioning?.dhcp === undefined) return undefined;
  const lease = readLease(provisioning.dhcp);
  return lease.ok ? lease.value : undefined;
}

/**
 * The configuration with the SIP servers of option 120 where it names no registrar and sets up no
 * exchange. What is no server is left out: who wrote none has nothing to put right.
 */
export function withLeaseServers(user: UserConfig, lease: LeaseOptions | undefined): UserConfig {
  const isExchange = Object.keys(user.exchange ?? {}).length > 0;
  if (user.registrar !== undefined || isExchange) return user;
  const told = (lease?.sipServers ?? []).map((one) => (isAddress(one, 6) ? `[${one}]` : one));
  const [registrar, ...backups] = told.filter((one) => parseRegistrar(one) !== undefined);
  if (registrar === undefined) return user;
  // Proxies that are written are the ways there are to a registrar.
  const hasBackups = backups.length > 0 && user.outboundProxies === undefined;
  return { ...user, registrar, ...(hasBackups ? { registrarBackups: backups } : {}) };
}

/**
 * Has this process live in the time zone of option 101, unless it was told one in TZ. What is wrong
 * with it comes back.
 */
export function liveInZone(
  lease: LeaseOptions | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): readonly string[] {
  const zone = lease === undefined ? undefined : zoneOf(lease);
  if (zone === undefined || environment["TZ"] !== undefined) return [];
  if (!zone.ok) return [zone.error];
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone.value });
  } catch {
    return [`DHCP option 101 says ${JSON.stringify(zone.value)}, which no zone here is called`];
  }
  environment["TZ"] = zone.value;
  return [];
}

/** What DHCP told beside the place of a configuration, as a person reads it. */
export function leaseWords(lease: LeaseOptions): readonly string[] {
  const { ntpServers, posixZone, zone, sipServers } = lease;
  const told: [string, string | undefined][] = [
    ["time servers (for this machine's clock, not for us)", ntpServers?.join(", ")],
    ["time zone", zone ?? (posixZone === undefined ? undefined : `${posixZone} (not used)`)],
    ["SIP servers", sipServers?.join(", ")],
  ];
  return told.flatMap(([what, value]) => (value === undefined ? [] : [`DHCP: ${what} ${value}`]));
}
