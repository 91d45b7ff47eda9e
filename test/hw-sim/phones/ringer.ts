/** What makes the bell strike. */
export interface RingerOptions {
  /** Least ringing voltage at the terminals, rms: what a line of North America keeps at 5 REN */
  readonly minVolts: number;
  /** A type B ringer's band. @see TIA-968-B: 15 to 68 Hz */
  readonly minHz: number;
  readonly maxHz: number;
  /** Cycles until it strikes: a reversal or a dial pulse of another set only taps it. */
  readonly cycles: number;
}

/** A bell that answers to 20 Hz and 50 Hz countries alike. */
export const DEFAULT_RINGER = {
  minVolts: 40,
  minHz: 15,
  maxHz: 68,
  cycles: 2,
} as const satisfies RingerOptions;

/** What the bell does at a change of voltage. */
export type RingerEvent =
  | { readonly kind: "started"; readonly ringHz: number; readonly ringVolts: number }
  | { readonly kind: "stopped" };

/** Timestamps of a pulse generator may be off by this. */
const TIMING_SLACK = 0.01;
/** After so many of the longest half cycles without a change it is still. */
const SILENT_HALF_CYCLES = 1.5;

/**
 * A bell behind its capacitor: direct voltage does nothing to it, whatever its height; only the
 * swing between the two halves of a cycle does.
 *
 *     still --(cycles × 2 half cycles of the right length and swing)--> ringing
 *     ringing --(no swing for 1.5 of the longest half cycle, or one out of band)--> still
 */
export class Ringer {
  readonly #options: RingerOptions;
  #volts: number | undefined;
  #swungAtMs: number | undefined;
  #halfCycles = 0;
  #halfCycleMs = 0;
  #ringing = false;

  constructor(options: RingerOptions = DEFAULT_RINGER) {
    this.#options = options;
  }

  get ringing(): boolean {
    return this.#ringing;
  }

  /** The voltage at the terminals changed; `crestFactor` is the ringing signal's peak over rms. */
  change(volts: number, atMs: number, crestFactor = 1): RingerEvent | undefined {
    const before = this.#volts;
    this.#volts = volts;
    if (before === undefined) return undefined;
    // Half of the swing is the peak of the alternating part, and the rms of a square wave.
    const ringVolts = Math.abs(volts - before) / 2 / crestFactor;
    if (ringVolts < this.#options.minVolts) return undefined;
    const sinceMs = this.#swungAtMs === undefined ? undefined : atMs - this.#swungAtMs;
    this.#swungAtMs = atMs;
    if (sinceMs === undefined || !this.#isHalfCycle(sinceMs)) {
      this.#halfCycles = 0;
      return this.#stop();
    }
    const ringHz = 1000 / (sinceMs + (this.#halfCycles === 0 ? sinceMs : this.#halfCycleMs));
    this.#halfCycleMs = sinceMs;
    this.#halfCycles++;
    if (this.#ringing || this.#halfCycles < 2 * this.#options.cycles) return undefined;
    this.#ringing = true;
    return { kind: "started", ringHz, ringVolts };
  }

  /** When the bell is still unless the voltage swings before. */
  deadlineMs(): number | undefined {
    if (!this.#ringing || this.#swungAtMs === undefined) return undefined;
    return this.#swungAtMs + (SILENT_HALF_CYCLES * 500) / this.#options.minHz;
  }

  /** The deadline has come. */
  timeout(atMs: number): RingerEvent | undefined {
    const dueMs = this.deadlineMs();
    return dueMs !== undefined && atMs >= dueMs ? this.#stop() : undefined;
  }

  /** The hook switch took the bell off the line. */
  disconnect(): RingerEvent | undefined {
    this.#volts = undefined;
    this.#swungAtMs = undefined;
    return this.#stop();
  }

  #isHalfCycle(ms: number): boolean {
    const shortestMs = (500 / this.#options.maxHz) * (1 - TIMING_SLACK);
    const longestMs = (500 / this.#options.minHz) * (1 + TIMING_SLACK);
    return ms >= shortestMs && ms <= longestMs;
  }

  #stop(): RingerEvent | undefined {
    this.#halfCycles = 0;
    if (!this.#ringing) return undefined;
    this.#ringing = false;
    return { kind: "stopped" };
  }
}
