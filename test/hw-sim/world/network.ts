import { printAddress, type SocketAddress } from "../../../src/base/address.ts";
import { invariant } from "../../../src/base/invariant.ts";
import type { PortFault, PortFaultKind } from "../../../src/base/port-fault.ts";
import { type Flight, Flights } from "./flight.ts";
import { type LinkConditions, PERFECT_LINK } from "./link.ts";
import {
  type Bound,
  Host,
  isLoopback,
  type NetworkHost,
  pairKey,
  type Way,
} from "./network-host.ts";
import type { HostPaths } from "./sim-streams.ts";
import type { World } from "./world.ts";

/** Why a datagram never reached a program. */
export type DatagramLoss = "link" | "partition" | "no-such-host" | "no-listener";

/** What a tap is told of a datagram. `payload` is borrowed. */
export interface DatagramEvent {
  readonly kind: "datagram-sent" | "datagram-delivered" | "datagram-lost";
  readonly atMs: number;
  readonly from: SocketAddress;
  readonly to: SocketAddress;
  /** Borrowed until the tap returns: another datagram may have these bytes then. */
  readonly payload: Uint8Array;
  /** Where the payload lies for good, and where in there. */
  readonly kept: Uint8Array;
  readonly keptAt: number;
  /** Only of `datagram-lost`. */
  readonly why: DatagramLoss | undefined;
}

/** @see RFC 768: 65535 less the heads of IPv4 and UDP. */
const PAYLOAD_MAX_BYTES = 65507;

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
  readonly #flights = new Flights<Host>((flight, target) => this.#land(flight, target));
  #taps: readonly ((event: DatagramEvent) => void)[] = [];
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
      addresses,
      this.#streamPaths(() => host),
      {
        find: (at) => this.#hosts.get(at),
        send: (bound, way, to, bytes) => this.#send(bound, way, to, bytes),
      },
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
    this.#taps = [...this.#taps, tap];
    return () => {
      this.#taps = this.#taps.filter((each) => each !== tap);
    };
  }

  /** Has a datagram arrive now that names whom it likes as its sender. */
  forge(from: SocketAddress, to: SocketAddress, payload: Uint8Array): void {
    const target = this.#hosts.get(to.host);
    if (target !== undefined) this.#land(this.#flights.take(from, to, payload), target);
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

  #tell(kind: DatagramEvent["kind"], flight: Flight<Host>, why?: DatagramLoss): void {
    const { from, to, payload, kept, keptAt } = flight;
    const atMs = this.#world.clock.nowMs();
    const event = { kind, atMs, from, to, payload, kept, keptAt, why };
    for (const tap of this.#taps) tap(event);
  }

  #lose(flight: Flight<Host>, why: DatagramLoss): void {
    this.#tell("datagram-lost", flight, why);
    this.#flights.giveBack(flight);
  }

  #send(bound: Bound, way: Way, to: SocketAddress, bytes: Uint8Array): void {
    const { clock } = this.#world;
    const fault = this.#sendFault(way, to, bytes);
    if (fault !== undefined) {
      clock.at(clock.nowMs(), () => {
        if (bound.open) bound.binding.onFault(fault, to);
      });
      return;
    }
    const { from, key, link, target } = way;
    const flight = this.#flights.take(from, to, bytes);
    this.#tell("datagram-sent", flight);
    const cut = this.#partitions.size > 0 && this.#partitions.has(key);
    if (target === undefined || cut) {
      this.#lose(flight, cut ? "partition" : "no-such-host");
      return;
    }
    const conditions = this.#conditionsFor(key, way.isInside);
    const [firstMs, secondMs] = link.arrivalsMs(clock.nowMs(), conditions);
    if (firstMs === undefined) {
      this.#lose(flight, "link");
      return;
    }
    flight.start(this.#world, firstMs, target);
    if (secondMs !== undefined) this.#flights.again(flight).start(this.#world, secondMs, target);
  }

  #sendFault(way: Way, to: SocketAddress, bytes: Uint8Array): PortFault | undefined {
    const fault = (kind: PortFaultKind, advice: string): PortFault => {
      return { kind, what: `datagram of ${bytes.length} bytes to ${printAddress(to)}`, advice };
    };
    if (bytes.length > PAYLOAD_MAX_BYTES) {
      return fault("io", `Send ${PAYLOAD_MAX_BYTES} bytes at most.`);
    }
    if (this.#unreachable.size > 0 && this.#unreachable.has(to.host)) {
      return fault("unreachable", "Check the way to that network.");
    }
    if (way.isBarred) return fault("unreachable", "Bind an address that others can reach.");
    return undefined;
  }

  #land(flight: Flight<Host>, target: Host): void {
    const { from, to, payload } = flight;
    const cut = this.#partitions.size > 0 && this.#partitions.has(pairKey(from.host, to.host));
    const bound = target.listener(to);
    if (bound === undefined || cut) {
      this.#lose(flight, cut ? "partition" : "no-listener");
      return;
    }
    this.#tell("datagram-delivered", flight);
    // The listener may write into the bytes: nobody else has these.
    bound.binding.onDatagram(payload, from);
    this.#flights.giveBack(flight);
  }

  #conditionsOf(key: string, from: SocketAddress, to: SocketAddress): LinkConditions {
    return this.#conditionsFor(key, isLoopback(to.host) || from.host === to.host);
  }

  #conditionsFor(key: string, isInside: boolean): LinkConditions {
    const own = this.#conditions.size > 0 ? this.#conditions.get(key) : undefined;
    return own ?? (isInside ? PERFECT_LINK : this.#anyConditions);
  }
}
