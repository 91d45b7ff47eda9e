import { PortError, type PortFault } from "../../base/port-fault.ts";
import { done, err, type Result } from "../../base/result.ts";
import { errorCode, type FaultAdvice, faultFromError } from "../node/system-fault.ts";
import type { Clock } from "../ports/clock.ts";
import type { Gpio, GpioOutput, Level } from "../ports/gpio.ts";
import { createPwmFiles, type PwmFiles } from "./pwm-files.ts";

/** Which channel of which PWM chip can drive a pin. */
export interface PwmPin {
  /** The chip's device, by any of the names that kernels and models give it: `fe20c000.pwm`. */
  readonly devices: readonly string[];
  readonly channel: number;
}

/** The pins that PWM can drive, by the names that the board gives them. */
export type PwmPins = Readonly<Record<string, PwmPin>>;

/** What PWM stands on. */
export interface PwmGpioOptions {
  readonly clock: Clock;
  readonly pins: PwmPins;
  readonly files?: PwmFiles;
}

/** The period of a channel before its first wave: 20 Hz. Parked, it does not matter. */
const FIRST_PERIOD_NS = 50_000_000;
const NS_PER_SECOND = 1e9;

/** How long udev may take to give the group its rights on a channel that was just exported. */
const RIGHTS_MAX_MS = 1000;
const RIGHTS_LOOK_MS = 20;

/** How much longer a wave that another program left running rests before the pin counts as open. */
const LEFT_OVER_HOLD_MS = 15;

const ADVICE: FaultAdvice = {
  permission:
    "add this user to the group gpio and log in again; where the files of /sys/class/pwm are " +
    "root's alone, give the group its rights by a udev rule",
  busy: "a kernel driver uses this PWM channel (analog audio?): switch that off",
  "not-found": "this chip has no such channel: put the board's file right",
  unsupported: "this PWM chip cannot make that frequency: take the pin out of the board's pwm",
  gone: "its chip went away: look at the kernel's log",
};

/** What the kernel means by these at a channel's files. */
const KINDS = { EINVAL: "unsupported", ERANGE: "unsupported" } as const;
const EXPORT_KINDS = { ENODEV: "not-found", EINVAL: "not-found" } as const;

/**
 * GPIO of which some pins are driven by hardware PWM, so that ringing keeps its frequency however
 * late this program is. A pin is driven so where its chip is there (an overlay enables it); else,
 * and for all inputs, it is an ordinary pin of `gpio`.
 *
 * The channel stays enabled all the time: a level is a wave that is always high, or never (duty
 * equal to the period, or 0), since a disabled channel has whatever level its chip likes. A chip
 * may finish its period before a change counts, which `settleMs` tells. When it is released, and
 * when the process dies, a pin stays as it is; a wave that was left running is parked when the pin
 * is opened.
 */
export function createPwmGpio(gpio: Gpio, options: PwmGpioOptions): Gpio {
  const { clock, pins, files = createPwmFiles() } = options;
  const held = new Set<string>();
  return {
    openInput: (pin, events) => gpio.openInput(pin, events),
    openOutput: async (pin, how) => {
      const pwm = how.drive === "open-drain" ? undefined : pins[pin];
      const chip = pwm && files.chips().find((one) => pwm.devices.includes(files.deviceOf(one)));
      if (pwm === undefined || chip === undefined) return gpio.openOutput(pin, how);
      const channel = `${chip}/pwm${pwm.channel}`;
      const what = `pin ${JSON.stringify(pin)} (${channel})`;
      if (held.has(channel)) {
        const advice = "the configuration names it for two purposes: give each its own pin";
        throw new PortError({ kind: "busy", what, advice });
      }
      held.add(channel);
      try {
        const output = new PwmOutput(files, channel, what, () => held.delete(channel));
        exportChannel(files, chip, pwm.channel, what);
        await writable(files, channel, clock);
        const leftOverMs = output.begin(how.initial);
        if (leftOverMs > 0) await pause(clock, leftOverMs + LEFT_OVER_HOLD_MS);
        return output;
      } catch (error) {
        held.delete(channel);
        throw error instanceof PortError ? error : new PortError(pwmFault(error, what));
      }
    },
  };
}

function pwmFault(error: unknown, what: string): PortFault {
  return faultFromError(error, what, ADVICE, KINDS);
}

function exportChannel(files: PwmFiles, chip: string, channel: number, what: string): void {
  // A program that died has left it exported, or `tipring safe` does so at this moment.
  const isThere = (): boolean => files.exists(`${chip}/pwm${channel}/period`);
  if (isThere()) return;
  try {
    files.write(`${chip}/export`, `${channel}`);
  } catch (error) {
    if (errorCode(error) === "EBUSY" && isThere()) return;
    throw new PortError(faultFromError(error, what, ADVICE, EXPORT_KINDS));
  }
}

/** Waits until udev has given this user its rights on a new channel. */
async function writable(files: PwmFiles, channel: string, clock: Clock): Promise<void> {
  const endMs = clock.nowMs() + RIGHTS_MAX_MS;
  for (;;) {
    try {
      // The level of a channel that runs already is to change once only, in `begin`.
      files.write(`${channel}/enable`, files.read(`${channel}/enable`));
      return;
    } catch (error) {
      const denied = errorCode(error) === "EACCES" || errorCode(error) === "ENOENT";
      // A channel without a period cannot be told anything yet: it may be written to.
      if (errorCode(error) === "EINVAL") return;
      if (!denied || clock.nowMs() >= endMs) throw error;
    }
    await pause(clock, RIGHTS_LOOK_MS);
  }
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.at(clock.nowMs() + ms, resolve));
}

class PwmOutput implements GpioOutput {
  readonly squareWave: NonNullable<GpioOutput["squareWave"]>;
  readonly #files: PwmFiles;
  readonly #channel: string;
  readonly #what: string;
  readonly #letGo: () => void;
  #periodNs = 0;
  #released = false;

  constructor(files: PwmFiles, channel: string, what: string, letGo: () => void) {
    this.#files = files;
    this.#channel = channel;
    this.#what = what;
    this.#letGo = letGo;
    const settleMs = (): number => this.#periodNs / 1e6;
    this.squareWave = {
      start: (frequencyHz) => this.#attempt(() => this.#start(frequencyHz)),
      stop: (level) => this.write(level),
      get settleMs() {
        return settleMs();
      },
    };
  }

  /**
   * Parks the pin, and enables the channel. How long a wave that ran already may still take, ms.
   * @throws Error as the files do
   */
  begin(level: Level): number {
    const periodNs = Number(this.#read("period"));
    const dutyNs = Number(this.#read("duty_cycle"));
    const isEnabled = this.#read("enable") === "1";
    if (this.#read("polarity") === "inversed") {
      if (isEnabled) this.#write("enable", "0");
      this.#write("polarity", "normal");
    }
    this.#periodNs = periodNs > 0 ? periodNs : FIRST_PERIOD_NS;
    if (periodNs === 0) this.#write("period", `${this.#periodNs}`);
    this.#park(level);
    this.#write("enable", "1");
    const ran = isEnabled && dutyNs > 0 && dutyNs < periodNs;
    return ran ? periodNs / 1e6 : 0;
  }

  write(level: Level): Result<undefined, PortFault> {
    return this.#attempt(() => this.#park(level));
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#letGo();
  }

  #start(frequencyHz: number): void {
    const periodNs = Math.round(NS_PER_SECOND / frequencyHz);
    const dutyNs = Math.round(periodNs / 2);
    // The duty must never be longer than the period, whichever of them is written first.
    if (periodNs >= this.#periodNs) {
      this.#write("period", `${periodNs}`);
      this.#write("duty_cycle", `${dutyNs}`);
    } else {
      this.#write("duty_cycle", `${dutyNs}`);
      this.#write("period", `${periodNs}`);
    }
    this.#periodNs = periodNs;
  }

  #park(level: Level): void {
    this.#write("duty_cycle", level === 1 ? `${this.#periodNs}` : "0");
  }

  #attempt(run: () => void): Result<undefined, PortFault> {
    try {
      if (this.#released) throw Object.assign(new Error("released"), { code: "EBADF" });
      run();
      return done;
    } catch (error) {
      return err(pwmFault(error, this.#what));
    }
  }

  #read(file: string): string {
    return this.#files.read(`${this.#channel}/${file}`);
  }

  #write(file: string, text: string): void {
    this.#files.write(`${this.#channel}/${file}`, text);
  }
}
