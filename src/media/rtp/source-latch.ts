import { type SocketAddress, sameAddress } from "../../base/address.ts";

/** So many packets long the signalled address may still take a latched stranger's place. */
const PROBATION_PACKETS = 50;

/**
 * Symmetric RTP: to whom we listen, and where we send.
 *
 *    open ──first packet──▶ latched ──another address──▶ (ignored)
 *     ▲                       │ ▲
 *     └── release (silence) ──┘ └── the signalled address, during the first 50 packets
 *
 * A peer behind a NAT sends from an address that its SDP does not know; so the first source is
 * taken, and answered. One that is only faster than the signalled address loses its place again.
 * @see RFC 4961, RFC 7362 §4
 */
export class SourceLatch {
  #signalled: SocketAddress;
  #latched: SocketAddress | undefined;
  #packets = 0;

  constructor(signalled: SocketAddress) {
    this.#signalled = signalled;
  }

  /** Where to send. */
  get destination(): SocketAddress {
    return this.#latched ?? this.#signalled;
  }

  /** Whether the source sends from elsewhere than its SDP said. */
  get isMoved(): boolean {
    return this.#latched !== undefined && !sameAddress(this.#latched, this.#signalled);
  }

  get isLatched(): boolean {
    return this.#latched !== undefined;
  }

  /** Signalling named a (new) address. The same one again changes nothing. */
  signal(address: SocketAddress): void {
    if (sameAddress(address, this.#signalled)) return;
    this.#signalled = address;
    this.release();
  }

  /** Listen to whoever comes next. */
  release(): void {
    this.#latched = undefined;
    this.#packets = 0;
  }

  /** Whether a valid packet from there is to be taken; may latch. */
  accept(from: SocketAddress): boolean {
    if (this.#latched !== undefined && sameAddress(from, this.#latched)) {
      this.#packets++;
      return true;
    }
    const mayTakeOver = this.#packets < PROBATION_PACKETS && sameAddress(from, this.#signalled);
    if (this.#latched !== undefined && !mayTakeOver) return false;
    this.#latched = { host: from.host, port: from.port };
    this.#packets = 1;
    return true;
  }
}
