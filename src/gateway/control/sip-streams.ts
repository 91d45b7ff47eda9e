import { printAddress, type SocketAddress } from "../../base/address.ts";
import { PortError, type PortFault } from "../../base/port-fault.ts";
import type { Clock } from "../../hal/ports/clock.ts";
import type { LogSink } from "../../hal/ports/log-sink.ts";
import type {
  Stream,
  StreamEvents,
  StreamListener,
  Streams,
  TlsIdentity,
} from "../../hal/ports/net.ts";
import {
  type CertificatePolicy,
  Connections,
  type ConnectionsInput,
  type ConnectionsOutput,
  type SipAddress,
} from "../../sip/index.ts";
import { CoreRunner } from "../core-runner.ts";
import type { RunQueue } from "../run-queue.ts";

/** How long opening a connection may take, TLS included, ms. */
const CONNECT_MS = 4000;

/** How a box shows itself over TLS, and what it asks of others. PEM text. */
export interface SipTlsConfig {
  readonly policy: CertificatePolicy;
  /** Whom to believe; the system's list where absent. */
  readonly authorities?: string;
  /** Shown to servers that ask, and to whoever connects to us. */
  readonly identity?: TlsIdentity;
}

/** What the streams of a stack need from outside. */
export interface SipStreamsPorts {
  readonly clock: Clock;
  readonly streams: Streams;
  readonly log: LogSink;
}

/** Where what comes in goes. */
export interface SipStreamsSinks {
  message(bytes: Uint8Array, from: SipAddress): void;
  failed(to: SipAddress, reason: string): void;
  /** A connection that we opened is ready; `local` is its near end. */
  ready(to: SipAddress, local: SocketAddress): void;
}

/** Drives the connections of one SIP stack through the stream port. */
export class SipStreams {
  readonly #tls: SipTlsConfig;
  readonly #ports: SipStreamsPorts;
  readonly #sinks: SipStreamsSinks;
  readonly #dscp: number | undefined;
  readonly #core: Connections;
  readonly #runner: CoreRunner<ConnectionsInput, ConnectionsOutput>;
  readonly #open = new Map<number, Stream>();
  readonly #listeners: StreamListener[] = [];
  /** Connections that were given up while they were being opened. */
  readonly #unwanted = new Set<number>();
  #isClosed = false;

  constructor(
    tls: SipTlsConfig,
    ports: SipStreamsPorts,
    queue: RunQueue,
    sinks: SipStreamsSinks,
    dscp?: number,
  ) {
    this.#dscp = dscp;
    this.#tls = tls;
    this.#ports = ports;
    this.#sinks = sinks;
    this.#core = new Connections(tls.policy);
    this.#runner = new CoreRunner(this.#core, ports.clock, queue, (output) => this.#carry(output));
  }

  /** Waits for connections; rejects with `PortError`. TLS needs an identity. */
  async listen(transport: "tcp" | "tls", address: SocketAddress): Promise<SocketAddress> {
    const { identity } = this.#tls;
    const tls = transport === "tls" && identity !== undefined ? { tls: { identity } } : {};
    const listener = await this.#ports.streams.listen({
      ...address,
      ...tls,
      ...(this.#dscp === undefined ? {} : { dscp: this.#dscp }),
      onStream: (stream) => this.#accept(transport, stream),
      onFault: (fault, from) => this.#told(fault, from),
    });
    this.#listeners.push(listener);
    return listener.local;
  }

  send(bytes: Uint8Array, to: SipAddress): void {
    this.#runner.feed({ kind: "send", bytes, to });
  }

  /** Closes all; nothing more is told. */
  close(): void {
    this.#isClosed = true;
    this.#runner.stop();
    for (const listener of this.#listeners) listener.close();
    for (const stream of this.#open.values()) stream.close();
    this.#open.clear();
  }

  #accept(transport: "tcp" | "tls", stream: Stream): StreamEvents {
    const connection = this.#core.nextId();
    if (this.#isClosed) stream.close();
    else this.#open.set(connection, stream);
    this.#runner.feed({ kind: "accepted", connection, transport, remote: stream.remote });
    return this.#events(connection);
  }

  #events(connection: number): StreamEvents {
    return {
      // The core keeps no reference past `handle`, but the queue may run it later.
      onData: (bytes) => this.#runner.feed({ kind: "data", connection, bytes: bytes.slice() }),
      onWritable: () => this.#runner.feed({ kind: "writable", connection }),
      onClose: (fault) => {
        this.#open.delete(connection);
        const reason = fault === undefined ? {} : { reason: fault.what };
        this.#runner.feed({ kind: "closed", connection, ...reason });
      },
    };
  }

  #carry(output: ConnectionsOutput): void {
    switch (output.kind) {
      case "connect":
        void this.#connect(output);
        return;
      case "write": {
        const stream = this.#open.get(output.connection);
        if (stream?.write(output.bytes) === false) {
          this.#runner.feed({ kind: "full", connection: output.connection });
        }
        return;
      }
      case "close":
        if (!this.#open.has(output.connection)) this.#unwanted.add(output.connection);
        this.#open.get(output.connection)?.close();
        this.#open.delete(output.connection);
        return;
      case "message":
        this.#sinks.message(output.bytes, output.from);
        return;
      case "ready":
        this.#sinks.ready(output.to, output.local);
        return;
      case "failed":
        this.#sinks.failed(output.to, output.reason);
        return;
      case "log":
        this.#ports.log(output.event);
        return;
    }
  }

  async #connect(output: Extract<ConnectionsOutput, { kind: "connect" }>): Promise<void> {
    const { connection, to, serverName } = output;
    const { authorities, identity } = this.#tls;
    const tls =
      serverName === undefined
        ? {}
        : {
            tls: {
              serverName,
              ...(authorities === undefined ? {} : { authorities }),
              ...(identity === undefined ? {} : { identity }),
            },
          };
    try {
      const mark = this.#dscp === undefined ? {} : { dscp: this.#dscp };
      const request = { to, timeoutMs: CONNECT_MS, ...tls, ...mark };
      const stream = await this.#ports.streams.connect(request, this.#events(connection));
      if (this.#isClosed || this.#unwanted.delete(connection)) {
        stream.close();
        return;
      }
      this.#open.set(connection, stream);
      const peer = stream.peer === undefined ? {} : { peer: stream.peer };
      const wallMs = this.#ports.clock.wallMs();
      const { local } = stream;
      this.#runner.feed({ kind: "opened", connection, local, wallMs, ...peer });
    } catch (error) {
      this.#unwanted.delete(connection);
      const reason = error instanceof PortError ? printFault(error.fault) : String(error);
      this.#runner.feed({ kind: "closed", connection, reason });
    }
  }

  #told(fault: PortFault, from: SocketAddress | undefined): void {
    const who = from === undefined ? fault.what : `${fault.what} (${printAddress(from)})`;
    const level = from === undefined ? "error" : "info";
    this.#ports.log({ level, area: "sip", text: `${who}: ${fault.advice}` });
  }
}

function printFault({ what, advice }: PortFault): string {
  return `${what}: ${advice}`;
}
