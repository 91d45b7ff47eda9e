import type { SocketAddress } from "../../base/address.ts";
import type { Hashes } from "../../base/hashes.ts";
import type { Clock } from "../../hal/ports/clock.ts";
import type { LogSink } from "../../hal/ports/log-sink.ts";
import type { Resolver, Streams, Udp } from "../../hal/ports/net.ts";
import {
  type GuardLimits,
  type SessionTimerConfig,
  type SipAddress,
  type SipHop,
  type UaCommand,
  type UaEvent,
  type UaInput,
  type UaOutput,
  UserAgent,
  type UserAgentConfig,
  type UserAgentLoad,
} from "../../sip/index.ts";
import { CoreRunner } from "../core-runner.ts";
import type { RunQueue } from "../run-queue.ts";
import type { MemoryBus } from "./memory-bus.ts";
import { SipNetwork, type SipNetworkConfig } from "./sip-network.ts";

/** What one SIP stack of the box is: the lines' user agent, or the exchange's. */
export interface SipShellConfig {
  /** Its name on the memory bus. */
  readonly name: string;
  /** Where it is reached from the network; absent: through the memory bus alone. */
  readonly network?: SipNetworkConfig;
  readonly userAgentName: string;
  readonly serves: readonly string[];
  readonly tells?: NonNullable<UserAgentConfig["tells"]>;
  readonly acceptAnyUser: boolean;
  readonly answersWhereHeard?: boolean;
  /** Absent: sessions are not watched. */
  readonly sessionTimer?: SessionTimerConfig;
  readonly sessionIds?: boolean;
  readonly extensions?: readonly string[];
  readonly screen?: NonNullable<UserAgentConfig["screen"]>;
  readonly trusts?: NonNullable<UserAgentConfig["trusts"]>;
  readonly findTicket?: NonNullable<UserAgentConfig["findTicket"]>;
  readonly guard?: GuardLimits;
  readonly stunServer?: Pick<SipHop, "host" | "port">;
}

/** What a SIP stack's shell needs from outside. */
export interface SipShellPorts {
  readonly clock: Clock;
  readonly udp: Udp;
  readonly streams: Streams;
  readonly resolver: Resolver;
  readonly hashes: Hashes;
  readonly createToken: () => string;
  readonly log: LogSink;
}

/** Drives one SIP user agent through sockets and the memory bus. */
export class SipShell {
  readonly #config: SipShellConfig;
  readonly #ports: SipShellPorts;
  readonly #bus: MemoryBus;
  readonly #onEvent: (event: UaEvent) => void;
  readonly #runner: CoreRunner<UaInput, UaOutput>;
  readonly #userAgent: UserAgent;
  readonly #network: SipNetwork | undefined;

  private constructor(
    config: SipShellConfig,
    ports: SipShellPorts,
    queue: RunQueue,
    bus: MemoryBus,
    network: SipNetwork | undefined,
    onEvent: (event: UaEvent) => void,
  ) {
    this.#config = config;
    this.#ports = ports;
    this.#bus = bus;
    this.#network = network;
    this.#onEvent = onEvent;
    const memory = { host: config.name, port: 0 };
    const userAgent = new UserAgent({
      local: { memory, ...network?.local },
      ...(network === undefined ? {} : { local6: network.local6 }),
      userAgentName: config.userAgentName,
      hashes: ports.hashes,
      createToken: ports.createToken,
      serves: config.serves,
      ...(config.tells === undefined ? {} : { tells: config.tells }),
      acceptAnyUser: config.acceptAnyUser,
      ...(config.answersWhereHeard === undefined
        ? {}
        : { answersWhereHeard: config.answersWhereHeard }),
      ...(config.sessionTimer === undefined ? {} : { sessionTimer: config.sessionTimer }),
      ...(config.extensions === undefined ? {} : { extensions: config.extensions }),
      ...(config.sessionIds === undefined ? {} : { sessionIds: config.sessionIds }),
      ...(config.screen === undefined ? {} : { screen: config.screen }),
      ...(config.trusts === undefined ? {} : { trusts: config.trusts }),
      ...(config.findTicket === undefined ? {} : { findTicket: config.findTicket }),
      ...(config.guard === undefined ? {} : { guard: config.guard }),
      ...(config.stunServer === undefined ? {} : { stunServer: config.stunServer }),
    });
    this.#userAgent = userAgent;
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
    const network =
      config.network === undefined
        ? undefined
        : await SipNetwork.open(config.network, ports, queue, {
            message: (bytes, from) => shell?.datagram(bytes, from),
            failed: (to, reason) => shell?.sendFailed(to, reason),
            ready: (to, local) => shell?.connected(to, local),
          });
    shell = new SipShell(config, ports, queue, bus, network, onEvent);
    return shell;
  }

  /** Where peers on the network reach this stack; undefined where it has no socket. */
  get listening(): SocketAddress | undefined {
    return this.#network?.local.udp;
  }

  /** Whether what comes from there comes from a server that one of those accounts registers at. */
  isServerOf(accounts: readonly string[], source: SipAddress): boolean {
    const nowMs = this.#ports.clock.nowMs();
    return accounts.some((account) => this.#userAgent.isServerOf(account, source, nowMs));
  }

  /** What its user agent keeps at the moment. */
  get load(): UserAgentLoad {
    return this.#userAgent.load;
  }

  command(command: UaCommand): void {
    this.#runner.feed({ kind: "command", command });
  }

  datagram(bytes: Uint8Array, from: SipAddress): void {
    this.#runner.feed({ kind: "datagram", bytes, from });
  }

  sendFailed(to: SipAddress, reason: string): void {
    this.#runner.feed({ kind: "send-failed", to, reason });
  }

  /** This machine has other addresses, or another way out. */
  networkChanged(): void {
    this.#runner.feed({ kind: "network-changed" });
  }

  connected(to: SipAddress, local: SocketAddress): void {
    this.#runner.feed({ kind: "connected", to, local });
  }

  close(): void {
    this.#runner.stop();
    this.#bus.leave(this.#config.name);
    this.#network?.close();
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
    if (to.transport !== "memory" && this.#network !== undefined) {
      this.#network.send(bytes, to);
      return;
    }
    const from: SipAddress = { transport: "memory", host: this.#config.name, port: 0 };
    if (to.transport === "memory" && this.#bus.send(bytes, from, to)) return;
    this.sendFailed(to, `there is no way to ${to.host}`);
  }
}
