import { printAddress, type SocketAddress } from "../../base/address.ts";
import { type Core, earliestMs } from "../../base/core.ts";
import { unreachable } from "../../base/invariant.ts";
import type { LogEvent } from "../../base/log-event.ts";
import type { TlsPeer } from "../../base/tls.ts";
import type { SipAddress } from "../user-agent-types.ts";
import { type StreamFrame, StreamFramer } from "../wire/stream-framer.ts";
import { type CertificatePolicy, judgeCertificate } from "./certificate.ts";
import { type Connection, ConnectionTable } from "./connection-table.ts";

/*
 * One connection:
 *
 *     send, no way there          somebody opens one
 *          | connect                     |
 *          v                             v
 *     +---------+  opened           +--------+ send: write, or wait while it is full
 *     | opening |------------------>|  open  |-----+
 *     +---------+  certificate good +--------+<----+ data: messages, pings
 *          | closed, bad               |
 *          v certificate               v closed, idle, broken, too much waits
 *         over: failed                over: failed
 */

/** What the connections of one stack may not exceed. */
export const CONNECTION_LIMITS = {
  connections: 512,
  /** Opened by one far end. */
  fromOneHost: 128,
  /** What may wait to be written to one connection, bytes. */
  waitingBytes: 262_144,
  /** How long who opened a connection may take for the first whole message, ms. */
  firstMessageMs: 30_000,
  /** How long nothing may happen on a connection: somewhat longer than leases commonly are, ms. */
  idleMs: 3_900_000,
} as const;

/** What goes in. Connections have ids: of {@link Connections.nextId} where the far end opened. */
export type ConnectionsInput =
  | { readonly kind: "send"; readonly bytes: Uint8Array; readonly to: SipAddress }
  | {
      readonly kind: "opened";
      readonly connection: number;
      readonly local: SocketAddress;
      /** Only of TLS. */
      readonly peer?: TlsPeer;
      readonly wallMs: number;
    }
  | {
      readonly kind: "accepted";
      readonly connection: number;
      readonly transport: "tcp" | "tls";
      readonly remote: SocketAddress;
    }
  /** `bytes` is borrowed. */
  | { readonly kind: "data"; readonly connection: number; readonly bytes: Uint8Array }
  /** What was written before did not fit: hold back until `writable`. */
  | { readonly kind: "full"; readonly connection: number }
  | { readonly kind: "writable"; readonly connection: number }
  /** It could not be opened, broke, or (no reason) was closed by the far end. */
  | { readonly kind: "closed"; readonly connection: number; readonly reason?: string }
  | { readonly kind: "timeout" };

/** What comes out. */
export type ConnectionsOutput =
  | {
      readonly kind: "connect";
      readonly connection: number;
      readonly to: SocketAddress;
      /** Whose certificate is asked for; absent for TCP. */
      readonly serverName?: string;
    }
  | { readonly kind: "write"; readonly connection: number; readonly bytes: Uint8Array }
  /** What was written before is sent still; nothing more is told of it. */
  | { readonly kind: "close"; readonly connection: number }
  /** A message or a keep-alive, for the user agent. */
  | { readonly kind: "message"; readonly bytes: Uint8Array; readonly from: SipAddress }
  /** A connection to there is open, and this is its near end. */
  | { readonly kind: "ready"; readonly to: SipAddress; readonly local: SocketAddress }
  /** A connection is gone: what waits for an answer from there fails. */
  | { readonly kind: "failed"; readonly to: SipAddress; readonly reason: string }
  | { readonly kind: "log"; readonly event: LogEvent };

/** Addresses whose names are remembered. */
const PROVEN_NAMES_MAX = 100;

const PING = new Uint8Array([0x0d, 0x0a, 0x0d, 0x0a]);
const PONG = new Uint8Array([0x0d, 0x0a]);

/**
 * All TCP and TLS connections of a stack: opened when something is to be sent, used again while
 * they are open, cut into messages. A certificate that does not do ends a connection before a
 * byte of SIP is sent.
 */
export class Connections implements Core<ConnectionsInput, ConnectionsOutput> {
  readonly #policy: CertificatePolicy;
  readonly #table = new ConnectionTable();
  /** Whose certificates were good at which addresses, the last one last. */
  readonly #provenNames = new Map<string, string>();
  #outputs: ConnectionsOutput[] = [];
  #lastId = 0;

  constructor(policy: CertificatePolicy) {
    this.#policy = policy;
  }

  /** A fresh id for a connection that somebody opened to us. */
  nextId(): number {
    return ++this.#lastId;
  }

  /** How many there are. */
  get size(): number {
    return this.#table.size;
  }

  handle(input: ConnectionsInput, nowMs: number): readonly ConnectionsOutput[] {
    this.#take(input, nowMs);
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }

  deadlineMs(): number | undefined {
    let deadlineMs: number | undefined;
    for (const connection of this.#table.all()) {
      deadlineMs = earliestMs(deadlineMs, endsAtMs(connection));
    }
    return deadlineMs;
  }

  #take(input: ConnectionsInput, nowMs: number): void {
    if (input.kind === "send") {
      this.#send(input.bytes, input.to, nowMs);
      return;
    }
    if (input.kind === "accepted") {
      this.#accepted(input, nowMs);
      return;
    }
    if (input.kind === "timeout") {
      this.#timeout(nowMs);
      return;
    }
    // What is told of one that is over came late.
    const connection = this.#table.get(input.connection);
    if (connection === undefined) return;
    switch (input.kind) {
      case "opened":
        this.#opened(connection, input);
        return;
      case "data":
        this.#data(connection, input.bytes, nowMs);
        return;
      case "full":
        connection.isFull = true;
        return;
      case "writable":
        connection.isFull = false;
        this.#flush(connection);
        return;
      case "closed":
        this.#end(connection, input.reason ?? "the far end closed the connection");
        return;
      default:
        unreachable(input);
    }
  }

  #send(bytes: Uint8Array, to: SipAddress, nowMs: number): void {
    const flow = to.flow === undefined ? undefined : this.#table.get(to.flow);
    const connection = flow ?? this.#table.find(to) ?? this.#open(to, nowMs);
    if (connection === undefined) return;
    if (connection.waitingBytes + bytes.length > CONNECTION_LIMITS.waitingBytes) {
      this.#close(connection, "the far end takes nothing more");
      return;
    }
    connection.waiting.push(bytes);
    connection.waitingBytes += bytes.length;
    connection.activeAtMs = nowMs;
    this.#flush(connection);
  }

  #open(to: SipAddress, nowMs: number): Connection | undefined {
    const { transport, host, port } = to;
    const isStream = transport === "tcp" || transport === "tls";
    if (!isStream || port === 0) {
      this.#fail(to, "the connection is closed, and there is no port to open one to");
      return undefined;
    }
    if (this.#table.size >= CONNECTION_LIMITS.connections) {
      this.#fail(to, "too many connections are open");
      return undefined;
    }
    const serverName = transport === "tls" ? this.#nameAt(to) : undefined;
    const connection = create(
      { id: this.nextId(), transport, remote: { host, port }, isOurs: true, serverName },
      nowMs,
    );
    this.#table.add(connection);
    this.#outputs.push({
      kind: "connect",
      connection: connection.id,
      to: connection.remote,
      ...(serverName === undefined ? {} : { serverName }),
    });
    return connection;
  }

  /**
   * Whose certificate is wanted of an address. Servers put addresses into the routes of calls, and
   * certificates are for names: where one has proven itself by its name before, as the server that
   * we register at has, it is to do so again.
   */
  #nameAt(to: SipAddress): string {
    return to.serverName ?? this.#provenNames.get(printAddress(to)) ?? to.host;
  }

  #proven({ remote }: Connection, serverName: string): void {
    const place = printAddress(remote);
    this.#provenNames.delete(place);
    this.#provenNames.set(place, serverName);
    for (const oldest of this.#provenNames.keys()) {
      if (this.#provenNames.size <= PROVEN_NAMES_MAX) break;
      this.#provenNames.delete(oldest);
    }
  }

  #accepted(input: Extract<ConnectionsInput, { kind: "accepted" }>, nowMs: number): void {
    const { connection: id, transport, remote } = input;
    if (this.#table.countFrom(remote.host) >= CONNECTION_LIMITS.fromOneHost) {
      this.#outputs.push({ kind: "close", connection: id });
      return;
    }
    if (this.#table.size >= CONNECTION_LIMITS.connections) {
      const idle = this.#table.mostIdle();
      if (idle !== undefined) this.#close(idle, "another one needed its place");
    }
    const parts = { id, transport, remote, isOurs: false, serverName: undefined };
    const connection = create(parts, nowMs);
    connection.isOpen = true;
    this.#table.add(connection);
  }

  #opened(
    connection: Connection,
    { peer, wallMs, local }: Extract<ConnectionsInput, { kind: "opened" }>,
  ): void {
    const { serverName, remote } = connection;
    if (serverName !== undefined) {
      const verdict = judgeCertificate(this.#policy, peer, serverName, wallMs);
      if (!verdict.ok) {
        this.#log("warn", `no TLS with ${printAddress(remote)}: ${verdict.error}`);
        this.#close(connection, verdict.error);
        return;
      }
      this.#proven(connection, serverName);
    }
    connection.isOpen = true;
    this.#outputs.push({ kind: "ready", to: addressOf(connection), local });
    this.#flush(connection);
  }

  #data(connection: Connection, bytes: Uint8Array, nowMs: number): void {
    for (const frame of connection.framer.push(bytes)) this.#frame(connection, frame, nowMs);
  }

  #frame(connection: Connection, frame: StreamFrame, nowMs: number): void {
    const { id, transport, remote } = connection;
    if (frame.kind === "broken") {
      this.#log("info", `the connection to ${printAddress(remote)} is cut: ${frame.reason}`);
      this.#close(connection, frame.reason);
      return;
    }
    connection.activeAtMs = nowMs;
    connection.hasSpoken = true;
    const bytes = frame.kind === "message" ? frame.bytes : frame.kind === "ping" ? PING : PONG;
    this.#outputs.push({ kind: "message", bytes, from: { transport, ...remote, flow: id } });
  }

  #flush(connection: Connection): void {
    if (!connection.isOpen || connection.isFull) return;
    for (const bytes of connection.waiting) {
      this.#outputs.push({ kind: "write", connection: connection.id, bytes });
    }
    connection.waiting = [];
    connection.waitingBytes = 0;
  }

  #timeout(nowMs: number): void {
    for (const connection of [...this.#table.all()]) {
      if ((endsAtMs(connection) ?? nowMs + 1) > nowMs) continue;
      this.#close(connection, "nothing happened on it for too long");
    }
  }

  #close(connection: Connection, reason: string): void {
    this.#outputs.push({ kind: "close", connection: connection.id });
    this.#end(connection, reason);
  }

  #end(connection: Connection, reason: string): void {
    this.#table.remove(connection);
    this.#fail(addressOf(connection), reason);
  }

  #fail(to: SipAddress, reason: string): void {
    this.#outputs.push({ kind: "failed", to, reason });
  }

  #log(level: LogEvent["level"], text: string): void {
    this.#outputs.push({ kind: "log", event: { level, area: "sip", text } });
  }
}

function addressOf({ id, transport, remote, serverName }: Connection): SipAddress {
  const name = serverName === undefined ? {} : { serverName };
  return { transport, ...remote, ...name, flow: id };
}

function create(
  parts: Pick<Connection, "id" | "transport" | "remote" | "isOurs" | "serverName">,
  nowMs: number,
): Connection {
  return {
    ...parts,
    framer: new StreamFramer(parts.isOurs ? "opener" : "accepter"),
    isOpen: false,
    isFull: false,
    waiting: [],
    waitingBytes: 0,
    activeAtMs: nowMs,
    hasSpoken: false,
  };
}

/** When a connection has been idle for too long; opening has a limit of its own, at the port. */
function endsAtMs({ isOpen, isOurs, hasSpoken, activeAtMs }: Connection): number | undefined {
  if (!isOpen) return undefined;
  const { firstMessageMs, idleMs } = CONNECTION_LIMITS;
  return activeAtMs + (isOurs || hasSpoken ? idleMs : firstMessageMs);
}
