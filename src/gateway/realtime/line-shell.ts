import { type AudioEndpoint, type Machine, SAMPLES_PER_MS } from "../../base/audio.ts";
import { unreachable } from "../../base/invariant.ts";
import type { LineCommand, LineEvent, LineId } from "../../base/line-messages.ts";
import type { LogEvent } from "../../base/log-event.ts";
import { PortError, type PortFault } from "../../base/port-fault.ts";
import { done, type Result } from "../../base/result.ts";
import {
  createLine,
  createSignalSource,
  type Line,
  type LineInput,
  type LineOutput,
  type RingShare,
  type SlicAction,
} from "../../fxs/index.ts";
import type { RealtimePorts } from "../../hal/ports/board.ts";
import type { PcmStream, PcmXrun } from "../../hal/ports/pcm-stream.ts";
import type { Slic, SlicEvents } from "../../hal/ports/slic.ts";
import type { Sounds } from "../../hal/ports/sounds.ts";
import {
  createToneSource,
  LineAudio,
  type LineAudioOutput,
  type MediaOutput,
  SampleSource,
} from "../../media/index.ts";
import { CoreRunner } from "../core-runner.ts";
import type { RunQueue } from "../run-queue.ts";
import { LineDigits } from "./line-digits.ts";

import { createLineEcho } from "./line-echo.ts";
import type { LineHardware, OpenLineHardware } from "./line-hardware.ts";
import { createLineLevels } from "./line-levels.ts";
import { type LineLevelsHeard, LineMeter } from "./line-meter.ts";

import type { RealtimeLineConfig } from "./realtime-config.ts";
import { NO_SOUNDS } from "./session-sounds.ts";
import { soundArithmetic } from "./sound-arithmetic.ts";
import { XrunReport, type XrunSum, xrunText } from "./xrun-report.ts";

/** What a line's shell hands on. */
export interface LineShellSinks {
  event(line: LineId, event: LineEvent): void;
  /** What the joined media session caused; its bytes are borrowed. */
  media(output: MediaOutput): void;
  log(event: LogEvent): void;
  /** The card or the sound channel failed; the line is safe and wants to be opened anew. */
  faulted(): void;
}

/** What the line is joined to, and whether the digits it hears are sent as events. */
export interface JoinedEndpoint {
  readonly endpoint: AudioEndpoint<MediaOutput>;
  relaysDigits(): boolean;
  /** The machine that talks over it, if one does: nothing may change what it says. */
  machine(): Machine | undefined;
}

/** What the line plays once, as its audio graph names it. */
const SIGNAL = "signal";
/**
 * How long the sample clock still runs when nothing needs it any more: what was handed over last is
 * yet to be played, and a display wants a moment of silence after a message.
 */
const DRAIN_MS = 100;
const SILENT_EVENTS: Pick<SlicEvents, "onLoop" | "onWatermark" | "onFault"> = {
  onLoop() {},
  onWatermark() {},
  onFault() {},
};

/** Drives one line: its card, its line machine, its sample clock and its audio graph. */
export class LineShell {
  readonly #id: LineId;
  readonly #clock: RealtimePorts["clock"];
  readonly #udp: RealtimePorts["udp"];
  readonly #sinks: LineShellSinks;
  readonly #slic: Slic;
  readonly #line: Line;
  readonly #runner: CoreRunner<LineInput, LineOutput>;
  readonly #audio: LineAudio;
  readonly #digits: LineDigits;
  readonly #relaysDigits: boolean;
  readonly #pcm: PcmStream;
  readonly #sounds: Sounds;
  readonly #xruns: XrunReport;
  /** Counts the sounds that were asked for and stopped: only the last is played. */
  #asked = 0;
  /** The sample clock runs: somebody may say something, or dial. */
  #isClocked = false;
  #stopAtMs: number | undefined;
  /** The stream's position up to which the telephone was heard. */
  #heardTo: number | undefined;
  #watermarkAskedMs: number | undefined;

  private constructor(
    config: RealtimeLineConfig,
    ports: RealtimePorts,
    queue: RunQueue,
    sinks: LineShellSinks,
    parts: OpenLineHardware,
    ringShare: RingShare | undefined,
  ) {
    this.#id = config.line;
    this.#clock = ports.clock;
    this.#udp = ports.udp;
    this.#sounds = ports.sounds ?? NO_SOUNDS;
    this.#sinks = sinks;
    this.#slic = parts.slic;
    this.#pcm = parts.pcm;
    this.#xruns = new XrunReport(ports.clock, (sum) => this.#tellXruns(sum));
    this.#line = createLine({
      country: config.country,
      capabilities: parts.slic.capabilities,
      pulseDialing: config.pulseDialing,
      ...(ringShare === undefined ? {} : { ringShare }),
    });
    this.#digits = new LineDigits(config.country.dtmf);
    this.#relaysDigits = config.relaysDigits;
    this.#audio = new LineAudio({
      frameSamples: parts.pcm.frameSamples,
      detectDigits: (frame) => this.#detect(frame),
      ...createLineEcho(config, parts.pcm),
      ...createLineLevels(config, parts.pcm.frameSamples),
      ...new LineMeter(parts.pcm.frameSamples, (levels) => this.#tellLevels(levels)).taps,
    });
    this.#runner = new CoreRunner(
      this.#line,
      ports.clock,
      queue,
      (output) => this.#carry(output),
      () => this.#askWatermark(),
    );
  }

  /** Opens a line's card and sound channel. Rejects with `PortError`; then nothing is left open. */
  static async open(
    config: RealtimeLineConfig,
    ports: RealtimePorts,
    hardware: LineHardware,
    queue: RunQueue,
    sinks: LineShellSinks,
    ringShare?: RingShare,
  ): Promise<LineShell> {
    let shell: LineShell | undefined;
    let events = SILENT_EVENTS;
    const parts = await hardware.open(
      config,
      {
        onLoop: (closed, atMs) => events.onLoop(closed, atMs),
        onWatermark: (atMs) => events.onWatermark(atMs),
        onFault: (fault) => events.onFault(fault),
      },
      {
        onCaptured: (captured, first) => shell?.captured(captured, first),
        onFrame: (captured, playout, first) => shell?.frame(captured, playout, first),
        onFault: (fault) => shell?.fault(fault),
        onXrun: (xrun) => shell?.xrun(xrun),
      },
    );
    const opened = new LineShell(config, ports, queue, sinks, parts, ringShare);
    shell = opened;
    events = {
      onLoop: (closed, atMs) => opened.#runner.feed({ kind: "loop", closed, atMs }),
      onWatermark: (atMs) => opened.#watermark(atMs),
      onFault: (fault) => opened.fault(fault),
    };
    return opened;
  }

  /** Tells the line machine how the loop stands; it reports a receiver that is off already. */
  begin(): void {
    const loop = this.#slic.readLoop();
    if (!loop.ok) this.fault(loop.error);
    else this.#runner.feed({ kind: "loop", closed: loop.value, atMs: this.#clock.nowMs() });
  }

  get frameSamples(): number {
    return this.#pcm.frameSamples;
  }

  /**
   * Whether nothing sounds and nothing is awaited: its receiver is on, and it does not ring. Who
   * dials hears nothing, either.
   */
  get isAtRest(): boolean {
    return !this.#isClocked && this.#audio.isIdle && this.#line.deadlineMs() === undefined;
  }

  command(command: LineCommand): void {
    this.#runner.feed({ kind: "command", command });
  }

  /** Joins the line to one more far side: with several it is a conference. False at the limit. */
  join({ endpoint, relaysDigits, machine }: JoinedEndpoint): boolean {
    return this.#audio.join(endpoint, relaysDigits, machine);
  }

  /** Parts the line from that endpoint; others stay. */
  part(endpoint: AudioEndpoint<MediaOutput>): void {
    this.#audio.part(endpoint);
  }

  /** What was captured of a frame; see `PcmStreamEvents.onCaptured`. */
  captured(captured: Int16Array, firstSample: number): void {
    this.#heardTo = firstSample + captured.length;
    this.#carryAll(this.#audio.hear(captured, firstSample, this.#clock.nowMs()));
  }

  /** A frame of the sample clock; see `PcmStreamEvents.onFrame`. */
  frame(captured: Int16Array, playout: Int16Array, firstSample: number): void {
    if (this.#heardTo !== firstSample + captured.length) this.captured(captured, firstSample);
    this.#udp.collect?.();
    const nowMs = this.#clock.nowMs();
    this.#carryAll(this.#audio.speak(playout, nowMs));
    // Only a far end plays digits to the telephone.
    if (this.#audio.endpointCount > 0) this.#digits.play(playout);
    if (this.#stopAtMs !== undefined && nowMs >= this.#stopAtMs) {
      this.#stopAtMs = undefined;
      this.#isClocked = false;
      this.#pcm.stop();
    }
  }

  #carryAll(outputs: readonly LineAudioOutput[]): void {
    for (const output of outputs) {
      if (output.kind === "source-done") this.#runner.feed({ kind: "audio-done" });
      else this.#sinks.media(output);
    }
  }

  fault(fault: PortFault): void {
    this.#runner.feed({ kind: "fault", fault });
    this.#sinks.faulted();
  }

  /** Sound was lost; the line goes on. */
  xrun(xrun: PcmXrun): void {
    this.#xruns.note(xrun);
  }

  /** Ringing off, whatever else is going on. */
  safe(): void {
    this.#slic.safe();
  }

  close(): void {
    this.#runner.stop();
    this.#pcm.close();
    this.#slic.safe();
    this.#slic.close();
    this.#xruns.close();
  }

  #detect(frame: Int16Array): boolean {
    for (const signal of this.#digits.hear(frame)) {
      const atMs = this.#clock.nowMs() - signal.agoSamples / SAMPLES_PER_MS;
      if (signal.kind === "begun") this.#runner.feed({ kind: "dtmf", digit: signal.digit, atMs });
      else {
        const durationMs = signal.durationSamples / SAMPLES_PER_MS;
        this.#runner.feed({ kind: "dtmf-end", atMs, durationMs });
      }
    }
    if (!this.#relaysDigits || this.#audio.endpointCount === 0) return false;
    return this.#digits.withholds(frame);
  }

  #tellLevels(levels: LineLevelsHeard): void {
    this.#sinks.event(this.#id, { kind: "level", atMs: this.#clock.nowMs(), ...levels });
  }

  #tellXruns(sum: XrunSum): void {
    const { what: device, recording, playing, lostMs } = sum;
    const data = { device, recording, playing, lostMs: Math.round(lostMs) };
    this.#sinks.log({ level: "warn", area: `line ${this.#id}`, text: xrunText(sum), data });
    const count = recording + playing;
    this.#sinks.event(this.#id, { kind: "xruns", atMs: this.#clock.nowMs(), count, lostMs });
  }

  #watermark(atMs: number): void {
    this.#watermarkAskedMs = undefined;
    this.#runner.feed({ kind: "watermark", atMs });
  }

  #askWatermark(): void {
    const wantedMs = this.#line.watermarkWantedMs();
    if (wantedMs === undefined || wantedMs === this.#watermarkAskedMs) return;
    this.#watermarkAskedMs = wantedMs;
    this.#slic.requestWatermark(wantedMs);
  }

  #carry(output: LineOutput): void {
    switch (output.kind) {
      case "event":
        this.#sinks.event(this.#id, output.event);
        return;
      case "slic":
        this.#actOnSlic(output.action);
        return;
      case "tone":
        this.#audio.setTone(createToneSource(output.tone, soundArithmetic));
        return;
      case "tone-off":
        this.#audio.setTone(undefined);
        return;
      case "play-signal":
        this.#audio.play(createSignalSource(output.signal), SIGNAL);
        return;
      case "play-sound":
        this.#announce(output.sound);
        return;
      case "signal-off":
        this.#asked++;
        this.#audio.stopPlaying();
        return;
      case "mute":
        this.#audio.mute(output.on);
        return;
      case "audio":
        this.#stopAtMs = output.on ? undefined : this.#clock.nowMs() + DRAIN_MS;
        if (!output.on) return;
        this.#isClocked = true;
        this.#pcm.start();
        return;
      default:
        unreachable(output);
    }
  }

  /** What cannot be played is over at once, and told. */
  #announce(sound: string): void {
    const asked = ++this.#asked;
    this.#sounds.load(sound).then(
      (samples) => {
        if (asked === this.#asked) this.#audio.play(new SampleSource(samples, false), SIGNAL);
      },
      (error: unknown) => {
        if (!(error instanceof PortError)) throw error;
        this.#sinks.log({ level: "warn", area: `line ${this.#id}`, text: error.message });
        if (asked === this.#asked) this.#runner.feed({ kind: "audio-done" });
      },
    );
  }

  #actOnSlic(action: SlicAction): void {
    const done = this.#slicCall(action);
    if (!done.ok) this.fault(done.error);
  }

  #slicCall(action: SlicAction): Result<undefined, PortFault> {
    switch (action.kind) {
      case "feed":
        return this.#slic.setFeed(action.feed);
      case "ringing":
        return this.#slic.setRinging(action.on, {
          frequencyHz: action.frequencyHz,
          shape: action.shape,
          voltsRms: action.voltsRms,
        });
      case "on-hook-transmission":
        return this.#slic.setOnHookTransmission?.(action.on) ?? done;
      case "metering-pulse":
        return this.#slic.sendMeteringPulse?.(action.frequencyHz, action.durationMs) ?? done;
      case "neon-lamp":
        return this.#slic.setNeonLamp?.(action.on) ?? done;
      case "safe":
        this.#slic.safe();
        return done;
      default:
        return unreachable(action);
    }
  }
}
