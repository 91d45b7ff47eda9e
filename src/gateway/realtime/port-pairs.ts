import type { SocketAddress } from "../../base/address.ts";
import { PortError } from "../../base/port-fault.ts";
import type { Udp, UdpSocket } from "../../hal/ports/net.ts";
import type { RtpConfig } from "./realtime-config.ts";

/** What comes in on either socket of a pair; see `UdpBinding.onDatagram`. */
export interface PairHandlers {
  onRtp(bytes: Uint8Array, from: SocketAddress, cameMs?: number): void;
  onRtcp(bytes: Uint8Array, from: SocketAddress, cameMs?: number): void;
}

/** An even port for RTP and the odd one after it for RTCP. @see RFC 3550 §11 */
export interface SocketPair {
  readonly rtp: UdpSocket;
  readonly rtcp: UdpSocket;
}

/** How many pairs are tried before the range is called full. */
const TRIES_MAX = 200;

/**
 * Hands out pairs of neighbouring ports from a range, each next one higher, then from the start.
 */
export class PortPairs {
  readonly #udp: Udp;
  readonly #config: RtpConfig;
  #next: number;

  /**
   * @param start any number: where in the range to begin, so that restarts do not meet old calls
   */
  constructor(udp: Udp, config: RtpConfig, start: number) {
    this.#udp = udp;
    this.#config = config;
    const pairs = this.#pairCount();
    this.#next = pairs === 0 ? 0 : start % pairs;
  }

  /** Binds the next free pair. Rejects with `PortError` where the range is full. */
  async open(handlers: PairHandlers): Promise<SocketPair> {
    const pairs = this.#pairCount();
    for (let tried = 0; tried < Math.min(TRIES_MAX, pairs); tried++) {
      const port = this.#firstPort() + 2 * this.#next;
      this.#next = (this.#next + 1) % pairs;
      const pair = await this.#tryPort(port, handlers);
      if (pair !== undefined) return pair;
    }
    const { host, portMin, portMax } = this.#config;
    throw new PortError({
      kind: "in-use",
      what: `RTP ports ${portMin} to ${portMax} on ${host}`,
      advice: "widen rtp.portMin and rtp.portMax, or stop the program that holds them",
    });
  }

  async #tryPort(port: number, handlers: PairHandlers): Promise<SocketPair | undefined> {
    const { host, dscp } = this.#config;
    const onFault = (): void => {};
    const bind = (at: number, onDatagram: Parameters<Udp["bind"]>[0]["onDatagram"]) =>
      this.#udp.bind({
        host,
        port: at,
        onDatagram,
        onFault,
        ...(dscp === undefined ? {} : { dscp }),
      });
    let rtp: UdpSocket | undefined;
    try {
      rtp = await bind(port, handlers.onRtp);
      const rtcp = await bind(port + 1, handlers.onRtcp);
      return { rtp, rtcp };
    } catch (error) {
      rtp?.close();
      if (error instanceof PortError && error.fault.kind === "in-use") return undefined;
      throw error;
    }
  }

  #firstPort(): number {
    return this.#config.portMin + (this.#config.portMin % 2);
  }

  #pairCount(): number {
    return Math.max(0, Math.floor((this.#config.portMax - this.#firstPort() + 1) / 2));
  }
}
