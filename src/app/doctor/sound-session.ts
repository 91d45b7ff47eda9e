import { PortError, type PortFault } from "../../base/port-fault.ts";
import type { Pcm, PcmStream } from "../../hal/ports/pcm-stream.ts";

/** What is played, sample by sample, counted from where the recording begins. */
export type Voice = (sample: number) => number;

const SILENCE: Voice = () => 0;

/** What is recorded while something is played. */
interface Recording {
  readonly voice: Voice;
  readonly into: Int16Array;
  filled: number;
  played: number;
  /** Whether it has all it wants before it is full. */
  readonly enough: (recorded: Int16Array) => boolean;
  readonly done: (recorded: Int16Array) => void;
  readonly failed: (error: unknown) => void;
}

/** A line's sound channel, open and running: plays and records at once. */
export class SoundSession {
  #stream: PcmStream | undefined;
  #recording: Recording | undefined;
  #fault: PortFault | undefined;

  /** Opens a channel. Rejects with `PortError`. */
  static async open(pcm: Pcm, channel: string): Promise<SoundSession> {
    const session = new SoundSession();
    session.#stream = await pcm.open(channel, {
      onFrame: (captured, playout) => session.#onFrame(captured, playout),
      onFault: (fault) => session.#onFault(fault),
    });
    session.#stream.start();
    return session;
  }

  /** As the sound port tells it. */
  get bulkDelaySamples(): number | undefined {
    return this.#stream?.bulkDelaySamples;
  }

  /** As the sound port tells it. */
  get driftPpm(): number | undefined {
    return this.#stream?.driftPpm;
  }

  /**
   * Plays `voice` and records so many samples, or fewer where `enough` says so earlier. Rejects
   * with `PortError` where the card fails.
   */
  record(
    samples: number,
    voice: Voice = SILENCE,
    enough: (recorded: Int16Array) => boolean = () => false,
  ): Promise<Int16Array> {
    return new Promise((done, failed) => {
      if (this.#fault !== undefined) {
        failed(new PortError(this.#fault));
        return;
      }
      const into = new Int16Array(samples);
      this.#recording = { voice, into, filled: 0, played: 0, enough, done, failed };
    });
  }

  /** Ends what is recorded, and whatever is asked for later: it rejects with `PortError`. */
  abandon(): void {
    this.#onFault({ kind: "gone", what: "the measurement", advice: "it was stopped" });
  }

  close(): void {
    this.#stream?.close();
    this.#stream = undefined;
  }

  #onFrame(captured: Int16Array, playout: Int16Array): void {
    const recording = this.#recording;
    if (recording === undefined) return;
    for (let n = 0; n < playout.length; n++) playout[n] = recording.voice(recording.played++);
    const room = recording.into.length - recording.filled;
    recording.into.set(captured.subarray(0, room), recording.filled);
    recording.filled += Math.min(room, captured.length);
    const recorded = recording.into.subarray(0, recording.filled);
    if (recording.filled < recording.into.length && !recording.enough(recorded)) return;
    this.#recording = undefined;
    recording.done(recorded);
  }

  #onFault(fault: PortFault): void {
    this.#fault = fault;
    this.#recording?.failed(new PortError(fault));
    this.#recording = undefined;
  }
}
