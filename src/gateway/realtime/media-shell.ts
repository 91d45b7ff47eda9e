import { type AudioEndpoint, SAMPLES_PER_MS } from "../../base/audio.ts";
import { hexFromBytes } from "../../base/bytes.ts";
import { unreachable } from "../../base/invariant.ts";
import type { LineId } from "../../base/line-messages.ts";
import type { LogEvent } from "../../base/log-event.ts";
import type {
  FaxFlow,
  MediaCommand,
  MediaEvent,
  MediaFlow,
  MediaOwner,
} from "../../base/media-messages.ts";
import { PortError } from "../../base/port-fault.ts";
import { errorText } from "../../base/thrown.ts";
import type { RealtimePorts } from "../../hal/ports/board.ts";
import type { Clock } from "../../hal/ports/clock.ts";
import {
  type CodecSpec,
  codecsWith,
  FaxSwitch,
  LINE_ENDPOINTS_MAX,
  type MediaInput,
  type MediaOutput,
  MediaSession,
  RecordingTap,
} from "../../media/index.ts";
import { CoreRunner } from "../core-runner.ts";
import type { RunQueue } from "../run-queue.ts";
import { DtlsGate } from "./dtls-gate.ts";
import { type ToneWatch, watchedEndpoint } from "./far-tone-tap.ts";
import { beatingClock, FrameBeats } from "./frame-beat.ts";
import type { FrameTicker } from "./frame-ticker.ts";
import type { JoinedEndpoint } from "./line-shell.ts";
import { PortPairs, type SocketPair } from "./port-pairs.ts";
import type { RealtimeLineConfig, RtpConfig } from "./realtime-config.ts";
import { announced, Reflection, type SeenAddresses } from "./reflection.ts";
import { createServiceTicker } from "./service-ticker.ts";
import { type DoorPair, SessionDoor } from "./session-door.ts";
import { createIceCredentials, createSecurity } from "./session-security.ts";
import { SessionSounds } from "./session-sounds.ts";
import { soundArithmetic } from "./sound-arithmetic.ts";

/** What the media shell asks of the plane around it. */
export interface MediaShellSinks {
  event(event: MediaEvent): void;
  log(event: LogEvent): void;
  /** The line's frame length; undefined where there is no such line. */
  frameSamples(line: LineId): number | undefined;
  /** Tones that are listened for in what comes from the line's far ends. */
  toneWatch(line: LineId): ToneWatch | undefined;
  /** What is done about modems and fax machines at the line; undefined: as everywhere. */
  faxAt(line: LineId): Pick<RealtimeLineConfig, "passesModems" | "hidesV8"> | undefined;
  /** False where the line is joined to as many far sides as it can be. */
  join(line: LineId, joined: JoinedEndpoint): boolean;
  part(line: LineId, endpoint: AudioEndpoint<MediaOutput>): void;
}

/**
 * Frames of what has no line: longer ones where they make whole packets, since each wakes the
 * thread.
 */
const TICKER_FRAMES_MS = [20, 10] as const;
const TICKER_FRAME_MS = 10;
/** Half of the numbers, so that the first loss is no rollover to a far end. @see RFC 3711 §3.3.1 */
const FIRST_SEQUENCE_MASK = 0x7fff;
/** Most sessions open at a time. */
const SESSIONS_MAX = 256;

interface OpenSession {
  readonly owner: MediaOwner;
  readonly session: MediaSession;
  /** The session, and T.38 in its place where that is agreed on. */
  readonly fax: FaxSwitch;
  readonly runner: CoreRunner<MediaInput, MediaOutput>;
  readonly sockets: DoorPair;
  readonly ticker: FrameTicker | undefined;
  /** What the line is joined to: the session, with a tap for recordings where there can be any. */
  readonly endpoint: AudioEndpoint<MediaOutput>;
  readonly sounds: SessionSounds;
  flow: MediaFlow | undefined;
}

/** Drives the media sessions: their sockets, their RTCP, and what they are joined to. */
export class MediaShell {
  readonly #ports: RealtimePorts;
  readonly #queue: RunQueue;
  readonly #sinks: MediaShellSinks;
  readonly #pairs: PortPairs;
  readonly #rtp: RtpConfig;
  readonly #codecs: readonly CodecSpec[];
  readonly #cname: string;
  readonly #deadlines: Clock;
  readonly #beats: FrameBeats;
  readonly #sessions = new Map<string, OpenSession>();
  /** Sessions whose sockets are being bound; false once they are not wanted any more. */
  readonly #opening = new Map<string, boolean>();
  /** Sessions that ask where their sockets are seen. */
  readonly #reflections = new Map<string, Reflection>();

  constructor(ports: RealtimePorts, rtp: RtpConfig, queue: RunQueue, sinks: MediaShellSinks) {
    this.#ports = ports;
    this.#queue = queue;
    this.#sinks = sinks;
    this.#rtp = rtp;
    this.#codecs = codecsWith(ports.codecs ?? {}, rtp);
    this.#pairs = new PortPairs(ports.udp, rtp, this.#random(4));
    this.#cname = hexFromBytes(ports.random.bytes(12));
    this.#deadlines = beatingClock(ports.clock);
    this.#beats = new FrameBeats(ports.clock, () => ports.udp.collect?.());
  }

  /** Sessions that are open, or being opened. */
  get count(): number {
    return this.#sessions.size + this.#opening.size;
  }

  command(command: MediaCommand): void {
    if (command.kind === "open") {
      this.#open(command);
      return;
    }
    const open = this.#sessions.get(command.session);
    if (open === undefined) {
      if (command.kind === "close" && this.#opening.has(command.session)) {
        this.#opening.set(command.session, false);
        this.#reflections.get(command.session)?.finish();
      }
      return;
    }
    switch (command.kind) {
      case "flow":
        this.#flow(command.session, open, command.flow);
        return;
      case "fax":
        this.#fax(command.session, open, command.flow);
        return;
      case "join":
        this.#join(command.session, open, command.on);
        return;
      case "send-digit":
        open.session.sendDigit(command.digit, command.durationMs);
        return;
      case "begin-digit":
      case "end-digit":
        open.session.keyDigit(command);
        return;
      case "hear-digit":
        open.session.digits.hear(command.digit, command.durationMs);
        return;
      case "send-flash":
        open.session.sendFlash(command.durationMs);
        return;
      case "record":
        open.sounds.record(command.on);
        return;
      case "keys":
        open.session.setKeys(command.keys, this.#ports.clock.nowMs());
        open.runner.rearm();
        return;
      case "dtls":
        open.sockets.door.gate?.send(open.sockets, command);
        return;
      case "play":
        this.#join(command.session, open, false);
        open.sounds.play(command.sound, command.loop ?? false);
        return;
      case "close":
        this.#close(command.session, open);
        return;
      default:
        unreachable(command);
    }
  }

  /** Sends what a session caused; its bytes are borrowed. */
  carry(output: MediaOutput): void {
    const isSent = output.kind === "send";
    this.#carryBy(isSent ? this.#sessions.get(output.session)?.sockets : undefined, output);
  }

  #carryBy(sockets: SocketPair | undefined, output: MediaOutput): void {
    if (output.kind === "event") this.#sinks.event(output.event);
    else if (output.channel === "rtp") sockets?.rtp.send(output.bytes, output.to);
    else sockets?.rtcp.send(output.bytes, output.to);
  }

  close(): void {
    for (const [name, open] of [...this.#sessions]) this.#close(name, open);
    for (const name of this.#opening.keys()) this.#opening.set(name, false);
    for (const reflection of [...this.#reflections.values()]) reflection.finish();
  }

  #open({ session: name, owner, reflector }: Extract<MediaCommand, { kind: "open" }>): void {
    const frameSamples =
      owner.kind === "line"
        ? this.#sinks.frameSamples(owner.line)
        : TICKER_FRAME_MS * SAMPLES_PER_MS;
    const busy = this.count >= SESSIONS_MAX;
    if (frameSamples === undefined || busy || this.#sessions.has(name)) {
      const reason = busy ? `there are ${SESSIONS_MAX} media sessions already` : "no such line";
      this.#sinks.event({ kind: "open-failed", session: name, reason });
      return;
    }
    this.#opening.set(name, true);
    this.#bind().then(
      (sockets) => {
        if (reflector === undefined) this.#bound(name, owner, frameSamples, sockets, {});
        else {
          const done = (seen: SeenAddresses): void =>
            this.#queue.post(() => this.#bound(name, owner, frameSamples, sockets, seen));
          const reflection = new Reflection(this.#ports, reflector, sockets, done);
          sockets.door.reflection = reflection;
          this.#reflections.set(name, reflection);
        }
      },
      (error: unknown) => {
        this.#opening.delete(name);
        const reason = errorText(error);
        if (!(error instanceof PortError)) throw error;
        this.#sinks.event({ kind: "open-failed", session: name, reason });
      },
    );
  }

  /** The sockets are there, and it is known where they are seen. */
  #bound(
    name: string,
    owner: MediaOwner,
    frameSamples: number,
    sockets: DoorPair,
    seen: SeenAddresses,
  ): void {
    const wanted = this.#opening.get(name) === true;
    this.#opening.delete(name);
    this.#reflections.delete(name);
    sockets.door.reflection = undefined;
    if (wanted) {
      this.#opened(name, owner, frameSamples, sockets, announced(sockets.rtp.local, seen));
      return;
    }
    sockets.rtp.close();
    sockets.rtcp.close();
    this.#sinks.event({ kind: "open-failed", session: name, reason: "closed meanwhile" });
  }

  async #bind(): Promise<DoorPair> {
    const door = new SessionDoor(this.#queue);
    const { rtp, rtcp } = await this.#pairs.open(door);
    return { rtp, rtcp, door };
  }

  #opened(
    name: string,
    owner: MediaOwner,
    frameSamples: number,
    sockets: DoorPair,
    at: ReturnType<typeof announced>,
  ): void {
    const open = this.#make(name, owner, frameSamples, sockets);
    this.#sessions.set(name, open);
    if (this.#rtp.srtp?.dtls !== undefined) {
      const gated = (): OpenSession | undefined => this.#sessions.get(name);
      sockets.door.gate = new DtlsGate(name, gated, this.#deadlines, this.#sinks.event);
    }
    if (owner.kind === "line" && this.#rtp.recordsCalls === true) open.sounds.record(true);
    const opened = { kind: "opened", session: name, ...at } as const;
    const security = createSecurity(this.#rtp, this.#ports);
    const ice = this.#rtp.ice === true ? createIceCredentials(this.#ports.random) : undefined;
    this.#sinks.event({
      ...opened,
      ...(security === undefined ? {} : { security }),
      ...(ice === undefined ? {} : { ice }),
    });
  }

  #make(name: string, owner: MediaOwner, frameSamples: number, sockets: DoorPair): OpenSession {
    const { clock, ciphers } = this.#ports;
    const atLine = owner.kind === "line" ? this.#sinks.faxAt(owner.line) : undefined;
    const session = new MediaSession({
      session: name,
      frameSamples,
      ssrc: this.#random(4),
      firstSequence: this.#random(2) & FIRST_SEQUENCE_MASK,
      firstTimestamp: this.#random(4),
      cname: this.#cname,
      wallAtZeroMs: clock.wallMs() - clock.nowMs(),
      random: () => this.#random(4) / 2 ** 32,
      codecs: this.#codecs,
      arithmetic: soundArithmetic,
      passesModems: atLine?.passesModems ?? this.#rtp.passesModems ?? true,
      ...(this.#rtp.digits === undefined ? {} : { digits: this.#rtp.digits }),
      ...(this.#rtp.jitter === undefined ? {} : { jitter: this.#rtp.jitter }),
      ...(ciphers === undefined ? {} : { ciphers }),
    });
    const fax = new FaxSwitch(session, {
      session: name,
      engine: this.#ports.fax,
      redundancy: this.#rtp.t38?.redundancy ?? 0,
      hidesV8: atLine?.hidesV8,
      arithmetic: soundArithmetic,
    });
    const carry = (output: MediaOutput): void => this.#carryBy(sockets, output);
    const deadlines = this.#deadlines;
    const runner = new CoreRunner<MediaInput, MediaOutput>(fax, deadlines, this.#queue, carry);
    sockets.door.runner = runner;
    const { sounds, endpoint: heard } = this.#soundsOf(name, fax, frameSamples);
    const watch = owner.kind === "line" ? this.#sinks.toneWatch(owner.line) : undefined;
    const endpoint = watchedEndpoint(heard, watch, (tone, lastedMs) =>
      this.#sinks.event({ kind: "far-tone", session: name, tone, lastedMs }),
    );
    const ticker =
      owner.kind === "line"
        ? undefined
        : createServiceTicker(this.#beats, session, owner.kind, frameSamples, carry);
    return { owner, session, runner, sockets, ticker, fax, endpoint, sounds, flow: undefined };
  }

  /** What has no line gets its frames by the packets that are agreed on first. */
  #framedFor(name: string, open: OpenSession, { codec }: MediaFlow): OpenSession {
    const { owner, sockets } = open;
    if (owner.kind === "line" || open.flow !== undefined) return open;
    const frameMs = TICKER_FRAMES_MS.find((ms) => codec.ptimeMs % ms === 0) ?? TICKER_FRAME_MS;
    if (frameMs === TICKER_FRAME_MS) return open;
    open.runner.stop();
    open.sounds.close();
    const made = this.#make(name, owner, frameMs * SAMPLES_PER_MS, sockets);
    this.#sessions.set(name, made);
    return made;
  }

  #soundsOf(name: string, session: AudioEndpoint<MediaOutput>, frameSamples: number) {
    const sounds = new SessionSounds(this.#ports, name, session, frameSamples, this.#beats, {
      carry: (output) => this.carry(output),
      log: (event) => this.#sinks.log(event),
    });
    if (this.#ports.sounds === undefined) return { sounds, endpoint: session };
    const write = (stereo: Int16Array): void => sounds.write(stereo);
    return { sounds, endpoint: new RecordingTap<MediaOutput>(session, frameSamples, write) };
  }

  #flow(name: string, opened: OpenSession, flow: MediaFlow): void {
    const open = this.#framedFor(name, opened, flow);
    const set = open.fax.setFlow(flow, this.#ports.clock.nowMs());
    if (!set.ok) {
      const what = set.error === "no-ciphers" ? "encryption" : `the codec ${flow.codec.name}`;
      const text = `${what} was agreed on, but this build does not have it`;
      this.#sinks.log({ level: "error", area: `media ${name}`, text });
      return;
    }
    open.flow = flow;
    open.runner.rearm();
    open.ticker?.start();
  }

  #fax(name: string, open: OpenSession, flow: FaxFlow): void {
    const set = open.fax.setFax(flow, this.#ports.clock.nowMs());
    if (!set.ok) {
      const text = "T.38 was agreed on, but its modems are not loaded here";
      this.#sinks.log({ level: "error", area: `media ${name}`, text });
      return;
    }
    open.runner.rearm();
  }

  #join(name: string, open: OpenSession, on: boolean): void {
    if (open.owner.kind !== "line") return;
    const { line } = open.owner;
    if (!on) {
      this.#sinks.part(line, open.endpoint);
      return;
    }
    open.sounds.play(undefined, false);
    const isJoined = this.#sinks.join(line, {
      endpoint: open.endpoint,
      relaysDigits: () => !open.fax.isFax && open.flow?.telephoneEventPayloadType !== undefined,
      machine: () => open.fax.machine,
    });
    if (isJoined) return;
    const text = `line ${line} talks to ${LINE_ENDPOINTS_MAX} far ends: another cannot be heard`;
    this.#sinks.log({ level: "error", area: `media ${name}`, text });
  }

  #close(name: string, open: OpenSession): void {
    this.#join(name, open, false);
    open.ticker?.stop();
    open.sounds.close();
    for (const output of open.fax.close(this.#ports.clock.nowMs())) this.carry(output);
    open.runner.stop();
    open.sockets.rtp.close();
    open.sockets.rtcp.close();
    this.#sessions.delete(name);
  }

  #random(bytes: number): number {
    let value = 0;
    for (const byte of this.#ports.random.bytes(bytes)) value = value * 256 + byte;
    return value;
  }
}
