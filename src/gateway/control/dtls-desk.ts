import type { DtlsEngine } from "../../base/dtls-engine.ts";
import type { Hashes } from "../../base/hashes.ts";
import type { LogEvent } from "../../base/log-event.ts";
import type { MediaCommand, MediaEvent } from "../../base/media-messages.ts";
import type { DtlsSecurity } from "../../base/srtp-suites.ts";
import type { Clock } from "../../hal/ports/clock.ts";
import { type DtlsInput, DtlsKeying, type DtlsOutput } from "../../media/index.ts";
import { CoreRunner } from "../core-runner.ts";
import type { RealtimeHost } from "../realtime/host.ts";
import type { RealtimeEvent } from "../realtime/messages.ts";
import type { RtpConfig } from "../realtime/realtime-config.ts";
import { RunQueue } from "../run-queue.ts";

/** What the desk works with. */
export interface DtlsDeskPorts {
  readonly engine: DtlsEngine;
  readonly hashes: Pick<Hashes, "sha256">;
  readonly clock: Clock;
  readonly log: (event: LogEvent) => void;
}

/** How many sessions can wait for keys or have them: as many as there can be. */
const SESSIONS_MAX = 256;

/**
 * The real-time plane with keys by DTLS. To who uses it a session is one whose keys are there soon
 * after offer and answer; the handshakes run on this side of the planes' boundary, since their
 * arithmetic takes longer than a frame:
 *
 *    flow ───▶ ┌──────┐ ───▶ flow (locked, or with the keys there are) ───▶ ┌─────────┐
 *    close ──▶ │ desk │ ◀─── dtls: datagrams that came ◀─────────────────── │real time│
 *    opened ◀─ │      │ ───▶ dtls: datagrams to send ─────────────────────▶ │  plane  │
 *  insecure ◀─ └──────┘ ───▶ keys ────────────────────────────────────────▶ └─────────┘
 *
 * Where the configuration wants no keys by DTLS, it is the plane as it was.
 */
export function withDtls(plane: RealtimeHost, ports: DtlsDeskPorts): RealtimeHost {
  let desk: DtlsDesk | undefined;
  return {
    async start(config, onEvent) {
      const { srtp } = config.rtp;
      if (srtp?.dtls === undefined) return plane.start(config, onEvent);
      const opened = new DtlsDesk(srtp.dtls, plane, ports, onEvent);
      desk = opened;
      return plane.start(config, (event) => opened.event(event));
    },
    send(command) {
      if (desk === undefined || command.kind !== "media") plane.send(command);
      else desk.command(command.command);
    },
    async stop() {
      desk?.stop();
      await plane.stop();
    },
  };
}

/** Takes what is DTLS out of what goes between the planes. */
class DtlsDesk {
  readonly #ports: DtlsDeskPorts;
  readonly #plane: RealtimeHost;
  readonly #onEvent: (event: RealtimeEvent) => void;
  readonly #queue = new RunQueue();
  readonly #settings: NonNullable<NonNullable<RtpConfig["srtp"]>["dtls"]>;
  readonly #security: DtlsSecurity;
  readonly #sessions = new Map<string, CoreRunner<DtlsInput, DtlsOutput>>();

  constructor(
    settings: NonNullable<NonNullable<RtpConfig["srtp"]>["dtls"]>,
    plane: RealtimeHost,
    ports: DtlsDeskPorts,
    onEvent: (event: RealtimeEvent) => void,
  ) {
    this.#ports = ports;
    this.#plane = plane;
    this.#onEvent = onEvent;
    this.#settings = settings;
    const fingerprint = this.#fingerprintOf(ports.engine.certificate);
    this.#security = { fingerprint, isFirst: settings.isFirst };
  }

  /** From the control plane. */
  command(command: MediaCommand): void {
    const runner = this.#sessions.get(command.session);
    if (command.kind === "flow" && runner !== undefined) {
      runner.feed({ kind: "flow", flow: command.flow });
      return;
    }
    if (command.kind === "close") this.#end(command.session);
    this.#send(command);
  }

  /** From the real-time plane. */
  event(event: RealtimeEvent): void {
    if (event.kind !== "media") {
      this.#onEvent(event);
      return;
    }
    const { event: said } = event;
    if (said.kind === "dtls") {
      const { channel, bytes, from } = said;
      this.#sessions.get(said.session)?.feed({ kind: "datagram", channel, bytes, from });
      return;
    }
    if (said.kind === "closed") this.#end(said.session);
    this.#onEvent(said.kind === "opened" ? { kind: "media", event: this.#opened(said) } : event);
  }

  stop(): void {
    for (const session of [...this.#sessions.keys()]) this.#end(session);
  }

  #opened(event: Extract<MediaEvent, { kind: "opened" }>): MediaEvent {
    const { session, security } = event;
    if (security === undefined || this.#sessions.size >= SESSIONS_MAX) return event;
    const core = new DtlsKeying({
      engine: this.#ports.engine,
      suites: this.#settings.suites,
      fingerprintOf: (certificate) => this.#fingerprintOf(certificate),
    });
    const runner = new CoreRunner<DtlsInput, DtlsOutput>(
      core,
      this.#ports.clock,
      this.#queue,
      (output) => this.#carry(session, output),
    );
    this.#sessions.set(session, runner);
    return { ...event, security: { ...security, dtls: this.#security } };
  }

  #carry(session: string, output: DtlsOutput): void {
    switch (output.kind) {
      case "send": {
        const { kind: _, ...datagrams } = output;
        this.#send({ kind: "dtls", session, ...datagrams });
        return;
      }
      case "flow":
        this.#send({ kind: "flow", session, flow: output.flow });
        return;
      case "keys": {
        const text = "There are keys by DTLS.";
        this.#ports.log({ level: "debug", area: `media ${session}`, text, data: output.how });
        this.#send({ kind: "keys", session, keys: output.keys });
        return;
      }
      case "insecure":
        this.#tell({ kind: "insecure", session, reason: output.reason });
        return;
    }
  }

  /** Never from inside of `send`: nobody is answered there. */
  #tell(event: MediaEvent): void {
    const { clock } = this.#ports;
    clock.at(clock.nowMs(), () => {
      if (this.#sessions.has(event.session)) this.#onEvent({ kind: "media", event });
    });
  }

  #send(command: MediaCommand): void {
    this.#plane.send({ kind: "media", command });
  }

  /** With a goodbye, and nothing is left of its handshakes. */
  #end(session: string): void {
    const runner = this.#sessions.get(session);
    runner?.feed({ kind: "close" });
    runner?.stop();
    this.#sessions.delete(session);
  }

  #fingerprintOf(certificate: Uint8Array): string {
    const digest = this.#ports.hashes.sha256(certificate).toUpperCase();
    return digest.match(/../g)?.join(":") ?? "";
  }
}
