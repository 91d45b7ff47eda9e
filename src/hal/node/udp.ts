import { createSocket, type Socket } from "node:dgram";
import { isIP } from "node:net";
import { printAddress, type SocketAddress } from "../../base/address.ts";
import { PortError, type PortFault } from "../../base/port-fault.ts";
import { asError } from "../../base/thrown.ts";
import type { Udp, UdpBinding, UdpSocket } from "../ports/net.ts";
import { type FaultAdvice, faultFromError } from "./system-fault.ts";

/** Bytes that may wait in one socket for the network; a datagram past it is dropped and told. */
const sendQueueMaxBytes = 1024 * 1024;

const BIND_ADVICE: FaultAdvice = {
  "in-use": "another program listens there: stop it or choose another port",
  permission: "ports below 1024 need the capability CAP_NET_BIND_SERVICE: choose a higher port",
  "not-found": "this machine does not have that address: choose one of its own, or 0.0.0.0",
  unsupported: "this machine has no such network protocol: use an IPv4 address",
};

const SEND_ADVICE: FaultAdvice = {
  unreachable: "check the cable, the address and the default route",
  permission: "a firewall rule, or a broadcast address, forbids sending there",
};

/**
 * UDP sockets of this machine, IPv4 and IPv6. The address given to `bind` and `send` must be an IP
 * literal: no datagram ever waits for DNS. An IPv6 socket takes IPv6 only, so that a far end
 * has one spelling. Faults of `send` are told after it returned.
 */
export function createUdp(options: UdpOptions = {}): Udp {
  return { bind: (binding) => bind(binding, options) };
}

/** What the runtime cannot do by itself. */
export interface UdpOptions {
  /** Binds a socket with a code point and gives its file number; throws the kernel's error. */
  readonly bindMarked?: (family: 4 | 6, host: string, port: number, dscp: number) => number;
}

function bind(binding: UdpBinding, { bindMarked }: UdpOptions): Promise<UdpSocket> {
  return new Promise((resolve, reject) => {
    const what = `UDP address ${printAddress(binding)}`;
    const family = isIP(binding.host);
    const refuse = (fault: PortFault): void => reject(new PortError(fault));
    if (family === 0) {
      refuse({ kind: "not-found", what, advice: "give an IP address, not a name" });
      return;
    }
    if (!Number.isInteger(binding.port) || binding.port < 0 || binding.port > 65535) {
      refuse({ kind: "not-found", what, advice: "choose a port from 0 to 65535" });
      return;
    }
    const socket = createSocket({
      type: family === 6 ? "udp6" : "udp4",
      ipv6Only: family === 6,
      lookup: (host, _options, found) => found(null, host, family),
    });
    const failed = (error: Error): void => {
      socket.close();
      refuse(faultFromError(error, what, BIND_ADVICE, { EINVAL: "not-found" }));
    };
    socket.once("error", failed);
    const bound = (): void => {
      socket.removeListener("error", failed);
      resolve(new NodeUdpSocket(socket, binding, family));
    };
    const { host, port, dscp } = binding;
    if (dscp === undefined || bindMarked === undefined) {
      socket.bind({ address: host, port, exclusive: true }, bound);
      return;
    }
    try {
      socket.bind(
        { fd: bindMarked(family === 6 ? 6 : 4, host, port, dscp), exclusive: true },
        bound,
      );
    } catch (error) {
      failed(asError(error));
    }
  });
}

class NodeUdpSocket implements UdpSocket {
  readonly local: SocketAddress;
  readonly #socket: Socket;
  readonly #binding: UdpBinding;
  readonly #family: number;
  #closed = false;

  constructor(socket: Socket, binding: UdpBinding, family: number) {
    const { address, port } = socket.address();
    this.local = { host: address, port };
    this.#socket = socket;
    this.#binding = binding;
    this.#family = family;
    socket.on("error", (error) => this.#tell(this.#fault(error, undefined), undefined));
    socket.on("message", (message, from) => {
      // A plain view: what a Buffer does differently (slice) must not reach the cores.
      const payload = new Uint8Array(message.buffer, message.byteOffset, message.length);
      if (!this.#closed) binding.onDatagram(payload, { host: from.address, port: from.port });
    });
  }

  send(payload: Uint8Array, to: SocketAddress): void {
    if (this.#closed) return;
    const refusal = this.#refusal(payload, to);
    if (refusal !== undefined) {
      setImmediate(() => this.#tell(refusal, to));
      return;
    }
    // Copied, since the kernel may take it later where its buffer is full.
    this.#socket.send(Buffer.from(payload), to.port, to.host, (error) => {
      if (error !== null) this.#tell(this.#fault(error, to), to);
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
  }

  /** Why a datagram cannot even be tried. */
  #refusal(payload: Uint8Array, to: SocketAddress): PortFault | undefined {
    const family = isIP(to.host);
    const isGood =
      family === this.#family && Number.isInteger(to.port) && to.port >= 1 && to.port <= 65535;
    if (isGood && this.#socket.getSendQueueSize() + payload.length <= sendQueueMaxBytes) {
      return undefined;
    }
    const what = `datagram to ${printAddress(to)}`;
    if (family === 0) {
      return { kind: "unreachable", what, advice: "resolve the name to an IP address first" };
    }
    if (family !== this.#family) {
      const advice = `this socket speaks IPv${this.#family}: use one of the other family`;
      return { kind: "unreachable", what, advice };
    }
    if (!isGood) return { kind: "unreachable", what, advice: "a port is from 1 to 65535" };
    return { kind: "io", what, advice: "the network is slower than what is sent: dropped" };
  }

  #fault(error: Error, to: SocketAddress | undefined): PortFault {
    const what =
      to === undefined
        ? `UDP socket ${printAddress(this.local)}`
        : `datagram to ${printAddress(to)}`;
    return faultFromError(error, what, SEND_ADVICE);
  }

  #tell(fault: PortFault, to: SocketAddress | undefined): void {
    if (!this.#closed) this.#binding.onFault(fault, to);
  }
}
