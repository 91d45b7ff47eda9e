import { printAddress, type SocketAddress } from "../../base/address.ts";
import { PortError, type PortFault } from "../../base/port-fault.ts";
import { errorText } from "../../base/thrown.ts";
import type { Udp, UdpSocket } from "../../hal/ports/net.ts";
import type { SipAddress, SipTransport } from "../../sip/index.ts";
import type { RunQueue } from "../run-queue.ts";
import {
  SipStreams,
  type SipStreamsPorts,
  type SipStreamsSinks,
  type SipTlsConfig,
} from "./sip-streams.ts";

/** The outside of a stack that is on the network. */
export interface SipNetworkConfig {
  /** UDP and TCP, on one port; 0 lets the system choose. */
  readonly listen: SocketAddress;
  /** The same of the other family, where this machine has both. */
  readonly listen6?: SocketAddress;
  /** TLS is listened for only where this and a certificate to show are there. */
  readonly tlsPort?: number;
  readonly tls: SipTlsConfig;
  /** The code point that SIP is sent with, 0–63; the system's own where absent. */
  readonly dscp?: number;
}

/** What it needs from outside. */
export interface SipNetworkPorts extends SipStreamsPorts {
  readonly udp: Udp;
}

/** The addresses of one family that the stack is reached at. */
type Reached = Partial<Record<SipTransport, SocketAddress>>;

/** The sockets of one SIP stack: datagrams and streams, in one or two families. */
export class SipNetwork {
  /** Where peers reach it, by transport; port 0 where they cannot connect. */
  readonly local: Reached;
  readonly local6: Reached;
  readonly #sockets: readonly UdpSocket[];
  readonly #streams: SipStreams;
  readonly #sinks: SipStreamsSinks;

  private constructor(
    parts: { readonly local: Reached; readonly local6: Reached },
    sockets: readonly UdpSocket[],
    streams: SipStreams,
    sinks: SipStreamsSinks,
  ) {
    this.local = parts.local;
    this.local6 = parts.local6;
    this.#sockets = sockets;
    this.#streams = streams;
    this.#sinks = sinks;
  }

  /** Opens what can be opened; what cannot is logged and left out. */
  static async open(
    config: SipNetworkConfig,
    ports: SipNetworkPorts,
    queue: RunQueue,
    sinks: SipStreamsSinks,
  ): Promise<SipNetwork> {
    const streams = new SipStreams(config.tls, ports, queue, sinks, config.dscp);
    const sockets: UdpSocket[] = [];
    const openFamily = async (listen: SocketAddress | undefined): Promise<Reached> => {
      if (listen === undefined) return {};
      const mark = config.dscp === undefined ? {} : { dscp: config.dscp };
      const socket = await bindOrTell({ ...listen, ...mark }, ports, queue, sinks);
      if (socket !== undefined) sockets.push(socket);
      const local = socket?.local ?? listen;
      // Going out over a stream needs no port of ours: it works where listening does not.
      const tcp = await listenOrTell("tcp", local, streams, ports);
      const tlsAt = config.tlsPort === undefined ? undefined : { ...listen, port: config.tlsPort };
      const mayShow = config.tls.identity !== undefined && tlsAt !== undefined;
      const tls = mayShow ? await listenOrTell("tls", tlsAt, streams, ports) : undefined;
      const nowhere = { host: listen.host, port: 0 };
      return {
        ...(socket === undefined ? {} : { udp: socket.local }),
        tcp: tcp ?? nowhere,
        tls: tls ?? nowhere,
      };
    };
    const local = await openFamily(config.listen);
    const local6 = await openFamily(config.listen6);
    return new SipNetwork({ local, local6 }, sockets, streams, sinks);
  }

  send(bytes: Uint8Array, to: SipAddress): void {
    if (to.transport !== "udp") {
      this.#streams.send(bytes, to);
      return;
    }
    const isV6 = to.host.includes(":");
    const socket = this.#sockets.find(({ local }) => local.host.includes(":") === isV6);
    if (socket === undefined) this.#sinks.failed(to, `there is no way to ${to.host}`);
    else socket.send(bytes, { host: to.host, port: to.port });
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
    this.#streams.close();
  }
}

async function bindOrTell(
  listen: SocketAddress & { readonly dscp?: number },
  ports: SipNetworkPorts,
  queue: RunQueue,
  sinks: SipStreamsSinks,
): Promise<UdpSocket | undefined> {
  try {
    return await ports.udp.bind({
      ...listen,
      // The core keeps no reference past `handle`, but the queue may run it later.
      onDatagram: (payload, { host, port }) =>
        sinks.message(queue.isIdle ? payload : payload.slice(), { transport: "udp", host, port }),
      onFault: (fault, to) => {
        if (to !== undefined) sinks.failed({ transport: "udp", ...to }, fault.what);
        else tell(ports, "error", `the SIP socket failed: ${fault.what} (${fault.advice})`);
      },
    });
  } catch (error) {
    const why = errorText(error);
    const where = printAddress(listen);
    tell(ports, "error", `SIP cannot listen on ${where}: ${why} (sip.port, --sip-port)`);
    return undefined;
  }
}

async function listenOrTell(
  transport: "tcp" | "tls",
  at: SocketAddress,
  streams: SipStreams,
  ports: SipNetworkPorts,
): Promise<SocketAddress | undefined> {
  try {
    return await streams.listen(transport, at);
  } catch (error) {
    const setting = transport === "tls" ? "sip.tls" : "sip.port";
    const why = error instanceof PortError ? printFault(error.fault) : String(error);
    const name = transport.toUpperCase();
    tell(ports, "warn", `SIP over ${name} is not listened for: ${why} (${setting})`);
    return undefined;
  }
}

function printFault({ what, advice }: PortFault): string {
  return `${what}: ${advice}`;
}

function tell({ log }: SipNetworkPorts, level: "error" | "warn", text: string): void {
  log({ level, area: "sip", text });
}
