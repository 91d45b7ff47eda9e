import type { SocketAddress } from "../../base/address.ts";
import type { PortFault } from "../../base/port-fault.ts";

/** What the user of a UDP socket hands over when binding it. */
export interface UdpBinding {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** `payload` is borrowed: valid until the call returns. */
  readonly onDatagram: (payload: Uint8Array, from: SocketAddress) => void;
  /** A datagram could not be sent or the socket failed; the socket stays usable unless `gone`. */
  readonly onFault: (fault: PortFault, to: SocketAddress | undefined) => void;
}

/** A bound UDP socket. `send` copies; it never throws and tells a failure through `onFault`. */
export interface UdpSocket {
  readonly local: SocketAddress;
  send(payload: Uint8Array, to: SocketAddress): void;
  close(): void;
}

/**
 * UDP. Port's side: `bind` rejects with `PortError` (`in-use`, `permission`, `not-found` for an
 * address this machine does not have); no callback runs before it resolves.
 */
export interface Udp {
  bind(binding: UdpBinding): Promise<UdpSocket>;
}

/**
 * Names to addresses. Port's side: `answer` is called exactly once, never inside the call itself;
 * an empty list where the name has no address or nobody answered. An IP literal is its own answer.
 */
export interface Resolver {
  addresses(host: string, answer: (addresses: readonly string[]) => void): void;
}
