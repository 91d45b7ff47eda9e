import { isIPv6 } from "node:net";
import { hostname } from "node:os";
import type { LogEvent, LogLevel } from "../base/log-event.ts";
import { errorText } from "../base/thrown.ts";
import { CoreRunner } from "../gateway/core-runner.ts";
import { RunQueue } from "../gateway/run-queue.ts";
import type { Clock } from "../hal/ports/clock.ts";
import type { LogSink } from "../hal/ports/log-sink.ts";
import type { Resolver, Stream, Streams, Udp } from "../hal/ports/net.ts";
import type { Random } from "../hal/ports/random.ts";
import { CLOCK_SET_FROM_MS, judgeCertificate } from "../sip/index.ts";
import { isWanted } from "./cli/log.ts";
import type { SyslogSettings } from "./config/resolve-syslog.ts";
import { type SyslogInput, type SyslogOutput, SyslogSender } from "./syslog/syslog-sender.ts";
import { localWallTime } from "./wall-time.ts";

/** How long opening a stream may take, TLS included, ms. */
const OPEN_LIMIT_MS = 10_000;

/** How long the end of a run waits for what is to be sent yet, ms. */
export const LAST_WORDS_MS = 1000;

/** What a link to a server stands on. */
export interface SyslogPorts {
  readonly clock: Clock;
  readonly udp: Udp;
  readonly streams: Streams;
  readonly resolver: Resolver;
  readonly random: Random;
}

/** A log that goes to a server. */
export interface SyslogLink {
  readonly log: LogSink;
  /** Sends what waits, if that can be done soon, and ends. */
  close(): Promise<void>;
}

/** The way to a server that is being made, or is there. */
interface Way {
  readonly number: number;
  send(bytes: Uint8Array): boolean;
  close(): void;
}

/**
 * Sends a log to a syslog server, as well as that goes: nothing waits for it, and nothing that
 * goes wrong is more than told, to the log on this machine.
 */
export function openSyslog(
  settings: SyslogSettings,
  level: LogLevel,
  ports: SyslogPorts,
  tell: LogSink,
): SyslogLink {
  return new Link(settings, level, ports, tell);
}

class Link implements SyslogLink {
  readonly #settings: SyslogSettings;
  readonly #level: LogLevel;
  readonly #ports: SyslogPorts;
  readonly #tell: LogSink;
  readonly #sender: SyslogSender;
  readonly #runner: CoreRunner<SyslogInput, SyslogOutput>;
  #way: Way | undefined;
  /** The way that is wanted: one of an older number closes as soon as it is there. */
  #wanted = 0;
  #whenEmpty: (() => void) | undefined;

  constructor(settings: SyslogSettings, level: LogLevel, ports: SyslogPorts, tell: LogSink) {
    this.#settings = settings;
    this.#level = level;
    this.#ports = ports;
    this.#tell = tell;
    const { transport, name, source } = settings;
    this.#sender = new SyslogSender({
      ...{ transport, name, chance: (ports.random.bytes(1)[0] ?? 0) / 256 },
      source: {
        ...source,
        hostName: settings.hostName ?? hostname(),
        processId: String(process.pid),
      },
    });
    this.#runner = new CoreRunner(
      this.#sender,
      ports.clock,
      new RunQueue(),
      (output) => this.#carryOut(output),
      () => {
        if (this.#sender.isEmpty) this.#whenEmpty?.();
      },
    );
  }

  readonly log = (event: LogEvent): void => {
    if (!isWanted(event, this.#level)) return;
    const wallMs = this.#ports.clock.wallMs();
    const time = wallMs < CLOCK_SET_FROM_MS ? undefined : localWallTime(wallMs).utc;
    this.#runner.feed({ kind: "line", event, time });
  };

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      const limit = this.#ports.clock.at(this.#ports.clock.nowMs() + LAST_WORDS_MS, resolve);
      const end = (): void => {
        limit.cancel();
        resolve();
      };
      if (this.#sender.isEmpty) end();
      else this.#whenEmpty = end;
    });
    this.#runner.stop();
    this.#wanted = 0;
    this.#way?.close();
    this.#way = undefined;
  }

  #carryOut(output: SyslogOutput): void {
    switch (output.kind) {
      case "resolve": {
        const { way } = output;
        this.#wanted = way;
        const resolved = (addresses: readonly string[]): void =>
          this.#runner.feed({ kind: "resolved", way, addresses });
        this.#ports.resolver.addresses(this.#settings.host, resolved);
        return;
      }
      case "open":
        void this.#open(output.way, output.host);
        return;
      case "send": {
        const isFull = this.#way?.number === output.way && !this.#way.send(output.bytes);
        this.#runner.feed({ kind: "sent", way: output.way, isFull });
        return;
      }
      case "close":
        this.#wanted = 0;
        this.#way?.close();
        this.#way = undefined;
        return;
      case "tell":
        this.#tell({ level: output.level, area: "log", text: output.text });
    }
  }

  async #open(number: number, host: string): Promise<void> {
    try {
      const isUdp = this.#settings.transport === "udp";
      const way = isUdp ? await this.#bindUdp(number, host) : await this.#connect(number, host);
      if (this.#wanted !== number) {
        way.close();
        return;
      }
      this.#way = way;
      this.#runner.feed({ kind: "opened", way: number });
    } catch (error) {
      this.#runner.feed({ kind: "failed", way: number, why: errorText(error) });
    }
  }

  async #bindUdp(number: number, host: string): Promise<Way> {
    const socket = await this.#ports.udp.bind({
      host: isIPv6(host) ? "::" : "0.0.0.0",
      port: 0,
      onDatagram: () => {},
      onFault: (fault, to) => {
        if (to !== undefined) this.#runner.feed({ kind: "lost" });
        this.#runner.feed({ kind: "failed", way: number, why: fault.advice });
      },
    });
    const to = { host, port: this.#settings.port };
    return {
      number,
      send: (bytes) => {
        socket.send(bytes, to);
        return true;
      },
      close: () => socket.close(),
    };
  }

  async #connect(number: number, host: string): Promise<Way> {
    const { port, tls } = this.#settings;
    const failed = (why: string): void => this.#runner.feed({ kind: "failed", way: number, why });
    const stream: Stream = await this.#ports.streams.connect(
      {
        to: { host, port },
        timeoutMs: OPEN_LIMIT_MS,
        ...(tls === undefined
          ? {}
          : {
              tls: {
                serverName: this.#settings.host,
                ...(tls.authorities === undefined ? {} : { authorities: tls.authorities }),
              },
            }),
      },
      {
        onData: () => {},
        onWritable: () => this.#runner.feed({ kind: "writable", way: number }),
        onClose: (fault) => failed(fault?.advice ?? "it closed the connection"),
      },
    );
    const { clock } = this.#ports;
    if (tls !== undefined) {
      const { host: wanted } = this.#settings;
      const good = judgeCertificate(tls.policy, stream.peer, wanted, clock.wallMs());
      if (!good.ok) {
        stream.close();
        throw new Error(good.error.replace("sip.tls.ca", "log.syslog.tls.ca"));
      }
    }
    return { number, send: (bytes) => stream.write(bytes), close: () => stream.close() };
  }
}
