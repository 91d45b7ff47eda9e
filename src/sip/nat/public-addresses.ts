import type { SocketAddress } from "../../base/address.ts";
import type { SipAddress } from "../user-agent-types.ts";

/** Peers whose view of us is remembered; the one that was learned first is forgotten. */
const PUBLIC_ADDRESSES_MAX = 64;

/**
 * What address we have in the eyes of each peer: behind a translator it is not our own, and toward
 * two peers it may be two. It is learned from `received` and `rport` of the top Via of answers.
 * @see RFC 3581 §4
 */
export class PublicAddresses {
  /** `undefined`: the peer sees us where we are. */
  readonly #byPeer = new Map<string, SocketAddress | undefined>();
  #outside: SocketAddress | undefined;

  /** Remembers it, or (undefined) that it is our own; true where that is news. */
  learn(peer: SipAddress, address: SocketAddress | undefined): boolean {
    const key = keyOf(peer);
    const known = this.#byPeer.get(key);
    const isKnown = this.#byPeer.has(key) || address === undefined;
    this.#byPeer.delete(key);
    this.#byPeer.set(key, address);
    for (const oldest of this.#byPeer.keys()) {
      if (this.#byPeer.size <= PUBLIC_ADDRESSES_MAX) break;
      this.#byPeer.delete(oldest);
    }
    return !isKnown || known?.host !== address?.host || known?.port !== address?.port;
  }

  /** What peers see that have not told us themselves, over UDP; undefined: our own. */
  setOutside(address: SocketAddress | undefined): void {
    this.#outside = address;
  }

  of(peer: SipAddress): SocketAddress | undefined {
    const key = keyOf(peer);
    if (this.#byPeer.has(key)) return this.#byPeer.get(key);
    return peer.transport === "udp" ? this.#outside : undefined;
  }

  /** After a change of the network nothing of it holds. */
  clear(): void {
    this.#byPeer.clear();
    this.#outside = undefined;
  }
}

function keyOf({ transport, host }: SipAddress): string {
  return `${transport} ${host}`;
}
