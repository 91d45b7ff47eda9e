import type { Clock, Timer } from "../../../../src/hal/ports/clock.ts";
import type { IndirectRam } from "./indirect-ram.ts";
import {
  type RingSignalModel,
  ringOffsetVolts,
  sineRinging,
  trapezoidRinging,
} from "./oscillators.ts";
import type { RegisterFile } from "./register-file.ts";
import { R } from "./register-map.ts";

/** One half wave of ringing as it is put on the pair. */
export interface HalfWave {
  /** Peak, ring against tip, the offset included. */
  readonly volts: number;
  readonly crestFactor: number;
  readonly meanRatio: number;
}

/** Volts at a part of a half wave, ring against tip; `alternating` is without the offset. */
type Momentary = (part: number) => { readonly volts: number; readonly alternating: number };

/** What the generator is built into. */
export interface RingingGeneratorParts {
  readonly clock: Clock;
  readonly registers: RegisterFile;
  readonly ram: IndirectRam;
  /** The highest peak that the battery lets through. */
  readonly peakMaxVolts: () => number;
  onHalfWave(wave: HalfWave): void;
  /** The last half wave is over, and the line free. */
  onStopped(): void;
}

const TRAPEZOID_BIT = 0;
/** Slower than any registers that make sense: a half wave ends some time. */
const HALF_WAVE_MAX_MS = 500;
const HALF_WAVE_MIN_MS = 1;

/**
 * The ringing generator, half wave by half wave. It starts at once and stops where a half wave
 * ends, so that the line's voltage never jumps.
 */
export class RingingGenerator {
  readonly #parts: RingingGeneratorParts;
  #timer: Timer | undefined;
  #negative = true;
  #stopping = false;
  #now: { readonly startMs: number; readonly halfMs: number; readonly at: Momentary } | undefined;

  constructor(parts: RingingGeneratorParts) {
    this.#parts = parts;
  }

  /** Whether its signal is on the line. */
  get onLine(): boolean {
    return this.#timer !== undefined;
  }

  /** The voltage of this moment; none while nothing is on the line. */
  get momentary(): ReturnType<Momentary> {
    const now = this.#timer === undefined ? undefined : this.#now;
    if (now === undefined) return { volts: 0, alternating: 0 };
    return now.at((this.#parts.clock.nowMs() - now.startMs) / now.halfMs);
  }

  start(): void {
    this.#stopping = false;
    if (this.#timer !== undefined) return;
    this.#negative = true;
    this.#halfWave();
  }

  /** At the end of this half wave. */
  stop(): void {
    this.#stopping = true;
  }

  /** At once: the line is taken away from under it. */
  cut(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #signal(): RingSignalModel {
    const { registers, ram } = this.#parts;
    const rco = ram.get("RCO");
    const rngx = ram.get("RNGX");
    return registers.bit(R.RING_OSC, TRAPEZOID_BIT)
      ? trapezoidRinging(rco, rngx, ram.get("RNGY"))
      : sineRinging(rco, rngx);
  }

  #halfWave(): void {
    const { clock, ram, peakMaxVolts, onHalfWave } = this.#parts;
    const { frequencyHz, peakVolts, crestFactor, meanRatio, shapeAt } = this.#signal();
    const peak = Math.max(0, Math.min(peakVolts, peakMaxVolts()));
    const halfMs = Math.min(HALF_WAVE_MAX_MS, Math.max(HALF_WAVE_MIN_MS, 500 / frequencyHz));
    const startMs = clock.nowMs();
    this.#timer = clock.at(startMs + halfMs, () => this.#next());
    const top = this.#negative ? -peak : peak;
    const offset = ringOffsetVolts(ram.get("ROFF"));
    const at: Momentary = (part) => {
      const alternating = top * shapeAt(part);
      return { volts: alternating - offset, alternating };
    };
    this.#now = { startMs, halfMs, at };
    onHalfWave({ volts: top - offset, crestFactor, meanRatio });
  }

  #next(): void {
    this.#negative = !this.#negative;
    if (!this.#stopping) {
      this.#halfWave();
      return;
    }
    this.#timer = undefined;
    this.#parts.onStopped();
  }
}
