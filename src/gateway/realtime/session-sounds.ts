import { type AudioEndpoint, SAMPLES_PER_MS } from "../../base/audio.ts";
import type { LogEvent } from "../../base/log-event.ts";
import { PortError } from "../../base/port-fault.ts";
import type { RealtimePorts } from "../../hal/ports/board.ts";
import type { RecordingFile, Sounds } from "../../hal/ports/sounds.ts";
import { AudioBridge, type MediaOutput, SampleSource, SourceEndpoint } from "../../media/index.ts";
import type { FrameBeats } from "./frame-beat.ts";
import { FrameTicker } from "./frame-ticker.ts";

/** What a session's sounds ask of the shell around them. */
export interface SessionSoundsSinks {
  readonly carry: (output: MediaOutput) => void;
  log(event: LogEvent): void;
}

/**
 * The recording of one session, and what is played to its far end in place of the line. Files open
 * in their own time: what was not wanted any more by then is closed again.
 */
export class SessionSounds {
  readonly #ports: Pick<RealtimePorts, "sounds">;
  readonly #name: string;
  readonly #session: AudioEndpoint<MediaOutput>;
  readonly #frameSamples: number;
  readonly #beats: FrameBeats;
  readonly #sinks: SessionSoundsSinks;
  #recording: RecordingFile | "opening" | undefined;
  #player: FrameTicker | undefined;
  /** Counts what was asked to be played: only the last is. */
  #asked = 0;

  constructor(
    ports: Pick<RealtimePorts, "sounds">,
    name: string,
    session: AudioEndpoint<MediaOutput>,
    frameSamples: number,
    beats: FrameBeats,
    sinks: SessionSoundsSinks,
  ) {
    this.#ports = ports;
    this.#name = name;
    this.#session = session;
    this.#frameSamples = frameSamples;
    this.#beats = beats;
    this.#sinks = sinks;
  }

  /** Begins or ends the recording. */
  record(on: boolean): void {
    if (on === (this.#recording !== undefined)) return;
    const before = this.#recording;
    this.#recording = on ? "opening" : undefined;
    if (before !== undefined && before !== "opening") this.#complete(before);
    if (!on) return;
    this.#sounds.create(this.#name).then(
      (file) => {
        if (this.#recording === "opening") this.#recording = file;
        else this.#complete(file);
      },
      (error: unknown) => {
        this.#recording = undefined;
        this.#failed(error);
      },
    );
  }

  /** A frame of the line, near and far in turn. */
  write(stereo: Int16Array): void {
    const recording = this.#recording;
    if (recording !== undefined && recording !== "opening") recording.write(stereo);
  }

  /** Plays a sound to the far end, in place of any other; without one it is silent. */
  play(sound: string | undefined, isLoop: boolean): void {
    const asked = ++this.#asked;
    this.#player?.stop();
    this.#player = undefined;
    if (sound === undefined) return;
    this.#sounds.load(sound).then(
      (samples) => {
        if (asked === this.#asked) this.#start(new SampleSource(samples, isLoop));
      },
      (error: unknown) => this.#failed(error),
    );
  }

  close(): void {
    this.play(undefined, false);
    this.record(false);
  }

  #start(source: SampleSource): void {
    const frameSamples = this.#frameSamples;
    const endpoint = new SourceEndpoint(source);
    const bridge = new AudioBridge<MediaOutput>(this.#session, endpoint, frameSamples);
    const frameMs = frameSamples / SAMPLES_PER_MS;
    const { carry } = this.#sinks;
    this.#player = new FrameTicker(this.#beats, frameMs, bridge, carry);
    this.#player.start();
  }

  #complete(file: RecordingFile): void {
    file.close().then(
      (missing) => {
        if (missing !== undefined) this.#tell(`its recording is not whole: ${missing}`);
      },
      (error: unknown) => this.#failed(error),
    );
  }

  get #sounds(): Sounds {
    return this.#ports.sounds ?? NO_SOUNDS;
  }

  #failed(error: unknown): void {
    if (!(error instanceof PortError)) throw error;
    this.#tell(error.message);
  }

  #tell(text: string): void {
    this.#sinks.log({ level: "warn", area: `media ${this.#name}`, text });
  }
}

const refuse = (): Promise<never> =>
  Promise.reject(
    new PortError({
      kind: "unsupported",
      what: "recording and playing of sounds",
      advice: "this board has no files for them",
    }),
  );

/** Where the board has none. */
export const NO_SOUNDS: Sounds = { create: refuse, load: refuse };
