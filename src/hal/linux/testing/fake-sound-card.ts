import type { PortFault } from "../../../base/port-fault.ts";
import { done, err, ok } from "../../../base/result.ts";
import type { Clock } from "../../ports/clock.ts";
import type {
  CardCapture,
  CardChannels,
  CardPlayout,
  CardRateHz,
  CardResult,
  SoundCard,
} from "../sound-card.ts";

/** How a card of the tests is made. */
export interface FakeCardOptions {
  readonly rateHz?: CardRateHz;
  readonly channels?: CardChannels;
  /** Parts per million by which each direction runs fast. */
  readonly capturePpm?: number;
  readonly playoutPpm?: number;
  /** The count moves on by so many samples at once. */
  readonly grainSamples?: number;
  /** What the line says: a sample of a channel, counted from the card's first start. */
  readonly said?: (sample: number, channel: number) => number;
  /**
   * What is played is what the line says, at the same moment. The converters and their bus hold so
   * many samples each way, which the card's delay tells and its other counts do not.
   */
  readonly echo?: { readonly fifoSamples: number };
}

/** A sound card that runs by a clock of the tests, and remembers what it did. */
export class FakeSoundCard implements SoundCard {
  readonly what = "sound card of the test";
  readonly rateHz: CardRateHz;
  readonly journal: string[] = [];
  /** All that was played, channels interleaved. */
  readonly played: number[] = [];
  readonly queueLengths: number[] = [];
  fault: PortFault | undefined;
  /** The card brings nothing, but says nothing either. */
  isHung = false;
  /** So many times more each side runs over or dry before it is looked at. */
  readonly xruns = { recording: 0, playing: 0 };
  looks = 0;
  readonly #clock: Clock;
  readonly #options: FakeCardOptions;
  readonly #channels: CardChannels;
  #captureSinceMs: number | undefined;
  #read = 0;
  #said = 0;
  #playSinceMs: number | undefined;
  #written = 0;
  /** What was played since the last start, one channel, the silence first. */
  #sounded: number[] = [];

  constructor(clock: Clock, options: FakeCardOptions = {}) {
    this.#clock = clock;
    this.#options = options;
    this.rateHz = options.rateHz ?? 8000;
    this.#channels = options.channels ?? 1;
  }

  get capture(): CardCapture {
    return {
      channels: this.#channels,
      bufferSamples: (this.rateHz * 80) / 1000,
      start: () => {
        this.journal.push("capture start");
        if (this.fault !== undefined) return this.#broken(this.fault);
        this.#captureSinceMs = this.#clock.nowMs();
        this.#read = 0;
        return done;
      },
      stop: () => {
        this.journal.push("capture stop");
        this.#captureSinceMs = undefined;
      },
      waiting: () => this.#waiting(),
      delay: () => this.#withFifo(() => this.#recorded()),
      read: (into) => {
        const samples = into.length / this.#channels;
        if (this.#options.echo !== undefined) this.#echo(into, this.#options.echo.fifoSamples);
        else
          for (let n = 0; n < into.length; n++) {
            const channel = n % this.#channels;
            const sample = this.#said + Math.floor(n / this.#channels);
            into[n] = this.#options.said?.(sample, channel) ?? 0;
          }
        this.#read += samples;
        this.#said += samples;
        return done;
      },
    };
  }

  get playout(): CardPlayout {
    return {
      channels: this.#channels,
      bufferSamples: this.#playBuffer,
      start: (silentSamples) => {
        this.journal.push(`playout start ${silentSamples}`);
        if (this.fault !== undefined) return this.#broken(this.fault);
        // As a kernel does with an empty queue.
        if (silentSamples === 0) return err({ kind: "xrun" });
        this.#playSinceMs = this.#clock.nowMs();
        this.#written = silentSamples;
        this.#sounded = Array.from({ length: silentSamples }, () => 0);
        return done;
      },
      stop: () => {
        this.journal.push("playout stop");
        this.#playSinceMs = undefined;
      },
      queued: () => {
        if (this.fault !== undefined) return this.#broken(this.fault);
        const queued = this.#queued();
        if (this.xruns.playing > 0) {
          this.xruns.playing--;
          return err({ kind: "xrun" });
        }
        if (queued < 0) return err({ kind: "xrun" });
        this.queueLengths.push(queued);
        return ok(queued);
      },
      delay: () => this.#withFifo(() => this.#queued()),
      write: (from) => {
        this.#written += from.length / this.#channels;
        this.played.push(...from);
        for (let n = 0; n < from.length; n += this.#channels) this.#sounded.push(from[n] ?? 0);
        return this.#queued() > this.#playBuffer ? err({ kind: "xrun" }) : done;
      },
    };
  }

  close(): void {
    this.journal.push("close");
    this.#captureSinceMs = undefined;
    this.#playSinceMs = undefined;
  }

  get #playBuffer(): number {
    return (this.rateHz * 40) / 1000;
  }

  #withFifo(count: () => number): number | undefined {
    const { echo } = this.#options;
    return echo === undefined ? undefined : count() + echo.fifoSamples;
  }

  /** What was recorded and not read. */
  #recorded(): number {
    if (this.#captureSinceMs === undefined) return 0;
    return this.#run(this.#captureSinceMs, this.#options.capturePpm ?? 0) - this.#read;
  }

  /** What sounded while the samples that are read now were recorded. */
  #echo(into: Int16Array, fifoSamples: number): void {
    const { capturePpm = 0, playoutPpm = 0 } = this.#options;
    for (let n = 0; n < into.length; n++) {
      const sample = this.#read + Math.floor(n / this.#channels) - fifoSamples;
      const perMs = (this.rateHz / 1000) * (1 + capturePpm * 1e-6);
      const atMs = (this.#captureSinceMs ?? 0) + sample / perMs;
      const playedMs = atMs - (this.#playSinceMs ?? 0);
      const played = (playedMs * this.rateHz * (1 + playoutPpm * 1e-6)) / 1000;
      into[n] = this.#sounded[Math.round(played - fifoSamples)] ?? 0;
    }
  }

  #waiting(): CardResult<number> {
    this.looks++;
    if (this.fault !== undefined) return this.#broken(this.fault);
    if (this.#captureSinceMs === undefined || this.isHung) return ok(0);
    if (this.xruns.recording > 0) {
      this.xruns.recording--;
      return err({ kind: "xrun" });
    }
    const waiting = this.#recorded();
    if (waiting <= (this.rateHz * 80) / 1000) return ok(waiting);
    this.#captureSinceMs = undefined;
    return err({ kind: "xrun" });
  }

  #queued(): number {
    if (this.#playSinceMs === undefined) return this.#written;
    return this.#written - this.#run(this.#playSinceMs, this.#options.playoutPpm ?? 0);
  }

  #run(sinceMs: number, ppm: number): number {
    const { grainSamples = 1 } = this.#options;
    const samples = ((this.#clock.nowMs() - sinceMs) / 1000) * this.rateHz * (1 + ppm * 1e-6);
    // A hair more, as a sum of fractions may end just under a whole sample.
    return Math.floor((samples + 1e-6) / grainSamples) * grainSamples;
  }

  #broken(fault: PortFault): CardResult<never> {
    return err({ kind: "fault", fault });
  }
}
