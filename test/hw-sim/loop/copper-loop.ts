import { copyNumbers } from "../../../src/base/copy-numbers.ts";
import { invariant } from "../../../src/base/invariant.ts";
import type { Clock } from "../../../src/hal/ports/clock.ts";
import type { TraceSink } from "../trace/trace.ts";
import type { RandomStream } from "../world/random-stream.ts";
import { type CableName, cableLossDb, cableOhms } from "./cable.ts";
import { DEFAULT_ECHO_TAPS, type EchoTap, echoReturnLossDb } from "./hybrid-echo.ts";
import {
  type Impedance,
  mismatchTaps,
  onHookTaps,
  PLAIN_600,
  reflectionTaps,
  type Termination,
} from "./impedance.ts";
import { type PairFeed, type PairFigures, pairFigures } from "./loop-current.ts";
import { type MainsHum, PairAudio } from "./pair-audio.ts";
import type { LoopEnd, Terminal } from "./terminal.ts";

/** The pair from the chip to the telephone. */
export interface CopperLoopOptions {
  readonly cable?: CableName;
  readonly lengthKm?: number;
  /** In place of the cable's resistance and loss. */
  readonly ohms?: number;
  readonly lossDb?: number;
  /** Echo return loss of the chip against this loop, off-hook, and the shape of the echo. */
  readonly erlDb?: number;
  readonly echoTaps?: readonly EchoTap[];
  /** What telephone and cable look like to a chip that can tell; 600 Ω unless told. */
  readonly impedance?: Impedance;
  /** Noise floor at both ends; `undefined` is a silent line. */
  readonly noiseDbm0?: number | undefined;
  readonly faults?: LineFaults;
}

/** What can be wrong with a pair. Absent members are well. */
export interface LineFaults {
  /** From wire to wire: a short, damp insulation. */
  readonly leakOhms?: number | undefined;
  /** From a wire to earth. */
  readonly tipEarthOhms?: number | undefined;
  readonly ringEarthOhms?: number | undefined;
  /** From another pair or the mains, against earth. A chip that measures sees it. */
  readonly foreign?: { readonly tip?: ForeignVoltage; readonly ring?: ForeignVoltage };
  /** What of the mains is heard at both ends. */
  readonly hum?: MainsHum | undefined;
}

/** Voltage on one wire that is not the chip's. */
export interface ForeignVoltage {
  readonly dcVolts?: number;
  readonly acVoltsRms?: number;
  /** Default 50. */
  readonly acHz?: number;
}

/** What a loop is built with. */
export interface CopperLoopParts {
  readonly clock: Clock;
  readonly random: RandomStream;
  readonly frameSamples: number;
  /** Name in the trace. */
  readonly name: string;
  readonly trace?: TraceSink | undefined;
  /** Told each frame of audio: what the chip sent, and what it got meanwhile. Borrowed. */
  readonly onAudio?: ((firstSample: number, down: Int16Array, up: Int16Array) => void) | undefined;
}

const NOISE_DBM0 = -65;
const LENGTH_KM = 0.2;
const MAINS_HZ = 50;
/** Changes that answer changes at one instant; past it chip and telephone chase each other. */
const UPDATES_AT_ONCE_MAX = 100;

const NO_FEED: PairFeed = {
  volts: 0,
  sourceOhms: 1000,
  limitMilliamps: 0,
  ringing: false,
  audio: "none",
};
const NO_TERMINAL = { offHookOhms: 0, offHookVolts: 0, ren: 0 };

/**
 * The copper: a chip at one end, a telephone at the other. Currents are worked out at every change
 * of either side; audio is rendered only while a sound card asks for it, in pieces that end where
 * such a change happens, so that a break of two milliseconds cuts the voice for two milliseconds.
 */
export class CopperLoop {
  readonly #clock: Clock;
  readonly #name: string;
  readonly #trace: TraceSink | undefined;
  readonly #ohms: number;
  readonly #impedance: Impedance;
  readonly #audio: PairAudio;
  readonly #onAudio: CopperLoopParts["onAudio"];
  /** Of the frame in progress, for who listens in. */
  readonly #sent: Int16Array;
  #sentFirst = 0;
  #feed = NO_FEED;
  #terminal: Terminal | undefined;
  #closed = false;
  #cut = false;
  #faults: LineFaults = {};
  #figures: PairFigures = {
    terminalVolts: 0,
    terminalMilliamps: 0,
    feedMilliamps: 0,
    bellMilliamps: 0,
    pairVolts: 0,
    earthMilliamps: 0,
  };
  #told: PairFeed = NO_FEED;
  #detector: (feedMilliamps: number, figures: PairFigures) => void = () => {};
  #untold = false;
  #updating = false;
  #stale = false;

  constructor(parts: CopperLoopParts, options: CopperLoopOptions = {}) {
    this.#clock = parts.clock;
    this.#name = parts.name;
    this.#trace = parts.trace;
    this.#onAudio = parts.onAudio;
    this.#sent = new Int16Array(parts.onAudio === undefined ? 0 : parts.frameSamples);
    const cable = options.cable ?? "0.4 mm";
    const km = options.lengthKm ?? LENGTH_KM;
    this.#ohms = options.ohms ?? cableOhms(cable, km);
    this.#impedance = options.impedance ?? PLAIN_600;
    const taps = options.echoTaps ?? DEFAULT_ECHO_TAPS;
    this.#audio = new PairAudio({
      random: parts.random,
      frameSamples: parts.frameSamples,
      lossDb: options.lossDb ?? cableLossDb(cable, km),
      echoTaps: taps,
      erlDb: options.erlDb ?? echoReturnLossDb(taps),
      noiseDbm0: "noiseDbm0" in options ? options.noiseDbm0 : NOISE_DBM0,
    });
    this.#faults = options.faults ?? {};
    this.#audio.setHum(this.#faults.hum);
  }

  /** What the chip's loop detector is told: the current of the feed, at every change. */
  onFeedCurrent(detector: (feedMilliamps: number, figures: PairFigures) => void): void {
    this.#detector = detector;
  }

  /** The chip's end, now. */
  setFeed(feed: PairFeed): void {
    this.#renderToNow();
    this.#feed = feed;
    this.#update();
  }

  /**
   * How the chip ends the pair for sound, from now on: what it misses of the loop is echo, and
   * makes what crosses the pair louder or softer.
   */
  setTermination(termination: Termination): void {
    this.#renderToNow();
    const loop = this.#impedance;
    const reflection = reflectionTaps(termination.impedance, loop);
    const onHook = onHookTaps(termination.impedance);
    this.#audio.setMismatch(mismatchTaps(termination, loop), { reflection, onHook });
  }

  /**
   * Plugs a telephone in, on-hook. It is told the state of the pair as an event of its own, at once
   * but not inside this call; later changes also inside the call that makes them.
   */
  attach(terminal: Terminal): LoopEnd {
    invariant(this.#terminal === undefined, `${this.#name}: a telephone is plugged in already`);
    this.#renderToNow();
    this.#terminal = terminal;
    this.#closed = false;
    this.#untold = true;
    this.#clock.at(this.#clock.nowMs(), () => this.#update());
    const isPlugged = (): boolean => this.#terminal === terminal;
    const isClosed = (): boolean => isPlugged() && this.#closed;
    return {
      setClosed: (closed) => {
        if (isPlugged()) this.#setClosed(closed);
      },
      get closed() {
        return isClosed();
      },
    };
  }

  /** Pulls the telephone's plug; its `LoopEnd` does nothing any more. */
  detach(): void {
    this.#renderToNow();
    this.#terminal = undefined;
    this.#closed = false;
    this.#update();
  }

  /** Cuts the wires between chip and telephone, or joins them again. */
  setCut(cut: boolean): void {
    this.#renderToNow();
    this.#cut = cut;
    this.#update();
  }

  /** Puts a resistance from wire to wire: damp insulation, or a short. Undefined takes it away. */
  setLeak(ohms: number | undefined): void {
    this.setFaults({ ...this.#faults, leakOhms: ohms });
  }

  /** What is wrong with the pair from now on; `{}` is a good one. */
  setFaults(faults: LineFaults): void {
    this.#renderToNow();
    this.#faults = faults;
    this.#audio.setHum(faults.hum);
    this.#update();
  }

  /** Voltage from elsewhere on a wire against earth, now. What the chip feeds comes on top. */
  foreignVolts(wire: "tip" | "ring"): number {
    const { dcVolts = 0, acVoltsRms = 0, acHz = MAINS_HZ } = this.#faults.foreign?.[wire] ?? {};
    const phase = (2 * Math.PI * acHz * this.#clock.nowMs()) / 1000;
    return dcVolts + acVoltsRms * Math.SQRT2 * Math.sin(phase);
  }

  /** The figures of now, for tests and displays. */
  get figures(): PairFigures {
    return this.#figures;
  }

  /** The sound card begins a frame: see {@link PairAudio.beginFrame}. */
  beginFrame(playout: Int16Array, startMs: number, samplePeriodMs: number, firstSample: number) {
    if (this.#onAudio !== undefined) {
      copyNumbers(this.#sent, playout);
      this.#sentFirst = firstSample;
    }
    this.#audio.beginFrame(playout, startMs, samplePeriodMs, firstSample);
  }

  /** The frame is over: renders what is left of it and fills `captured`. */
  endFrame(captured: Int16Array): void {
    this.#audio.endFrame(captured, this.#path());
    this.#onAudio?.(this.#sentFirst, this.#sent, captured);
  }

  /** The sound card stopped: the frame in progress is rendered up to now and dropped. */
  abandonFrame(): void {
    this.#renderToNow();
    this.#audio.abandonFrame();
  }

  /** Renders audio up to a time in the frame in progress. */
  renderUntil(atMs: number): void {
    this.#audio.renderUntil(atMs, this.#path());
  }

  #renderToNow(): void {
    this.renderUntil(this.#clock.nowMs());
  }

  /** Which ways audio passes as things stand. */
  #path() {
    const { audio } = this.#feed;
    const joined = !this.#cut && this.#feed.limitMilliamps > 0;
    const talking = joined && this.#closed && this.#figures.terminalMilliamps > 0;
    return {
      terminal: this.#terminal,
      closed: this.#closed,
      talking: talking && audio !== "none",
      listening: joined && !this.#closed && audio === "always",
    };
  }

  #setClosed(closed: boolean): void {
    if (closed === this.#closed) return;
    this.#renderToNow();
    this.#closed = closed;
    this.#update();
  }

  /**
   * Works the figures out anew and tells both ends. What an end does in answer is taken up after
   * it was told, never within: `#stale` asks for one more round.
   */
  #update(): void {
    this.#stale = true;
    if (this.#updating) return;
    this.#updating = true;
    try {
      for (let round = 0; this.#stale; round++) {
        invariant(round < UPDATES_AT_ONCE_MAX, `${this.#name}: the two ends never come to rest`);
        this.#stale = false;
        this.#updateOnce();
      }
    } finally {
      this.#updating = false;
    }
  }

  #updateOnce(): void {
    const before = this.#figures;
    const load = this.#cut ? NO_TERMINAL : (this.#terminal ?? NO_TERMINAL);
    const after = pairFigures(this.#feed, {
      loopOhms: this.#ohms,
      closed: this.#closed && !this.#cut,
      offHookOhms: load.offHookOhms,
      offHookVolts: load.offHookVolts,
      ren: load.ren,
      ...this.#faults,
    });
    this.#figures = this.#cut ? { ...after, terminalVolts: 0, terminalMilliamps: 0 } : after;
    const isOther =
      after.feedMilliamps !== before.feedMilliamps ||
      after.bellMilliamps !== before.bellMilliamps ||
      after.pairVolts !== before.pairVolts;
    if (isOther) this.#detector(after.feedMilliamps, after);
    this.#tellTerminal(before);
  }

  #tellTerminal(before: PairFigures): void {
    const { terminalVolts: volts, terminalMilliamps: milliamps } = this.#figures;
    const feed = this.#feed;
    const { crestFactor, metering } = this.#cut ? NO_FEED : feed;
    const changed = volts !== before.terminalVolts || milliamps !== before.terminalMilliamps;
    const counts = metering !== this.#told.metering;
    if (!changed && !counts && !this.#untold) return;
    this.#told = feed;
    this.#untold = false;
    const atMs = this.#clock.nowMs();
    this.#trace?.({
      atMs,
      source: `${this.#name} loop`,
      kind: this.#feed.ringing ? "ringing" : "loop",
      closed: this.#closed,
      volts: Math.round(volts * 1000) / 1000,
      milliamps: Math.round(milliamps * 1000) / 1000,
    });
    this.#terminal?.onLoopState(
      {
        volts,
        milliamps,
        ...(crestFactor === undefined ? {} : { crestFactor }),
        ...(metering === undefined ? {} : { metering }),
      },
      atMs,
    );
  }
}
