import { printAddress, type SocketAddress } from "../../../src/base/address.ts";
import { invariant } from "../../../src/base/invariant.ts";
import { PortError, type PortFault, type PortFaultKind } from "../../../src/base/port-fault.ts";
import type { Udp, UdpBinding, UdpSocket } from "../../../src/hal/ports/net.ts";
import { Copies, LentBytes } from "./datagram-copies.ts";
import { Link, type LinkConditions, PERFECT_LINK } from "./link.ts";
import { type HostPaths, SimStreams } from "./sim-streams.ts";
import type { World } from "./world.ts";

/** Why a datagram never reached a program. */
export type DatagramLoss = "link" | "partition" | "no-such-host" | "no-listener";

/** What a tap is told of a datagram. `payload` is borrowed. */
export interface DatagramEvent {
  readonly kind: "datagram-sent" | "datagram-delivered" | "datagram-lost";
  readonly atMs: number;
  readonly from: SocketAddress;
  readonly to: SocketAddress;
  readonly payload: Uint8Array;
  /** Only of `datagram-lost`. */
  readonly why?: DatagramLoss;
}

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

interface Bound {
  readonly binding: UdpBinding;
  readonly local: SocketAddress;
  open: boolean;
}

/** @see RFC 768: 65535 less the heads of IPv4 and UDP. */
const PAYLOAD_MAX_BYTES = 65507;
/** The first port that the system chooses. @see RFC 6335 §6 */
const EPHEMERAL_FIRST = 49152;
const PORT_MAX = 65535;

/**
 * A network of hosts known by address text. Everyone reaches everyone, through a link for each
 * direction of each pair; a host's loopback addresses are its own. A datagram to a port where
 * nobody listens is lost without a word, as with an unconnected socket.
 */
export class VirtualNetwork {
  readonly #world: World;
  readonly #hosts = new Map<string, Host>();
  readonly #conditions = new Map<string, LinkConditions>();
  readonly #partitions = new Set<string>();
  readonly #unreachable = new Set<string>();
  readonly #taps = new Set<(event: DatagramEvent) => void>();
  readonly #copies = new Copies();
  readonly #lent = new LentBytes();
  #anyConditions: LinkConditions;

  constructor(world: World, conditions: Partial<LinkConditions> = {}) {
    this.#world = world;
    this.#anyConditions = { ...PERFECT_LINK, ...conditions };
  }

  /** The host of that address, made where it is new. More addresses only for a new one. */
  host(address: string, ...more: readonly string[]): NetworkHost {
    const known = this.#hosts.get(address);
    if (known !== undefined) return known;
    const addresses = [address, ...more];
    const host: Host = new Host(
      this.#world,
      addresses,
      (from, to, bytes, bound) => this.#send(host, from, to, bytes, bound),
      this.#streamPaths(() => host),
    );
    for (const each of addresses) {
      invariant(!isLoopback(each), `${each} is a loopback address: every host has it`);
      invariant(!this.#hosts.has(each), `${each} is another host's`);
      this.#hosts.set(each, host);
    }
    return host;
  }

  /** Conditions of every link that has none of its own; what is left out is as before. */
  setConditions(conditions: Partial<LinkConditions>): void {
    this.#anyConditions = { ...this.#anyConditions, ...conditions };
  }

  /**
   * Conditions between two addresses, both ways, from now on; what is left out is as of every
   * link. `127.0.0.1` with itself is the loopback of every host, perfect unless told.
   */
  setLink(a: string, b: string, conditions: Partial<LinkConditions>): void {
    const base = a === b ? PERFECT_LINK : this.#anyConditions;
    for (const key of [pairKey(a, b), pairKey(b, a)]) {
      this.#conditions.set(key, { ...base, ...conditions });
    }
  }

  /** Cuts two addresses off from each other, what is under way included, or joins them again. */
  setPartition(a: string, b: string, cut: boolean): void {
    for (const key of [pairKey(a, b), pairKey(b, a)]) {
      if (cut) this.#partitions.add(key);
      else this.#partitions.delete(key);
    }
  }

  /** Makes sending to an address fail with `unreachable`, for everyone. */
  setUnreachable(address: string, unreachable: boolean): void {
    if (unreachable) this.#unreachable.add(address);
    else this.#unreachable.delete(address);
  }

  /** Breaks the streams between a host and another one (all of them where none is named). */
  resetStreams(host: string, peer?: string): void {
    this.#hosts.get(host)?.streams.reset(peer);
  }

  /** Shows every datagram to `tap` until the returned function is called. */
  tap(tap: (event: DatagramEvent) => void): () => void {
    this.#taps.add(tap);
    return () => this.#taps.delete(tap);
  }

  /** Has a datagram arrive now that names whom it likes as its sender. */
  forge(from: SocketAddress, to: SocketAddress, payload: Uint8Array): void {
    const target = this.#hosts.get(to.host);
    if (target !== undefined) this.#deliver(target, { from, to, payload });
  }

  #streamPaths(host: () => Host): HostPaths {
    return {
      world: this.#world,
      conditionsOf: (from, to) => this.#conditionsOf(pairKey(from.host, to.host), from, to),
      isCut: (from, to) => this.#partitions.has(pairKey(from.host, to.host)),
      find: (address) => (isLoopback(address) ? host() : this.#hosts.get(address))?.streams,
      isUnreachable: (address) => this.#unreachable.has(address),
      sourceHost: (local, to) => host().sourceHost(local, to),
      has: (address) => host().has(address),
    };
  }

  #tell(event: DatagramEvent): void {
    for (const tap of this.#taps) tap(event);
  }

  #lose({ from, to, payload }: Flight, why: DatagramLoss): void {
    const atMs = this.#world.clock.nowMs();
    this.#tell({ kind: "datagram-lost", atMs, from, to, payload, why });
  }

  #send(host: Host, from: SocketAddress, to: SocketAddress, bytes: Uint8Array, bound: Bound): void {
    const clock = this.#world.clock;
    const fault = this.#sendFault(host, from, to, bytes);
    if (fault !== undefined) {
      clock.at(clock.nowMs(), () => {
        if (bound.open) bound.binding.onFault(fault, to);
      });
      return;
    }
    const payload = this.#copies.copy(bytes);
    const flight: Flight = { from, to, payload };
    const nowMs = clock.nowMs();
    this.#tell({ kind: "datagram-sent", atMs: nowMs, from, to, payload });
    const target = isLoopback(to.host) ? host : this.#hosts.get(to.host);
    const key = host.pairKey(from.host, to.host);
    const cut = this.#partitions.size > 0 && this.#partitions.has(key);
    if (target === undefined || cut) {
      this.#lose(flight, cut ? "partition" : "no-such-host");
      return;
    }
    const conditions = this.#conditionsOf(key, from, to);
    const arrivals = host.link(key, this.#world).arrivalsMs(nowMs, conditions);
    if (arrivals.length === 0) this.#lose(flight, "link");
    for (const atMs of arrivals) clock.at(atMs, () => this.#deliver(target, flight));
  }

  #sendFault(
    host: Host,
    from: SocketAddress,
    to: SocketAddress,
    bytes: Uint8Array,
  ): PortFault | undefined {
    const fault = (kind: PortFaultKind, advice: string): PortFault => {
      return { kind, what: `datagram of ${bytes.length} bytes to ${printAddress(to)}`, advice };
    };
    if (bytes.length > PAYLOAD_MAX_BYTES) {
      return fault("io", `Send ${PAYLOAD_MAX_BYTES} bytes at most.`);
    }
    if (this.#unreachable.size > 0 && this.#unreachable.has(to.host)) {
      return fault("unreachable", "Check the way to that network.");
    }
    if (isLoopback(from.host) && !isLoopback(to.host) && !host.addresses.includes(to.host)) {
      return fault("unreachable", "Bind an address that others can reach.");
    }
    return undefined;
  }

  #deliver(target: Host, flight: Flight): void {
    const { from, to, payload } = flight;
    const cut = this.#partitions.size > 0 && this.#partitions.has(pairKey(from.host, to.host));
    const bound = target.listener(to);
    if (bound === undefined || cut) {
      this.#lose(flight, cut ? "partition" : "no-listener");
      return;
    }
    const atMs = this.#world.clock.nowMs();
    this.#tell({ kind: "datagram-delivered", atMs, from, to, payload });
    // Each listener is lent bytes of its own: one that writes into them spoils nobody's.
    bound.binding.onDatagram(this.#lent.copy(payload), from);
  }

  #conditionsOf(key: string, from: SocketAddress, to: SocketAddress): LinkConditions {
    const inside = isLoopback(to.host) || from.host === to.host;
    const own = this.#conditions.size > 0 ? this.#conditions.get(key) : undefined;
    return own ?? (inside ? PERFECT_LINK : this.#anyConditions);
  }
}

/** A datagram on its way. */
type Flight = Pick<DatagramEvent, "from" | "to" | "payload">;

type Send = (from: SocketAddress, to: SocketAddress, bytes: Uint8Array, bound: Bound) => void;

class Host implements NetworkHost {
  readonly addresses: readonly string[];
  readonly udp: Udp;
  readonly streams: SimStreams;
  readonly #bound: Bound[] = [];
  readonly #links = new Map<string, Link>();
  /** Keys of the addresses that it sends between, each made once. */
  readonly #keys = new Map<string, Map<string, string>>();
  /** What was asked for last is mostly asked for again. */
  #lastWay = { from: "", to: "", key: "" };
  #lastLink: { readonly key: string; readonly link: Link } | undefined;
  readonly #refused = new Map<number, PortFaultKind>();
  readonly #send: Send;
  #ephemeral = EPHEMERAL_FIRST;

  constructor(world: World, addresses: readonly string[], send: Send, paths: HostPaths) {
    this.addresses = addresses;
    this.streams = new SimStreams(paths);
    this.#send = send;
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

  /** The key of two addresses that it sends between. */
  pairKey(from: string, to: string): string {
    const last = this.#lastWay;
    if (last.from === from && last.to === to) return last.key;
    const key = this.#knownKey(from, to);
    this.#lastWay = { from, to, key };
    return key;
  }

  #knownKey(from: string, to: string): string {
    let keys = this.#keys.get(from);
    if (keys === undefined) {
      keys = new Map();
      this.#keys.set(from, keys);
    }
    let key = keys.get(to);
    if (key === undefined) {
      key = pairKey(from, to);
      keys.set(to, key);
    }
    return key;
  }

  /** The link on which it sends between two addresses. Loopbacks of two hosts are two links. */
  link(key: string, world: World): Link {
    if (this.#lastLink?.key === key) return this.#lastLink.link;
    const known = this.#links.get(key);
    const link = known ?? new Link(world.random(`network ${this.addresses[0]} ${key}`));
    if (known === undefined) this.#links.set(key, link);
    this.#lastLink = { key, link };
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
    const bound = { binding, local: { host, port }, open: false };
    this.#bound.push(bound);
    return bound;
  }

  #socket(bound: Bound): UdpSocket {
    return {
      local: bound.local,
      send: (payload, to) => {
        if (!bound.open) return;
        const { local } = bound;
        const from = isWildcard(local.host)
          ? { host: this.sourceHost(local.host, to), port: local.port }
          : local;
        this.#send(from, to, payload, bound);
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

function isLoopback(host: string): boolean {
  return host.startsWith("127.") || host === "::1";
}

function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

/** Whether a socket bound to `local` also has the address `host`. `::` has both families. */
function isWildcardFor(local: string, host: string): boolean {
  return local === "::" || (local === "0.0.0.0" && !host.includes(":"));
}

function pairKey(from: string, to: string): string {
  return `${from}>${to}`;
}
