import { printAddress, type SocketAddress } from "../../base/address.ts";
import type { Hashes } from "../../base/hashes.ts";
import type { PortFault } from "../../base/port-fault.ts";
import type { Clock } from "../../hal/ports/clock.ts";
import type { LogSink } from "../../hal/ports/log-sink.ts";
import type { Resolver, Udp, UdpSocket } from "../../hal/ports/net.ts";
import {
  type SipAddress,
  type UaCommand,
  type UaEvent,
  type UaInput,
  type UaOutput,
  UserAgent,
} from "../../sip/index.ts";
import { CoreRunner } from "../core-runner.ts";
import type { RunQueue } from "../run-queue.ts";
import type { MemoryBus } from "./memory-bus.ts";

/** What one SIP stack of the box is: the lines' user agent, or the exchange's. */
export interface SipShellConfig {
  /** Its name on the memory bus. */
  readonly name: string;
  /** Where it listens; absent: reached through the memory bus alone. */
  readonly listen?: SocketAddress;
  readonly userAgentName: string;
  readonly serves: readonly string[];
  readonly acceptAnyUser: boolean;
}

/** What a SIP stack's shell needs from outside. */
export interface SipShellPorts {
  readonly clock: Clock;
  readonly udp: Udp;
  readonly resolver: Resolver;
  readonly hashes: Hashes;
  readonly createToken: () => string;
  readonly log: LogSink;
}

/** Drives one SIP user agent through a UDP socket and the memory bus. */
export class SipShell {
  readonly #config: SipShellConfig;
  readonly #ports: SipShellPorts;
  readonly #bus: MemoryBus;
  readonly #onEvent: (event: UaEvent) => void;
  readonly #runner: CoreRunner<UaInput, UaOutput>;
  readonly #socket: UdpSocket | undefined;

  private constructor(
    config: SipShellConfig,
    ports: SipShellPorts,
    queue: RunQueue,
    bus: MemoryBus,
    socket: UdpSocket | undefined,
    onEvent: (event: UaEvent) => void,
  ) {
    this.#config = config;
    this.#ports = ports;
    this.#bus = bus;
    this.#socket = socket;
    this.#onEvent = onEvent;
    const memory = { host: config.name, port: 0 };
    const userAgent = new UserAgent({
      local: socket === undefined ? { memory } : { memory, udp: socket.local },
      userAgentName: config.userAgentName,
      hashes: ports.hashes,
      createToken: ports.createToken,
      serves: config.serves,
      acceptAnyUser: config.acceptAnyUser,
    });
    this.#runner = new CoreRunner(userAgent, ports.clock, queue, (output) => this.#carry(output));
    bus.join(config.name, (bytes, from) => this.#runner.feed({ kind: "datagram", bytes, from }));
  }

  /**
   * Binds and starts a stack. A taken or forbidden address is logged, and the stack goes on
   * without a socket: what reaches it through the box still works.
   */
  static async open(
    config: SipShellConfig,
    ports: SipShellPorts,
    queue: RunQueue,
    bus: MemoryBus,
    onEvent: (event: UaEvent) => void,
  ): Promise<SipShell> {
    let shell: SipShell | undefined;
    let socket: UdpSocket | undefined;
    if (config.listen !== undefined) {
      socket = await bindOrTell(config.listen, ports, {
        onDatagram: (payload, from) => {
          // The core keeps no reference past `handle`, but the queue may run it later.
          shell?.datagram(payload.slice(), { transport: "udp", ...from });
        },
        onFault: (fault, to) => shell?.fault(fault, to),
      });
    }
    shell = new SipShell(config, ports, queue, bus, socket, onEvent);
    return shell;
  }

  /** Where peers on the network reach this stack; undefined where it has no socket. */
  get listening(): SocketAddress | undefined {
    return this.#socket?.local;
  }

  command(command: UaCommand): void {
    this.#runner.feed({ kind: "command", command });
  }

  datagram(bytes: Uint8Array, from: SipAddress): void {
    this.#runner.feed({ kind: "datagram", bytes, from });
  }

  fault(fault: PortFault, to: SocketAddress | undefined): void {
    if (to === undefined) {
      this.#log("error", `the SIP socket failed: ${fault.what} (${fault.advice})`);
      return;
    }
    this.#runner.feed({
      kind: "send-failed",
      to: { transport: "udp", ...to },
      reason: fault.what,
    });
  }

  close(): void {
    this.#runner.stop();
    this.#bus.leave(this.#config.name);
    this.#socket?.close();
  }

  #carry(output: UaOutput): void {
    switch (output.kind) {
      case "send":
        this.#send(output.bytes, output.to);
        return;
      case "resolve":
        this.#resolve(output);
        return;
      case "event":
        this.#onEvent(output.event);
        return;
      case "log":
        this.#ports.log(output.event);
        return;
    }
  }

  #resolve({ query, record, host }: Extract<UaOutput, { kind: "resolve" }>): void {
    const { resolver } = this.#ports;
    const feed = (input: UaInput): void => this.#runner.feed(input);
    if (record === "address") {
      resolver.addresses(host, (hosts) => feed({ kind: "resolved", query, hosts }));
    } else if (record === "srv") {
      resolver.srv(host, (records) => feed({ kind: "resolved-srv", query, records }));
    } else resolver.naptr(host, (records) => feed({ kind: "resolved-naptr", query, records }));
  }

  #send(bytes: Uint8Array, to: SipAddress): void {
    const { transport, host, port } = to;
    if (transport === "udp" && this.#socket !== undefined) {
      this.#socket.send(bytes, { host, port });
      return;
    }
    const from: SipAddress = { transport: "memory", host: this.#config.name, port: 0 };
    if (transport === "memory" && this.#bus.send(bytes, from, to)) return;
    this.#runner.feed({ kind: "send-failed", to, reason: `there is no way to ${host}` });
  }

  #log(level: "error" | "warn", text: string): void {
    this.#ports.log({ level, area: `sip ${this.#config.name}`, text });
  }
}

async function bindOrTell(
  listen: SocketAddress,
  ports: SipShellPorts,
  handlers: Pick<Parameters<Udp["bind"]>[0], "onDatagram" | "onFault">,
): Promise<UdpSocket | undefined> {
  try {
    return await ports.udp.bind({ ...listen, ...handlers });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    ports.log({
      level: "error",
      area: "sip",
      text: `SIP cannot listen on ${printAddress(listen)}: ${why} (sip.port, --sip-port)`,
    });
    return undefined;
  }
}
