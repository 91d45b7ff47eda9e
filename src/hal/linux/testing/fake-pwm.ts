import type { Clock } from "../../ports/clock.ts";
import type { PwmFiles } from "../pwm-files.ts";
import { kernelError } from "./fake-gpio-kernel.ts";

/** A channel as the kernel has it. */
export interface FakePwmState {
  readonly periodNs: number;
  readonly dutyNs: number;
  readonly polarity: "normal" | "inversed";
  readonly enabled: boolean;
}

/** A chip of the fake machine. */
export interface FakePwmChip {
  readonly device: string;
  readonly channels: number;
}

const FRESH: FakePwmState = { periodNs: 0, dutyNs: 0, polarity: "normal", enabled: false };

/**
 * The kernel's files of PWM chips, with the rules of its documentation: a channel is there once it
 * is exported; its duty is never longer than its period; its polarity changes while it is off.
 * @see https://docs.kernel.org/driver-api/pwm.html
 */
export class FakePwm implements PwmFiles {
  /** Every state of a channel (`pwmchip0/pwm0`) and when it began. */
  readonly history = new Map<string, { readonly atMs: number; readonly state: FakePwmState }[]>();
  /** The error with which writes to a file of this name fail. */
  readonly refusals = new Map<string, string>();
  /** How long after its export a channel is root's alone. */
  rightsAfterMs = 0;
  readonly #clock: Clock;
  readonly #chips: readonly FakePwmChip[];
  readonly #exportedMs = new Map<string, number>();

  constructor(clock: Clock, chips: readonly FakePwmChip[]) {
    this.#clock = clock;
    this.#chips = chips;
  }

  /** Another program, now dead, left a channel so. */
  leave(channel: string, state: FakePwmState): void {
    this.#exportedMs.set(channel, Number.NEGATIVE_INFINITY);
    this.#note(channel, state);
  }

  state(channel: string): FakePwmState | undefined {
    return this.history.get(channel)?.at(-1)?.state;
  }

  /** What the pin does: a level, a wave of so many hertz, or whatever the chip likes. */
  pin(channel: string): string {
    const state = this.state(channel);
    if (state?.enabled !== true) return "off";
    const { periodNs, dutyNs, polarity } = state;
    if (dutyNs === 0 || dutyNs === periodNs) {
      return dutyNs > 0 === (polarity === "normal") ? "high" : "low";
    }
    return `${1e9 / periodNs} Hz, ${Math.round((100 * dutyNs) / periodNs)} %`;
  }

  chips(): readonly string[] {
    return this.#chips.map((_, n) => `pwmchip${n}`);
  }

  deviceOf(chip: string): string {
    return this.#chips[Number(chip.slice("pwmchip".length))]?.device ?? "";
  }

  exists(file: string): boolean {
    return this.#exportedMs.has(file.slice(0, file.lastIndexOf("/")));
  }

  read(file: string): string {
    const { channel, name } = split(file);
    const state = this.state(channel);
    if (state === undefined) throw kernelError("ENOENT");
    switch (name) {
      case "period":
        return `${state.periodNs}`;
      case "duty_cycle":
        return `${state.dutyNs}`;
      case "polarity":
        return state.polarity;
      case "enable":
        return state.enabled ? "1" : "0";
      default:
        throw kernelError("ENOENT");
    }
  }

  write(file: string, text: string): void {
    const { channel, name } = split(file);
    const refusal = this.refusals.get(name);
    if (refusal !== undefined) throw kernelError(refusal);
    if (name === "export") {
      this.#export(channel, text);
      return;
    }
    const state = this.state(channel);
    const exportedMs = this.#exportedMs.get(channel);
    if (state === undefined || exportedMs === undefined) throw kernelError("ENOENT");
    if (this.#clock.nowMs() < exportedMs + this.rightsAfterMs) throw kernelError("EACCES");
    const next = changed(state, name, text);
    if (next.periodNs === 0 || next.dutyNs > next.periodNs) throw kernelError("EINVAL");
    if (next.polarity !== state.polarity && state.enabled) throw kernelError("EBUSY");
    this.#note(channel, next);
  }

  #export(chip: string, text: string): void {
    const found = this.#chips[Number(chip.slice("pwmchip".length))];
    if (found === undefined) throw kernelError("ENOENT");
    if (Number(text) >= found.channels) throw kernelError("ENODEV");
    const channel = `${chip}/pwm${text}`;
    if (this.#exportedMs.has(channel)) throw kernelError("EBUSY");
    this.#exportedMs.set(channel, this.#clock.nowMs());
    this.#note(channel, FRESH);
  }

  #note(channel: string, state: FakePwmState): void {
    const states = this.history.get(channel) ?? [];
    states.push({ atMs: this.#clock.nowMs(), state });
    this.history.set(channel, states);
  }
}

function split(file: string): { readonly channel: string; readonly name: string } {
  const cut = file.lastIndexOf("/");
  return { channel: file.slice(0, cut), name: file.slice(cut + 1) };
}

function changed(state: FakePwmState, name: string, text: string): FakePwmState {
  switch (name) {
    case "period":
      return { ...state, periodNs: Number(text) };
    case "duty_cycle":
      return { ...state, dutyNs: Number(text) };
    case "polarity":
      if (text !== "normal" && text !== "inversed") throw kernelError("EINVAL");
      return { ...state, polarity: text };
    case "enable":
      return { ...state, enabled: text === "1" };
    default:
      throw kernelError("ENOENT");
  }
}
