import { lookup } from "node:dns/promises";
import { networkInterfaces } from "node:os";
import { errorCode } from "../hal/node/index.ts";
import { SIP_PORT, type WrittenRegistrar } from "./config/resolve-sip.ts";
import { type FoundAddress, localAddressOf } from "./local-address.ts";

/** This machine's addresses as a registrar can answer to them. */
export interface OwnHosts {
  readonly host: string;
  /** Beside an IPv4 one, that of IPv6. */
  readonly host6?: string;
  /**
   * Whether it is known where the registrar is. While its name servers are silent they are those of
   * the way to anywhere, which most machines have but one of.
   */
  readonly isSure: boolean;
}

/** Addresses that nobody has; nothing is sent there. @see RFC 5737, RFC 3849 */
const ANYWHERE: FoundAddress = { address: "192.0.2.1", family: 4 };
const ANYWHERE6: FoundAddress = { address: "2001:db8::1", family: 6 };

/** Asks the system for a name's address; rejects where there is none. */
export type LookUp = (name: string) => Promise<FoundAddress>;

/**
 * The addresses of this machine that packets to a registrar leave from; undefined where there is no
 * way. A name may have SRV records alone, or not be known yet: then the way to anywhere is taken.
 * @param limitMs how long a name server is waited for; as long as the system does where absent
 * @param lookUp given only by tests
 */
export async function ownHostsToward(
  { host: name, port = SIP_PORT }: WrittenRegistrar,
  limitMs?: number,
  lookUp: LookUp = lookup,
): Promise<OwnHosts | undefined> {
  const found = await limited(limitMs, addressOf(name, lookUp));
  const isSure = found !== "silent";
  const toward = typeof found === "string" ? undefined : await localAddressOf(found, port);
  const host = toward ?? (await localAddressOf(ANYWHERE, SIP_PORT));
  if (host === undefined) return undefined;
  const host6 = host.includes(":") ? undefined : await localAddressOf(ANYWHERE6, SIP_PORT);
  return { host, ...(host6 === undefined ? {} : { host6 }), isSure };
}

/** Whether an address is one of this machine's that others could reach. */
export function isOwnHost(host: string): boolean {
  return Object.values(networkInterfaces()).some((entries = []) =>
    entries.some(({ internal, address }) => !internal && address === host),
  );
}

/** A name's address; "none" where its servers say so. */
async function addressOf(name: string, lookUp: LookUp): Promise<FoundAddress | "none" | "silent"> {
  try {
    return await lookUp(name);
  } catch (error) {
    return errorCode(error) === "ENOTFOUND" ? "none" : "silent";
  }
}

/** What is found within a time; "silent" where that takes longer. */
async function limited<T>(ms: number | undefined, found: Promise<T>): Promise<T | "silent"> {
  if (ms === undefined) return found;
  let cancel = (): void => {};
  const silence = new Promise<"silent">((resolve) => {
    const timer = setTimeout(() => resolve("silent"), ms);
    cancel = () => clearTimeout(timer);
  });
  return Promise.race([found, silence]).finally(() => cancel());
}
