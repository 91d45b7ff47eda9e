import type { SocketAddress } from "../../base/address.ts";
import { invariant } from "../../base/invariant.ts";
import type { LineId } from "../../base/line-messages.ts";
import type { MediaCommand, MediaEvent } from "../../base/media-messages.ts";
import type { CallRecord, WallTime } from "../../call/index.ts";
import { DIALOG_EVENT, type SipAddress, type UaCommand, type UaEvent } from "../../sip/index.ts";
import type { RealtimeHost } from "../realtime/host.ts";
import type { RealtimeEvent } from "../realtime/messages.ts";
import type { RealtimeConfig } from "../realtime/realtime-config.ts";
import { RunQueue } from "../run-queue.ts";
import type { BoxEvent, BoxLoad, LineStatus } from "./box-events.ts";
import type { ControlConfig, ControlLineConfig, LineServer } from "./control-config.ts";
import { ExchangeControl } from "./exchange-control.ts";
import { type AccountServers, LineAccounts } from "./line-accounts.ts";
import { type Keepers, LineControl, needsNetwork } from "./line-control.ts";
import { MemoryBus } from "./memory-bus.ts";
import { SessionRoutes } from "./session-routes.ts";
import type { SipNetworkConfig } from "./sip-network.ts";
import { SipShell, type SipShellPorts } from "./sip-shell.ts";
import { StrangerCalls, StrangerScreen, turnedAway } from "./strangers.ts";

/** What the control plane needs from outside, besides what its SIP stacks need. */
export interface ControlPorts extends SipShellPorts {
  readonly realtime: RealtimeHost;
  /** Who the box is to SIP servers, `urn:uuid:…`. */
  readonly instance: string;
  readonly wallTime: (wallMs: number) => WallTime;
  readonly keepers: Keepers;
  /** Keeps a call record. */
  readonly record: (record: CallRecord) => void;
  readonly onEvent: (event: BoxEvent) => void;
}

/** How long a stop waits for the registrar to confirm that we are gone, and for call records. */
const STOP_WAIT_MS = 2000;

/**
 * The control plane: the lines' SIP stack with one call control a line, and the exchange with a
 * stack of its own. The two stacks meet on the memory bus or the network, and nowhere else.
 */
export class ControlPlane {
  readonly #ports: ControlPorts;
  readonly #queue: RunQueue;
  readonly #lineSip: SipShell;
  readonly #exchange: ExchangeControl | undefined;
  readonly #directCalls: boolean;
  readonly #strangers = new StrangerCalls();
  readonly #lines = new Map<LineId, LineControl>();
  readonly #accounts = new Map<string, LineControl>();
  readonly #sessions = new SessionRoutes<LineControl>();
  /** Whose requests wait for an answer. */
  readonly #requests = new SessionRoutes<LineControl>();
  readonly #media = new SessionRoutes<LineControl | ExchangeControl>();
  /** The STUN server that voice asks where it is seen; undefined where there is no need. */
  #reflector: SocketAddress | undefined;
  #onSettled: (() => void) | undefined;
  #stopped = false;

  private constructor(
    config: ControlConfig,
    ports: ControlPorts,
    queue: RunQueue,
    lineSip: SipShell,
    exchange: ExchangeControl | undefined,
  ) {
    this.#ports = ports;
    this.#queue = queue;
    this.#lineSip = lineSip;
    this.#exchange = exchange;
    this.#directCalls = config.directCalls;
    for (const line of config.lines) this.#addLine(line);
  }

  /** Opens the SIP stacks and the real-time plane, and registers every line. */
  static async start(
    config: ControlConfig,
    realtime: RealtimeConfig,
    ports: ControlPorts,
  ): Promise<ControlPlane> {
    const queue = new RunQueue();
    const bus = new MemoryBus(queue);
    let plane: ControlPlane | undefined;
    const exchange =
      config.exchange === undefined
        ? undefined
        : await ExchangeControl.open(
            config.exchange,
            networkOf(config, config.exchange.listen.port, config.exchange.tlsPort),
            config,
            ports,
            queue,
            bus,
            { media: (owner, command) => plane?.sendMedia(owner, command) },
          );
    const needsSocket = config.lines.some(needsNetwork);
    const strangers = new StrangerScreen((source) => plane?.trusts(source) === true, ports.log);
    const allowsJoin = config.lines.some(({ call }) => call.allowsJoin === true);
    const lineSip = await SipShell.open(
      {
        name: "lines",
        userAgentName: config.userAgentName,
        serves: ["INFO", "MESSAGE", "NOTIFY", "REFER"],
        tells: [DIALOG_EVENT],
        acceptAnyUser: false,
        trusts: (source) => plane?.trusts(source) === true,
        extensions: ["tdialog", "explicitsub", ...(allowsJoin ? ["join"] : [])],
        ...(config.sessionTimer === undefined ? {} : { sessionTimer: config.sessionTimer }),
        ...(config.sessionIds === undefined ? {} : { sessionIds: config.sessionIds }),
        ...(needsSocket ? { network: networkOf(config, 0) } : {}),
        ...(config.stunServer === undefined ? {} : { stunServer: config.stunServer }),
        ...(config.directCalls
          ? {}
          : { screen: (request, source, nowMs) => strangers.refuse(request, source, nowMs) }),
        ...(config.guard === undefined
          ? {}
          : { guard: { ...config.guard, isTrusted: (source) => plane?.trusts(source) === true } }),
      },
      ports,
      queue,
      bus,
      (event) => plane?.uaEvent(event),
    );
    plane = new ControlPlane(config, ports, queue, lineSip, exchange);
    const started = plane;
    try {
      await ports.realtime.start(realtime, (event) => started.realtimeEvent(event));
    } catch (error) {
      // Nothing is left open that would keep the process from ending.
      await ports.realtime.stop();
      started.#close();
      throw error;
    }
    for (const line of started.#lines.values()) line.register();
    return started;
  }

  /** Where IP phones reach the exchange; undefined where there is none or its port was taken. */
  get exchangeAddress(): SipShell["listening"] {
    return this.#exchange?.listening;
  }

  /** Whether a request comes from a server that some line is registered at. */
  trusts(source: SipAddress): boolean {
    return [...this.#lines.values()].some((line) => line.trusts(source));
  }

  /** What it keeps at the moment; at rest it is what it was before any call. */
  get load(): BoxLoad {
    const exchange = this.#exchange?.load;
    return {
      lines: this.#lineSip.load,
      ...(exchange === undefined ? {} : { exchange }),
      sessions: this.#sessions.size,
      requests: this.#requests.size,
      media: this.#media.size,
    };
  }

  status(): readonly LineStatus[] {
    return [...this.#lines.values()].map((line) => line.status());
  }

  /**
   * This machine has other addresses, another way out, or its clock was set: every line registers
   * anew at once, and what was learned of the network is forgotten. `what` goes to the log.
   */
  networkChanged(what: string): void {
    if (this.#stopped) return;
    this.#ports.log({ level: "info", area: "sip", text: `${what}: the lines register anew` });
    this.#lineSip.networkChanged();
  }

  /** Hands a message to the board; see `Board.receive`. */
  board(message: unknown): void {
    this.#ports.realtime.send({ kind: "board", message });
  }

  /**
   * Ends every call and un-registers, waits a moment for the answers and the last records, puts
   * every line at rest, and closes all.
   */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const line of this.#lines.values()) line.stop();
    this.#exchange?.stop();
    if (!this.#isSettled()) {
      const { clock } = this.#ports;
      await new Promise<void>((resolve) => {
        const timer = clock.at(clock.nowMs() + STOP_WAIT_MS, resolve);
        this.#onSettled = () => {
          timer.cancel();
          resolve();
        };
        for (const line of this.#lines.values()) line.unregister();
      });
    }
    await this.#ports.realtime.stop();
    this.#close();
  }

  /** From the lines' SIP stack, inside the queue. */
  uaEvent(event: UaEvent): void {
    if (event.kind === "reflected") {
      this.#reflector = event.server;
      return;
    }
    const owner = this.#ownerOf(event);
    const refusal =
      turnedAway(owner, event, this.#directCalls) ?? this.#strangers.refusal(owner, event);
    if (refusal !== undefined) {
      if (refusal.log !== undefined) this.#ports.log(refusal.log);
      this.#lineSip.command(refusal.command);
      return;
    }
    owner?.uaEvent(event);
    if (event.kind === "response") this.#requests.delete(event.request);
    if (owner !== undefined) this.#tellRegistration(owner, event);
    if (event.kind === "ended" || event.kind === "failed") this.#sessions.delete(event.session);
    if (event.kind === "unregistered") this.#settle();
  }

  realtimeEvent(event: RealtimeEvent): void {
    this.#queue.post(() => this.#realtimeEvent(event));
  }

  sendMedia(owner: LineControl | ExchangeControl, command: MediaCommand): void {
    if (command.kind === "open") this.#media.set(command.session, owner);
    const asks = command.kind === "open" && command.owner.kind === "line";
    const reflector = asks ? this.#reflector : undefined;
    const sent = reflector === undefined ? command : { ...command, reflector };
    this.#ports.realtime.send({ kind: "media", command: sent });
  }

  #close(): void {
    for (const line of this.#lines.values()) line.close();
    this.#exchange?.close();
    this.#lineSip.close();
  }

  #addLine(config: ControlLineConfig): void {
    const { clock, createToken, instance, keepers } = this.#ports;
    const wallTime = (nowMs: number): WallTime =>
      this.#ports.wallTime(clock.wallMs() - (clock.nowMs() - nowMs));
    const line = new LineControl(
      config,
      new LineAccounts(
        config.line,
        [
          { config: config.account, servers: this.#serverHops(config.server) },
          ...(config.more ?? []).map(({ account, server }) => ({
            config: account,
            servers: this.#serverHops(server),
          })),
        ],
        instance,
      ),
      { clock, createToken, wallTime, keepers },
      this.#queue,
      {
        line: (id, command) => {
          this.#ports.realtime.send({ kind: "line", line: id, command });
          this.#ports.onEvent({ kind: "line-command", line: id, command });
        },
        ua: (owner, command) => this.#lineCommand(owner, command),
        media: (owner, command) => this.sendMedia(owner, command),
        record: (record) => {
          this.#ports.record(record);
          this.#ports.onEvent({ kind: "record", record });
          this.#settle();
        },
        tell: this.#ports.onEvent,
        log: this.#ports.log,
        isServerOf: (ids, source) => this.#lineSip.isServerOf(ids, source),
      },
    );
    this.#lines.set(config.line, line);
    for (const id of line.accounts.ids) this.#accounts.set(id, line);
  }

  #serverHops(server: LineServer): AccountServers {
    if (server.kind === "network") return [server.hop, ...server.backups];
    invariant(this.#exchange !== undefined, "a line at the exchange needs an exchange");
    const listening = this.#exchange.listening;
    if (server.transport === "udp" && listening !== undefined) {
      return [{ transport: "udp", ...listening }];
    }
    return [{ transport: "memory", host: ExchangeControl.busName, port: 0 }];
  }

  #lineCommand(owner: LineControl, command: UaCommand): void {
    if (command.kind === "invite") this.#sessions.set(command.session, owner);
    if ("request" in command && command.kind !== "reply") {
      this.#requests.set(command.request, owner);
    }
    this.#strangers.made(command);
    this.#lineSip.command(command);
  }

  #ownerOf(event: Exclude<UaEvent, { kind: "reflected" }>): LineControl | undefined {
    switch (event.kind) {
      case "registered":
      case "registration-failed":
      case "unregistered":
      case "subscription":
      case "notified":
        return this.#accounts.get(event.account);
      case "watched":
        if (event.session !== undefined) return this.#sessions.get(event.session);
        return event.account === undefined ? undefined : this.#accounts.get(event.account);
      case "watch-ended":
        return event.account === undefined ? undefined : this.#accounts.get(event.account);
      case "incoming": {
        const owner = event.account === undefined ? undefined : this.#accounts.get(event.account);
        if (owner !== undefined) this.#sessions.set(event.session, owner);
        return owner;
      }
      case "request":
        if (event.session !== undefined) return this.#sessions.get(event.session);
        return event.account === undefined ? undefined : this.#accounts.get(event.account);
      case "response":
        return this.#requests.get(event.request);
      default:
        return this.#sessions.get(event.session);
    }
  }

  #realtimeEvent(event: RealtimeEvent): void {
    switch (event.kind) {
      case "line-ready":
        this.#lines.get(event.line)?.ready();
        this.#ports.onEvent(event);
        return;
      case "line-failed":
        this.#lines.get(event.line)?.failed(event.fault);
        this.#ports.onEvent({ kind: event.kind, line: event.line, reason: event.reason });
        return;
      case "line":
        this.#ports.onEvent(event);
        this.#lines.get(event.line)?.lineEvent(event.event);
        return;
      case "media":
        this.#mediaEvent(event.event);
        return;
      case "log":
        this.#ports.log(event.event);
        return;
      case "board":
      case "fatal":
        this.#ports.onEvent(event);
        return;
    }
  }

  #mediaEvent(event: MediaEvent): void {
    this.#media.get(event.session)?.mediaEvent(event);
    if (event.kind === "closed" || event.kind === "open-failed") this.#media.delete(event.session);
  }

  /** Whether a stop has nothing left to wait for. */
  #isSettled(): boolean {
    return [...this.#lines.values()].every((line) => !line.registered && line.settled);
  }

  #settle(): void {
    if (this.#isSettled()) this.#onSettled?.();
  }

  #tellRegistration(owner: LineControl, event: UaEvent): void {
    const { user, server } = owner.accounts.describe(
      "account" in event ? event.account : undefined,
    );
    const who = { line: owner.line, user };
    if (event.kind === "registered") this.#ports.onEvent({ kind: "registered", ...who, server });
    if (event.kind === "unregistered") this.#ports.onEvent({ kind: "unregistered", ...who });
    if (event.kind !== "registration-failed") return;
    const status = event.status === undefined ? "" : `${event.status} `;
    this.#ports.onEvent({
      kind: "registration-failed",
      ...who,
      server,
      reason: `${status}${event.reason}`,
      ...(event.retryMs === undefined ? {} : { retryMs: event.retryMs }),
    });
  }
}

/** Where a stack is reached: every address of the box, one port. */
function networkOf(config: ControlConfig, port: number, tlsPort?: number): SipNetworkConfig {
  const { sipHost, sipHost6, tls, sipDscp } = config;
  return {
    listen: { host: sipHost, port },
    ...(sipHost6 === undefined ? {} : { listen6: { host: sipHost6, port } }),
    ...(tlsPort === undefined ? {} : { tlsPort }),
    ...(sipDscp === undefined ? {} : { dscp: sipDscp }),
    tls,
  };
}
