import type { NaptrRecord, SrvRecord } from "../../base/dns.ts";
import type { SipAddress, SipHop, SipTransport } from "../user-agent-types.ts";
import { orderSrv } from "./srv-order.ts";

/** What may be asked of the name service. */
export type DnsQuestion =
  | { readonly record: "address"; readonly name: string }
  | { readonly record: "srv"; readonly name: string }
  | { readonly record: "naptr"; readonly name: string };

/** What was answered so far; `undefined` is not answered yet, an empty list is nothing there. */
export interface KnownRecords {
  addresses(name: string): readonly string[] | undefined;
  srv(name: string): readonly SrvRecord[] | undefined;
  naptr(name: string): readonly NaptrRecord[] | undefined;
}

/** What one look at a plan comes to. */
export type LocationStep =
  /** These have to be asked first, all at once. */
  | { readonly kind: "ask"; readonly questions: readonly DnsQuestion[] }
  /** In the order in which they are to be tried; empty where there is no way. */
  | { readonly kind: "located"; readonly addresses: readonly SipAddress[] };

/** Hosts that one name's SRV records may bring. */
export const SRV_TARGETS_MAX = 8;
/** Addresses of one host that are tried. */
const ADDRESSES_MAX = 8;
/** Addresses that one hop may come to. */
export const CANDIDATES_MAX = 24;

/** The services of NAPTR records that we can follow. @see RFC 3263 §4.1 */
const SERVICES: Readonly<Record<string, SipTransport>> = {
  "sip+d2u": "udp",
  "sip+d2t": "tcp",
  "sips+d2t": "tls",
};

/** The name under which SRV records of a transport stand. @see RFC 3263 §4.1 */
const SRV_PREFIX: Readonly<Record<Exclude<SipTransport, "memory">, string>> = {
  udp: "_sip._udp.",
  tcp: "_sip._tcp.",
  tls: "_sips._tcp.",
};

/** The name of STUN's SRV records over UDP. @see RFC 8489 §8 */
const STUN_SRV_PREFIX = "_stun._udp.";
/** The port of STUN where no records say another. @see RFC 8489 §18.6 */
export const STUN_PORT = 3478;

/** @see RFC 3261 §19.1.1 */
export function defaultPort(transport: SipTransport): number {
  if (transport === "memory") return 0;
  return transport === "tls" ? 5061 : 5060;
}

/** A host that is to be reached on one transport and port. */
interface Target {
  readonly transport: SipTransport;
  readonly host: string;
  readonly port: number;
}

/**
 * The plan of RFC 3263 as a function of what is known: hand in more answers until it says
 * `located`. What could be needed is asked at once rather than one after the other, so that a slow
 * name service costs one wait and not four.
 *
 *     transport and port given        address
 *     transport given                 SRV, else address and the default port
 *     port given                      address, UDP (TLS where `sips:`)
 *     neither                         NAPTR, SRV, else address, UDP and the default port
 *
 * @param transports those we have, the one we like best first
 * @see RFC 3263 §4.1 and §4.2
 */
export function locationStep(
  hop: SipHop,
  transports: readonly SipTransport[],
  known: KnownRecords,
  draw: (drawing: number) => number,
): LocationStep {
  const questions: DnsQuestion[] = [];
  const need = <T>(question: DnsQuestion, answer: T | undefined): T | undefined => {
    if (answer === undefined) questions.push(question);
    return answer;
  };
  const srv = (name: string) => need({ record: "srv", name }, known.srv(name));
  const addresses = (name: string) => need({ record: "address", name }, known.addresses(name));
  const targets = targetsOf(hop, transports, srv, (name) =>
    need({ record: "naptr", name }, known.naptr(name)),
  );
  if (targets === undefined) {
    // Most probably it will be wanted; where it is not, nobody waits for it.
    addresses(hop.host);
    return { kind: "ask", questions };
  }
  const ordered = targets.flatMap((target) => orderTargets(target, hop, draw));
  const hosts = ordered.slice(0, SRV_TARGETS_MAX);
  const found: SipAddress[] = [];
  for (const { transport, host, port } of hosts) {
    for (const address of (addresses(host) ?? []).slice(0, ADDRESSES_MAX)) {
      const name = transport === "tls" ? { serverName: hop.serverName ?? hop.host } : {};
      found.push({ transport, host: address, port, ...name });
    }
  }
  if (questions.length > 0) return { kind: "ask", questions };
  return { kind: "located", addresses: found.slice(0, CANDIDATES_MAX) };
}

/** SRV records of one transport; or none, and the host itself. */
interface Service {
  readonly transport: SipTransport;
  readonly records: readonly SrvRecord[];
}

function orderTargets(
  { transport, records }: Service,
  hop: SipHop,
  draw: (drawing: number) => number,
): readonly Target[] {
  if (records.length === 0) {
    const port = hop.service === "stun" ? STUN_PORT : defaultPort(transport);
    return [{ transport, host: hop.host, port: hop.port ?? port }];
  }
  return orderSrv(records, draw)
    .filter(({ target }) => target !== "" && target !== ".")
    .map(({ target, port }) => ({ transport, host: nameOf(target), port }));
}

/** The services to be tried, the best first; `undefined` while answers are missing. */
function targetsOf(
  hop: SipHop,
  transports: readonly SipTransport[],
  srv: (name: string) => readonly SrvRecord[] | undefined,
  naptr: (name: string) => readonly NaptrRecord[] | undefined,
): readonly Service[] | undefined {
  const { host, port, transport, secure = false } = hop;
  const plain = { transport: transport ?? (secure ? "tls" : "udp"), records: [] } as const;
  if (port !== undefined) return [plain];
  const srvOf = (one: SipTransport) => {
    if (one === "memory") return [];
    return srv((hop.service === "stun" ? STUN_SRV_PREFIX : SRV_PREFIX[one]) + host);
  };
  if (transport !== undefined) {
    const records = srvOf(transport);
    return records === undefined ? undefined : [{ transport, records }];
  }
  const usable = transports.filter((one) => (secure ? one === "tls" : one !== "memory"));
  const services = naptr(host);
  // Asked for beside the NAPTR records: nearly nobody has those.
  const bare = usable.map((one) => ({ transport: one, records: srvOf(one) }));
  if (services === undefined) return undefined;
  const named = servicesOf(services, usable);
  const found = named.map(({ transport: one, name }) => ({ transport: one, records: srv(name) }));
  const chosen = found.length > 0 ? found : bare;
  const known = chosen.flatMap(({ transport: one, records }) =>
    records === undefined ? [] : [{ transport: one, records }],
  );
  if (known.length < chosen.length) return undefined;
  const withRecords = known.filter(({ records }) => records.length > 0);
  return withRecords.length > 0 ? withRecords : [plain];
}

function servicesOf(
  records: readonly NaptrRecord[],
  usable: readonly SipTransport[],
): readonly { readonly transport: SipTransport; readonly name: string }[] {
  return records
    .toSorted((a, b) => a.order - b.order || a.preference - b.preference)
    .flatMap(({ flags, service, replacement }) => {
      const transport = SERVICES[service.toLowerCase()];
      if (flags.toLowerCase() !== "s" || transport === undefined) return [];
      return usable.includes(transport) ? [{ transport, name: nameOf(replacement) }] : [];
    })
    .slice(0, usable.length);
}

function nameOf(text: string): string {
  return text.toLowerCase().replace(/\.$/, "");
}
