import type { SocketAddress } from "../../base/address.ts";
import { networkOf } from "../../base/host-network.ts";
import type { SipAddress } from "../user-agent-types.ts";
import type { StreamFramer } from "../wire/stream-framer.ts";

/** One connection, from the wish for it to its end. */
export interface Connection {
  readonly id: number;
  readonly transport: "tcp" | "tls";
  readonly remote: SocketAddress;
  /** Whether we opened it. */
  readonly isOurs: boolean;
  /** Of TLS that we opened: whose certificate was asked for. */
  readonly serverName: string | undefined;
  readonly framer: StreamFramer;
  isOpen: boolean;
  /** Its writer was told to hold back. */
  isFull: boolean;
  waiting: Uint8Array[];
  waitingBytes: number;
  /** The last time that a whole message or a ping came, or something was sent. */
  activeAtMs: number;
  /** Whether a whole message ever came. */
  hasSpoken: boolean;
}

/** The connections of a stack, by id and by the places that they lead to. */
export class ConnectionTable {
  readonly #byId = new Map<number, Connection>();
  readonly #byPlace = new Map<string, Set<Connection>>();
  /** How many each network has opened. */
  readonly #opened = new Map<string, number>();

  get size(): number {
    return this.#byId.size;
  }

  all(): Iterable<Connection> {
    return this.#byId.values();
  }

  get(id: number): Connection | undefined {
    return this.#byId.get(id);
  }

  add(connection: Connection): void {
    this.#byId.set(connection.id, connection);
    this.#count(connection, 1);
    this.#join(placeOf(connection.transport, connection.remote), connection);
  }

  remove(connection: Connection): void {
    if (!this.#byId.delete(connection.id)) return;
    this.#count(connection, -1);
    const place = placeOf(connection.transport, connection.remote);
    const there = this.#byPlace.get(place);
    there?.delete(connection);
    if (there?.size === 0) this.#byPlace.delete(place);
  }

  /**
   * A connection that leads to an address. One that the far end opened has shown no certificate:
   * it will not do where a name was asked for.
   */
  find(to: SipAddress): Connection | undefined {
    if (to.transport !== "tcp" && to.transport !== "tls") return undefined;
    for (const connection of this.#byPlace.get(placeOf(to.transport, to)) ?? []) {
      if (to.serverName === undefined || to.serverName === connection.serverName) return connection;
    }
    return undefined;
  }

  /** How many one far end has opened: whoever has one IPv6 address has all of its network. */
  countFrom(host: string): number {
    return this.#opened.get(networkOf(host)) ?? 0;
  }

  /**
   * The one of the far ends' connections that can be spared most: one on which nothing was ever
   * said before any other, and of these the one that was silent for the longest time.
   */
  mostIdle(): Connection | undefined {
    let found: Connection | undefined;
    for (const connection of this.#byId.values()) {
      if (connection.isOurs) continue;
      if (found === undefined || isSparedBefore(connection, found)) found = connection;
    }
    return found;
  }

  #count({ isOurs, remote }: Connection, by: 1 | -1): void {
    if (isOurs) return;
    const network = networkOf(remote.host);
    const count = (this.#opened.get(network) ?? 0) + by;
    if (count === 0) this.#opened.delete(network);
    else this.#opened.set(network, count);
  }

  #join(place: string, connection: Connection): void {
    const there = this.#byPlace.get(place);
    if (there === undefined) this.#byPlace.set(place, new Set([connection]));
    else there.add(connection);
  }
}

function isSparedBefore(one: Connection, other: Connection): boolean {
  if (one.hasSpoken !== other.hasSpoken) return other.hasSpoken;
  return one.activeAtMs < other.activeAtMs;
}

function placeOf(transport: "tcp" | "tls", { host, port }: SocketAddress): string {
  return `${transport} ${host} ${port}`;
}
