import type { LoopState } from "../loop/terminal.ts";
import type { CallerIdDisplay } from "./caller-id-display.ts";
import type { Observation } from "./observation.ts";
import type { PhoneOptions } from "./phone.ts";

/** A neon lamp with its resistor strikes here and goes out there. Typical, not of one make. */
const STRIKES_VOLTS = 80;
const GOES_OUT_VOLTS = 65;
/** A charge meter's filter is so wide. */
const METER_BAND_HZ = 200;

/** What a set has across the line besides bell and voice: a neon lamp, a charge meter. */
export class LineLamps {
  readonly #options: Pick<PhoneOptions, "neonLamp" | "chargeMeterHz">;
  readonly #display: CallerIdDisplay;
  readonly #observe: (observation: Observation) => void;
  #pulse: { readonly frequencyHz: number; readonly sinceMs: number } | undefined;

  constructor(
    options: Pick<PhoneOptions, "neonLamp" | "chargeMeterHz">,
    display: CallerIdDisplay,
    observe: (observation: Observation) => void,
  ) {
    this.#options = options;
    this.#display = display;
    this.#observe = observe;
  }

  /** The state at the terminals changed. */
  change(state: LoopState, offHook: boolean, atMs: number): void {
    this.#count(state, atMs);
    if (this.#options.neonLamp !== true || offHook || state.crestFactor !== undefined) return;
    const volts = Math.abs(state.volts);
    const lit = this.#display.lamp ? volts > GOES_OUT_VOLTS : volts >= STRIKES_VOLTS;
    this.#display.setLamp(lit, atMs);
  }

  #count({ metering }: LoopState, atMs: number): void {
    const wantedHz = this.#options.chargeMeterHz;
    if (wantedHz === undefined) return;
    const isOurs =
      metering !== undefined && Math.abs(metering.frequencyHz - wantedHz) < METER_BAND_HZ;
    if (isOurs) {
      this.#pulse ??= { frequencyHz: Math.round(metering.frequencyHz), sinceMs: atMs };
      return;
    }
    const pulse = this.#pulse;
    if (pulse === undefined) return;
    this.#pulse = undefined;
    const { frequencyHz, sinceMs } = pulse;
    this.#observe({ kind: "metering-pulse", atMs, frequencyHz, durationMs: atMs - sinceMs });
  }
}
