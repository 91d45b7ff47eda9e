import { copyNumbers } from "../../../src/base/copy-numbers.ts";
import { invariant } from "../../../src/base/invariant.ts";
import { PAIR_MIXER } from "../audio/sound-kernel.ts";
import {
  MIX_HISTORY_SAMPLES,
  MIX_LIMIT_SAMPLES,
  type MixSettings,
  PIECE_SAMPLES,
} from "../audio/sound-math.ts";
import type { RandomStream } from "../world/random-stream.ts";
import {
  ECHO_DELAY_MAX_SAMPLES,
  type EchoTap,
  OPEN_PAIR_ERL_DB,
  scaleEcho,
} from "./hybrid-echo.ts";
import { VOLTS_PER_STEP, voltsFromDbm } from "./levels.ts";
import { MismatchFilter } from "./mismatch-filter.ts";
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

const SILENCE = new Float64Array(PIECE_SAMPLES);
/** What was captured of a whole piece, as the mixer leaves it. */
const CAPTURED_PIECE = PAIR_MIXER.captured.subarray(0, PIECE_SAMPLES);

/**
 * The voice band of a pair: loss both ways, sidetone, the hybrid's echo, noise. Works in volts on
 * buffers of its own, frame by frame, in as many pieces as the frame has events.
 */
export class PairAudio {
  readonly #frameSamples: number;
  readonly #gain: number;
  readonly #ownTaps: readonly EchoTap[];
  #closed: Mix;
  #ways: Ways | undefined;
  #onHook: ToTelephone | undefined;
  readonly #open: Mix;
  readonly #noiseSeed: number;
  #historySamples: number;
  /** What the chip sends, in its steps: some samples before the frame, for the echo, then that. */
  #down: Int16Array;
  readonly #own: Float64Array;
  readonly #heard: Float64Array;
  readonly #captured: Int16Array;
  readonly #noiseVolts: number;
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
    const { noiseDbm0 } = options;
    // Even between plus and minus its peak.
    const noisePeakVolts = noiseDbm0 === undefined ? 0 : voltsFromDbm(noiseDbm0) * Math.sqrt(3);
    this.#noiseVolts = noisePeakVolts / 2 ** 15;
    this.#closed = this.#mixOf(this.#ownTaps, true);
    this.#open = this.#mixOf(scaleEcho(echoTaps, OPEN_PAIR_ERL_DB), false);
    this.#historySamples = delayMax;
    this.#down = new Int16Array(delayMax + frameSamples);
    this.#own = new Float64Array(frameSamples);
    this.#heard = new Float64Array(frameSamples);
    this.#captured = new Int16Array(frameSamples);
    this.#noiseSeed = options.random.int(2 ** 32) | 0;
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
    copyNumbers(down, playout, history);
    this.#reflect();
    this.#startMs = startMs;
    this.#samplePeriodMs = samplePeriodMs;
    this.#firstSample = firstSample;
    this.#rendered = 0;
    this.#inFrame = true;
  }

  /** What comes to the telephone besides, or less, for the whole frame. */
  #reflect(): void {
    this.#ways?.from.beginFrame();
    for (const way of [this.#ways?.to, this.#onHook]) {
      if (way === undefined) continue;
      way.filter.beginFrame();
      const volts = this.#gain * VOLTS_PER_STEP;
      way.filter.reflect(this.#down, this.#historySamples, volts, way.added);
    }
  }

  renderUntil(atMs: number, path: AudioPath): void {
    if (!this.#inFrame || this.#rendering) return;
    const samples = Math.floor((atMs - this.#startMs) / this.#samplePeriodMs + SAMPLE_SLACK);
    this.#render(Math.min(this.#frameSamples, samples), path);
  }

  /** Renders what is left of the frame and copies what the chip received during it. */
  endFrame(captured: Int16Array, path: AudioPath): void {
    if (this.#isPlain(path)) this.#renderInPlace(captured, path);
    else {
      this.#render(this.#frameSamples, path);
      copyNumbers(captured, this.#captured);
    }
    this.#inFrame = false;
  }

  /** Whether nothing has happened within the frame, and nothing is wrong: most frames of a call. */
  #isPlain({ talking }: AudioPath): boolean {
    const isWhole = this.#rendered === 0 && this.#frameSamples === PIECE_SAMPLES;
    return isWhole && talking && this.#ways === undefined && this.#hum === undefined;
  }

  /** Renders a whole frame where the mixer has it, which saves copying it to and fro. */
  #renderInPlace(captured: Int16Array, { terminal }: AudioPath): void {
    const { ownPiece, heardPiece, sent } = PAIR_MIXER;
    this.#rendered = PIECE_SAMPLES;
    this.#rendering = true;
    if (terminal?.fillsAll !== true) copyNumbers(ownPiece, SILENCE);
    terminal?.transmit(ownPiece, this.#firstSample);
    copyNumbers(sent, this.#down, MIX_HISTORY_SAMPLES - this.#historySamples);
    this.#mixPiece(PIECE_SAMPLES, this.#firstSample, this.#closed);
    copyNumbers(captured, CAPTURED_PIECE);
    terminal?.receive(heardPiece, this.#firstSample);
    this.#rendering = false;
  }

  /** Mixes the samples that were put into the mixer. */
  #mixPiece(count: number, firstSample: number, { settings, late }: Mix): void {
    const { lateEcho, sent } = PAIR_MIXER;
    if (late.length > 0) addLateEcho(lateEcho, sent, late, count);
    PAIR_MIXER.mix(count, (this.#noiseSeed + firstSample) | 0, settings);
    if (late.length > 0) lateEcho.fill(0, 0, count);
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

  /**
   * What the closed loop sends back besides, as its impedance misses that of the chip, and by what
   * the sound that crosses is louder or softer: off-hook both ways, the reflection, and on-hook.
   */
  setMismatch(
    taps: readonly EchoTap[],
    { reflection, onHook }: Readonly<Record<"reflection" | "onHook", readonly EchoTap[]>>,
  ): void {
    const frame = this.#frameSamples;
    const toTelephone = (added: readonly EchoTap[]): ToTelephone => ({
      filter: new MismatchFilter(added, 1, frame),
      added: new Float64Array(frame),
    });
    this.#onHook = onHook.length === 0 ? undefined : toTelephone(onHook);
    const from = new MismatchFilter(reflection, -1, frame);
    this.#ways = reflection.length === 0 ? undefined : { to: toTelephone(reflection), from };
    this.#reflect();
    this.#closed = this.#mixOf([...this.#ownTaps, ...taps], true);
    const history = taps.reduce(
      (most, { delaySamples }) => Math.max(most, delaySamples),
      this.#historySamples,
    );
    if (history === this.#historySamples) return;
    const down = new Int16Array(history + this.#frameSamples);
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
    if (path.talking) this.#ways?.from.addTo(this.#own, from, to);
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
    const mix = talking ? this.#closed : this.#open;
    const { own, sent, heard, captured } = PAIR_MIXER;
    const history = this.#historySamples;
    for (let start = from; start < to; start += MIX_LIMIT_SAMPLES) {
      const end = Math.min(to, start + MIX_LIMIT_SAMPLES);
      const count = end - start;
      own.set(this.#own.subarray(start, end));
      sent.set(this.#down.subarray(start, history + end), MIX_HISTORY_SAMPLES - history);
      this.#mixPiece(count, this.#firstSample + start, mix);
      this.#heard.set(heard.subarray(0, count), start);
      this.#captured.set(captured.subarray(0, count), start);
    }
    const added = (talking ? this.#ways?.to : this.#onHook)?.added;
    if (added === undefined) return;
    for (let at = from; at < to; at++) {
      this.#heard[at] = (this.#heard[at] ?? 0) + (added[at] ?? 0);
    }
  }

  #mixOf(taps: readonly EchoTap[], talking: boolean): Mix {
    const [first = SILENT_TAP, second = SILENT_TAP, third = SILENT_TAP, ...late] = taps;
    return {
      settings: {
        downGain: this.#gain * VOLTS_PER_STEP,
        ownGain: talking ? 1 : 0,
        upGain: talking ? this.#gain * STEPS_PER_VOLT : 0,
        noiseVolts: this.#noiseVolts,
        noiseSteps: this.#noiseVolts * STEPS_PER_VOLT,
        firstDelay: first.delaySamples,
        firstGain: first.gain,
        secondDelay: second.delaySamples,
        secondGain: second.gain,
        thirdDelay: third.delaySamples,
        thirdGain: third.gain,
      },
      late,
    };
  }
}

/** What comes to the telephone besides, for the whole frame, volts. */
interface ToTelephone {
  readonly filter: MismatchFilter;
  readonly added: Float64Array;
}

/** Where the ends miss each other: to the telephone, and from it. */
interface Ways {
  readonly to: ToTelephone;
  readonly from: MismatchFilter;
}

/** How a pair is mixed: with three taps at hand, of which some may be silent, and all others. */
interface Mix {
  readonly settings: MixSettings;
  readonly late: readonly EchoTap[];
}

const SILENT_TAP: EchoTap = { delaySamples: 0, gain: 0 };

/** Puts the echo of the late taps in place, steps. */
function addLateEcho(
  echo: Float32Array,
  sent: Int16Array,
  late: readonly EchoTap[],
  count: number,
): void {
  for (const { delaySamples, gain } of late) {
    const from = MIX_HISTORY_SAMPLES - delaySamples;
    for (let at = 0; at < count; at++) {
      echo[at] = (echo[at] ?? 0) + (sent[from + at] ?? 0) * gain;
    }
  }
}
