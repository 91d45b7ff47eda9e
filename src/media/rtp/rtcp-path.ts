import { type SocketAddress, sameAddress } from "../../base/address.ts";
import type { SourceLatch } from "./source-latch.ts";

/**
 * To whose RTCP we listen and where ours goes: as signalling said, or, where the far end is behind
 * a NAT, as its RTP shows. A stranger's reports could only mislead, so none are taken.
 */
export class RtcpPath {
  #signalled: SocketAddress;
  #heardFrom: SocketAddress | undefined;

  constructor(signalled: SocketAddress) {
    this.#signalled = signalled;
  }

  /** Signalling named a (new) address. The same one again changes nothing. */
  signal(address: SocketAddress): void {
    if (sameAddress(address, this.#signalled)) return;
    this.#signalled = address;
    this.#heardFrom = undefined;
  }

  /** The far end went silent: it may come back from elsewhere. */
  release(): void {
    this.#heardFrom = undefined;
  }

  /** Whether reports from there are taken: from where signalling said, or from the host of RTP. */
  accept(from: SocketAddress, rtp: SourceLatch, isAuthentic: boolean): boolean {
    const isSignalled = sameAddress(from, this.#signalled);
    const isNear = rtp.isLatched && rtp.destination.host === from.host;
    if (!isSignalled && !isNear && !isAuthentic) return false;
    this.#heardFrom = isSignalled ? undefined : { host: from.host, port: from.port };
    return true;
  }

  /** Behind a NAT the signalled address is as wrong as that of RTP; the next port may do. */
  destination(rtp: SourceLatch): SocketAddress {
    if (this.#heardFrom !== undefined) return this.#heardFrom;
    if (!rtp.isMoved) return this.#signalled;
    const { host, port } = rtp.destination;
    return { host, port: Math.min(0xffff, port + 1) };
  }
}
