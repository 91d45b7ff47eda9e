import { type SocketAddress, sameAddress } from "../../base/address.ts";
import { parseUdptl } from "./udptl.ts";

/** A stranger is listened to with its third datagram in a row. */
const STRANGER_DATAGRAMS = 3;

/**
 * Symmetric UDPTL: to whom we listen, and where we send. As with RTP a gateway behind a NAT sends
 * from where its SDP does not say; it is listened to, and answered there, once three datagrams of
 * it follow one another and none has come from the signalled address.
 */
export class FaxSource {
  #signalled: SocketAddress;
  #latched: SocketAddress | undefined;
  #candidate: { readonly from: SocketAddress; sequence: number; datagrams: number } | undefined;

  constructor(signalled: SocketAddress) {
    this.#signalled = signalled;
  }

  /** Where to send. */
  get destination(): SocketAddress {
    return this.#latched ?? this.#signalled;
  }

  /** Signalling named a (new) address. The same one again changes nothing. */
  signal(address: SocketAddress): void {
    if (sameAddress(address, this.#signalled)) return;
    this.#signalled = address;
    this.#latched = undefined;
    this.#candidate = undefined;
  }

  /** Whether a datagram from there is to be taken; may latch. */
  accepts(from: SocketAddress, bytes: Uint8Array): boolean {
    if (sameAddress(from, this.#signalled)) {
      this.#latched = { host: from.host, port: from.port };
      return true;
    }
    if (this.#latched !== undefined) return sameAddress(from, this.#latched);
    return this.#hasProved(from, bytes);
  }

  #hasProved(from: SocketAddress, bytes: Uint8Array): boolean {
    const parsed = parseUdptl(bytes);
    if (!parsed.ok) return false;
    const { sequence } = parsed.value;
    const candidate = this.#candidate;
    const step =
      candidate !== undefined && sameAddress(candidate.from, from)
        ? ((sequence - candidate.sequence) << 16) >> 16
        : undefined;
    // The same number again is a copy: neither proof nor doubt.
    if (candidate !== undefined && step === 0) return false;
    if (candidate === undefined || step !== 1) {
      this.#candidate = { from: { host: from.host, port: from.port }, sequence, datagrams: 1 };
      return false;
    }
    candidate.sequence = sequence;
    candidate.datagrams++;
    if (candidate.datagrams < STRANGER_DATAGRAMS) return false;
    this.#latched = candidate.from;
    this.#candidate = undefined;
    return true;
  }
}
