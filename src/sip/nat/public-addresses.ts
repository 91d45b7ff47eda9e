import type { SocketAddress } from "../../base/address.ts";
import type { SipAddress } from "../user-agent-types.ts";

/** Peers whose view of us is remembered; the one that was learned first is forgotten. */
export const PUBLIC_ADDRESSES_MAX = 64;

/**
 * What address we have in the eyes of each peer: behind a translator it is not our own, and toward
 * two peers it may be two. It is learned from `received` and `rport` of the top Via of answers.
 * @see RFC 3581 §4
 */
export class PublicAddresses {
  readonly #byPeer = new Map<string, SocketAddress>();

  /** Remembers it, or (undefined) that it is our own; true where that is news. */
  learn(peer: SipAddress, address: SocketAddress | undefined): boolean {
    const key = keyOf(peer);
    const known = this.#byPeer.get(key);
    if (known?.host === address?.host && known?.port === address?.port) return false;
    this.#byPeer.delete(key);
    if (address !== undefined) this.#byPeer.set(key, address);
    for (const oldest of this.#byPeer.keys()) {
      if (this.#byPeer.size <= PUBLIC_ADDRESSES_MAX) break;
      this.#byPeer.delete(oldest);
    }
    return true;
  }

  of(peer: SipAddress): SocketAddress | undefined {
    return this.#byPeer.get(keyOf(peer));
  }

  /** After a change of the network nothing of it holds. */
  clear(): void {
    this.#byPeer.clear();
  }
}

function keyOf({ transport, host }: SipAddress): string {
  return `${transport} ${host}`;
}
