import { printAddress, type SocketAddress } from "../../../src/base/address.ts";
import { PortError, type PortFaultKind } from "../../../src/base/port-fault.ts";
import type { Udp, UdpBinding, UdpSocket } from "../../../src/hal/ports/net.ts";
import { Link } from "./link.ts";
import { type HostPaths, SimStreams } from "./sim-streams.ts";
import type { World } from "./world.ts";

/** One machine on the network. */
export interface NetworkHost {
  readonly udp: Udp;
  readonly streams: SimStreams;
  /** Its own addresses, the loopback ones apart. The first is the source of what it sends. */
  readonly addresses: readonly string[];
  /** Its sockets that are open now, in the order they were bound. */
  readonly bound: readonly SocketAddress[];
  /** Makes binds of a port fail with a fault, or (undefined) work again. */
  refuseBind(port: number, kind: PortFaultKind | undefined): void;
}

/** A socket of a host. */
export interface Bound {
  readonly binding: UdpBinding;
  readonly local: SocketAddress;
  open: boolean;
  /** To where it sent last, which is mostly where it sends next. */
  way: Way | undefined;
}

/** From a socket to an address: what is the same for every datagram. */
export interface Way {
  readonly toHost: string;
  readonly from: SocketAddress;
  /** Of the two addresses. */
  readonly key: string;
  readonly link: Link;
  /** Undefined where nobody has that address. */
  readonly target: Host | undefined;
  /** It never leaves the machine. */
  readonly isInside: boolean;
  /** A loopback address reaches nobody else. */
  readonly isBarred: boolean;
}

/** The first port that the system chooses. @see RFC 6335 §6 */
const EPHEMERAL_FIRST = 49152;
const PORT_MAX = 65535;

/** What a host needs of its network. */
interface Surroundings {
  find(address: string): Host | undefined;
  send(bound: Bound, way: Way, to: SocketAddress, bytes: Uint8Array): void;
}

/** A host as the network sees it. */
export class Host implements NetworkHost {
  readonly addresses: readonly string[];
  readonly udp: Udp;
  readonly streams: SimStreams;
  readonly #bound: Bound[] = [];
  readonly #links = new Map<string, Link>();
  readonly #refused = new Map<number, PortFaultKind>();
  readonly #world: World;
  readonly #network: Surroundings;
  #ephemeral = EPHEMERAL_FIRST;

  constructor(addresses: readonly string[], paths: HostPaths, network: Surroundings) {
    const { world } = paths;
    this.addresses = addresses;
    this.streams = new SimStreams(paths);
    this.#world = world;
    this.#network = network;
    this.udp = {
      bind: (binding) => {
        // The port is taken at once; what arrives before the promise settles finds no listener.
        const claim = world.promise(() => this.#claim(binding));
        return claim.then((bound) => {
          bound.open = true;
          return this.#socket(bound);
        });
      },
    };
  }

  /** The way from a socket to an address. */
  #wayTo(bound: Bound, to: SocketAddress): Way {
    const { local, way: known } = bound;
    const toHost = to.host;
    if (known?.toHost === toHost) return known;
    const from = isWildcard(local.host)
      ? { host: this.sourceHost(local.host, to), port: local.port }
      : local;
    const key = pairKey(from.host, toHost);
    const target = isLoopback(toHost) ? this : this.#network.find(toHost);
    const isOther = !isLoopback(toHost) && !this.addresses.includes(toHost);
    const way = {
      ...{ toHost, from, key, link: this.#link(key), target },
      isInside: isLoopback(toHost) || from.host === toHost,
      isBarred: isLoopback(from.host) && isOther,
    };
    // Somebody may yet have it.
    bound.way = target === undefined ? undefined : way;
    return way;
  }

  /** The link on which it sends between two addresses. Loopbacks of two hosts are two links. */
  #link(key: string): Link {
    const known = this.#links.get(key);
    if (known !== undefined) return known;
    const link = new Link(this.#world.random(`network ${this.addresses[0]} ${key}`));
    this.#links.set(key, link);
    return link;
  }

  get bound(): readonly SocketAddress[] {
    return this.#bound.map(({ local }) => local);
  }

  refuseBind(port: number, kind: PortFaultKind | undefined): void {
    if (kind === undefined) this.#refused.delete(port);
    else this.#refused.set(port, kind);
  }

  /** The socket that a datagram to an address of this host reaches. */
  listener(to: SocketAddress): Bound | undefined {
    for (const bound of this.#bound) {
      const { host, port } = bound.local;
      if (!bound.open || port !== to.port) continue;
      if (host === to.host || isWildcardFor(host, to.host)) return bound;
    }
    return undefined;
  }

  #claim(binding: UdpBinding): Bound {
    const { host } = binding;
    const fail = (kind: PortFaultKind, advice: string): never => {
      throw new PortError({ kind, what: `UDP socket on ${printAddress(binding)}`, advice });
    };
    if (!this.has(host)) {
      fail("not-found", `Bind an address of this machine: ${this.addresses.join(", ")}.`);
    }
    const refused = this.#refused.get(binding.port);
    if (refused !== undefined) fail(refused, "The simulated network was told to refuse it.");
    if (!Number.isInteger(binding.port) || binding.port < 0 || binding.port > PORT_MAX) {
      fail("io", `A port is a whole number from 0 to ${PORT_MAX}.`);
    }
    const port = binding.port === 0 ? this.#freePort(host) : binding.port;
    if (port === undefined || this.#taken(host, port)) {
      return fail("in-use", "Stop the program that has the port or choose another port.");
    }
    const bound = { binding, local: { host, port }, open: false, way: undefined };
    this.#bound.push(bound);
    return bound;
  }

  #socket(bound: Bound): UdpSocket {
    return {
      local: bound.local,
      send: (payload, to) => {
        if (!bound.open) return;
        this.#network.send(bound, this.#wayTo(bound, to), to, payload);
      },
      close: () => {
        bound.open = false;
        const at = this.#bound.indexOf(bound);
        if (at >= 0) this.#bound.splice(at, 1);
      },
    };
  }

  /** Whether it can be reached at that address, a wildcard included. */
  has(host: string): boolean {
    return isWildcard(host) || isLoopback(host) || this.addresses.includes(host);
  }

  /** The address that what goes to another one leaves from. */
  sourceHost(local: string, to: SocketAddress): string {
    if (!isWildcard(local)) return local;
    if (isLoopback(to.host)) return to.host;
    const isIpv6 = to.host.includes(":");
    return this.addresses.find((each) => each.includes(":") === isIpv6) ?? local;
  }

  #taken(host: string, port: number): boolean {
    return this.#bound.some(
      ({ local }) =>
        local.port === port &&
        (local.host === host || isWildcardFor(local.host, host) || isWildcardFor(host, local.host)),
    );
  }

  #freePort(host: string): number | undefined {
    for (let tries = EPHEMERAL_FIRST; tries <= PORT_MAX; tries++) {
      const port = this.#ephemeral;
      this.#ephemeral = port === PORT_MAX ? EPHEMERAL_FIRST : port + 1;
      if (!this.#taken(host, port)) return port;
    }
    return undefined;
  }
}

/** Whether an address is one that every host has for itself. */
export function isLoopback(host: string): boolean {
  return host.startsWith("127.") || host === "::1";
}

function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

/** Whether a socket bound to `local` also has the address `host`. `::` has both families. */
function isWildcardFor(local: string, host: string): boolean {
  return local === "::" || (local === "0.0.0.0" && !host.includes(":"));
}

/** The key of the way from one address to another. */
export function pairKey(from: string, to: string): string {
  return `${from}>${to}`;
}
