import { invariant } from "../../../src/base/invariant.ts";
import type { RandomStream } from "../world/random-stream.ts";
import {
  ECHO_DELAY_MAX_SAMPLES,
  type EchoTap,
  OPEN_PAIR_ERL_DB,
  scaleEcho,
} from "./hybrid-echo.ts";
import { VOLTS_PER_STEP, voltsFromDbm } from "./levels.ts";
import type { Terminal } from "./terminal.ts";

/** What the audio of a pair is built with. */
export interface PairAudioOptions {
  readonly random: RandomStream;
  readonly frameSamples: number;
  readonly lossDb: number;
  readonly echoTaps: readonly EchoTap[];
  readonly erlDb: number;
  readonly noiseDbm0: number | undefined;
}

/** The mains in a pair: the fundamental, and the third harmonic 10 dB under it. */
export interface MainsHum {
  /** 50 or 60. */
  readonly hz: number;
  readonly levelDbm0: number;
}

const THIRD_HARMONIC = 10 ** (-10 / 20);

/** Which ways audio passes. */
export interface AudioPath {
  readonly terminal: Terminal | undefined;
  /** The hook switch is closed: the telephone's transmitter is asked, heard or not. */
  readonly closed: boolean;
  /** Both ways, fed and closed. */
  readonly talking: boolean;
  /** From the chip to the telephone only: on-hook transmission. */
  readonly listening: boolean;
}

const STEPS_PER_VOLT = 1 / VOLTS_PER_STEP;
const INT16_MAX = 32767;
const INT16_MIN = -32768;
/** Times of events and of samples meet within this many samples. */
const SAMPLE_SLACK = 1e-6;

/**
 * The voice band of a pair: loss both ways, sidetone, the hybrid's echo, noise. Works in volts on
 * buffers of its own, frame by frame, in as many pieces as the frame has events.
 */
export class PairAudio {
  readonly #frameSamples: number;
  readonly #gain: number;
  readonly #ownTaps: readonly EchoTap[];
  #closedTaps: Taps;
  readonly #openTaps: Taps;
  /** Peak of noise that is even between plus and minus it. */
  readonly #noisePeakVolts: number;
  #historySamples: number;
  /** What the chip sends: the last samples before the frame, for the echo, then the frame. */
  #down: Float64Array;
  readonly #own: Float64Array;
  readonly #heard: Float64Array;
  readonly #captured: Int16Array;
  #noise: number;
  #hum: { readonly turn: number; readonly peakVolts: number } | undefined;
  #startMs = 0;
  #samplePeriodMs = 0;
  #firstSample = 0;
  #rendered = 0;
  #inFrame = false;
  #rendering = false;

  constructor(options: PairAudioOptions) {
    const { frameSamples, echoTaps } = options;
    const delayMax = echoTaps.reduce((most, tap) => Math.max(most, tap.delaySamples), 0);
    invariant(delayMax <= ECHO_DELAY_MAX_SAMPLES, "an echo tap is too late");
    this.#frameSamples = frameSamples;
    this.#gain = 10 ** (-options.lossDb / 20);
    this.#ownTaps = scaleEcho(echoTaps, options.erlDb);
    this.#closedTaps = packTaps(this.#ownTaps);
    this.#openTaps = packTaps(scaleEcho(echoTaps, OPEN_PAIR_ERL_DB));
    const { noiseDbm0 } = options;
    this.#noisePeakVolts = noiseDbm0 === undefined ? 0 : voltsFromDbm(noiseDbm0) * Math.sqrt(3);
    this.#historySamples = delayMax;
    this.#down = new Float64Array(delayMax + frameSamples);
    this.#own = new Float64Array(frameSamples);
    this.#heard = new Float64Array(frameSamples);
    this.#captured = new Int16Array(frameSamples);
    this.#noise = options.random.int(0x7fffffff) + 1;
  }

  /**
   * A frame begins. `playout` is what the chip sends during it; `firstSample` counts the samples
   * that the telephone sees.
   */
  beginFrame(
    playout: Int16Array,
    startMs: number,
    samplePeriodMs: number,
    firstSample: number,
  ): void {
    const down = this.#down;
    const history = this.#historySamples;
    // By hand: a call for so few numbers takes longer.
    for (let at = 0; at < history; at++) down[at] = down[this.#frameSamples + at] ?? 0;
    for (let at = 0; at < this.#frameSamples; at++) {
      down[history + at] = (playout[at] ?? 0) * VOLTS_PER_STEP;
    }
    this.#startMs = startMs;
    this.#samplePeriodMs = samplePeriodMs;
    this.#firstSample = firstSample;
    this.#rendered = 0;
    this.#inFrame = true;
  }

  renderUntil(atMs: number, path: AudioPath): void {
    if (!this.#inFrame || this.#rendering) return;
    const samples = Math.floor((atMs - this.#startMs) / this.#samplePeriodMs + SAMPLE_SLACK);
    this.#render(Math.min(this.#frameSamples, samples), path);
  }

  /** Renders what is left of the frame and copies what the chip received during it. */
  endFrame(captured: Int16Array, path: AudioPath): void {
    this.#render(this.#frameSamples, path);
    captured.set(this.#captured);
    this.#inFrame = false;
  }

  setHum(hum: MainsHum | undefined): void {
    this.#hum =
      hum === undefined
        ? undefined
        : {
            turn: (2 * Math.PI * hum.hz) / 8000,
            peakVolts: voltsFromDbm(hum.levelDbm0) * Math.SQRT2,
          };
  }

  /** What the closed loop sends back besides, as its impedance misses that of the chip. */
  setMismatch(taps: readonly EchoTap[]): void {
    this.#closedTaps = packTaps([...this.#ownTaps, ...taps]);
    const history = taps.reduce(
      (most, { delaySamples }) => Math.max(most, delaySamples),
      this.#historySamples,
    );
    if (history === this.#historySamples) return;
    const down = new Float64Array(history + this.#frameSamples);
    down.set(this.#down, history - this.#historySamples);
    this.#historySamples = history;
    this.#down = down;
  }

  abandonFrame(): void {
    this.#inFrame = false;
    this.#down.fill(0);
  }

  #render(to: number, path: AudioPath): void {
    const from = this.#rendered;
    if (to <= from) return;
    this.#rendered = to;
    // A telephone that works its hook switch from within is heard from the next piece on.
    this.#rendering = true;
    const whole = to - from === this.#frameSamples;
    const own = whole ? this.#own : this.#own.subarray(from, to);
    const heard = whole ? this.#heard : this.#heard.subarray(from, to);
    const firstSample = this.#firstSample + from;
    own.fill(0);
    if (path.closed) path.terminal?.transmit(own, firstSample);
    if (path.talking || path.listening) {
      this.#mix(from, to, path.talking);
      if (this.#hum !== undefined) this.#addHum(from, to, firstSample - from);
    } else this.#silence(from, to);
    path.terminal?.receive(heard, firstSample);
    this.#rendering = false;
  }

  #silence(from: number, to: number): void {
    this.#heard.fill(0, from, to);
    this.#captured.fill(0, from, to);
  }

  #addHum(from: number, to: number, firstSample: number): void {
    const { turn = 0, peakVolts = 0 } = this.#hum ?? {};
    for (let at = from; at < to; at++) {
      const phase = turn * (firstSample + at);
      const volts = peakVolts * (Math.sin(phase) + THIRD_HARMONIC * Math.sin(3 * phase));
      this.#heard[at] = (this.#heard[at] ?? 0) + volts;
      const step = (this.#captured[at] ?? 0) + Math.round(volts * STEPS_PER_VOLT);
      this.#captured[at] = Math.max(INT16_MIN, Math.min(INT16_MAX, step));
    }
  }

  /**
   * Both ways at once: the telephone hears the chip, itself and noise; the chip records the
   * telephone, noise and the echo of what it sends, in 16-bit steps.
   */
  #mix(from: number, to: number, talking: boolean): void {
    const down = this.#down;
    const own = this.#own;
    const heard = this.#heard;
    const captured = this.#captured;
    const history = this.#historySamples;
    const gain = this.#gain;
    const ownGain = talking ? 1 : 0;
    const scale = this.#noisePeakVolts / 2 ** 15;
    const { delays, gains } = talking ? this.#closedTaps : this.#openTaps;
    let noise = this.#noise;
    for (let at = from; at < to; at++) {
      const said = (own[at] ?? 0) * ownGain;
      // xorshift32, half of it for each end. @see Marsaglia, "Xorshift RNGs", 2003
      noise ^= noise << 13;
      noise ^= noise >>> 17;
      noise ^= noise << 5;
      heard[at] = (down[history + at] ?? 0) * gain + said + (noise >> 16) * scale;
      let up = said * gain + ((noise << 16) >> 16) * scale;
      for (let tap = 0; tap < gains.length; tap++) {
        up += (down[history + at - (delays[tap] ?? 0)] ?? 0) * (gains[tap] ?? 0);
      }
      captured[at] = stepOf(up * STEPS_PER_VOLT);
    }
    this.#noise = noise;
  }
}

/** The nearest step of 16 bits, halves up as `Math.round` has it; that is several times slower. */
function stepOf(value: number): number {
  const within = value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value;
  return ((within - INT16_MIN + 0.5) | 0) + INT16_MIN;
}

/** Taps as the mixing loop wants them. */
interface Taps {
  readonly delays: Int32Array;
  readonly gains: Float64Array;
}

function packTaps(taps: readonly EchoTap[]): Taps {
  return {
    delays: Int32Array.from(taps, ({ delaySamples }) => delaySamples),
    gains: Float64Array.from(taps, ({ gain }) => gain),
  };
}
