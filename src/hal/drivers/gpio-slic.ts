import { invariant } from "../../base/invariant.ts";
import type { PortFault } from "../../base/port-fault.ts";
import { done, err, ok, type Result } from "../../base/result.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { Gpio, GpioInput, GpioOutput } from "../ports/gpio.ts";
import type { LineFeed, RingSignal, Slic, SlicCapabilities, SlicEvents } from "../ports/slic.ts";
import type { GpioSlicProfile } from "./gpio-slic-profiles.ts";
import { opposite, RingWave } from "./ring-wave.ts";

/** The pins of one line's chip, by the names of the GPIO port. `pd` only where it is wired. */
export interface GpioSlicPins {
  readonly fr: string;
  readonly rm: string;
  readonly shk: string;
  readonly pd?: string;
}

/** One line's chip and how it is wired. */
export interface GpioSlicConfig {
  readonly profile: GpioSlicProfile;
  readonly pins: GpioSlicPins;
  /**
   * Whether the resistor between tip and ring is fitted that lets audio reach the line on-hook
   * (Ag1171: 20 kΩ). Without it no caller ID can be heard.
   */
  readonly ohtBias: boolean;
}

/** The ports that the driver works on. */
export interface GpioSlicPorts {
  readonly gpio: Gpio;
  readonly clock: Clock;
}

/**
 * Opens a line card made of a chip with F/R, RM, SHK and perhaps PD. A frequency outside the chip's
 * range is moved to its nearer end. `safe()` stops the bell at once, and puts RM low
 * `profile.ringEndHoldMs` later (and the period that hardware may have to finish): a program that
 * ends must stay that long.
 * `power-down` is refused where no PD pin is wired, `open` where the profile cannot.
 * @throws PortError (rejects) as the GPIO port does; what was opened before is released
 */
export async function openGpioSlic(
  config: GpioSlicConfig,
  ports: GpioSlicPorts,
  events: SlicEvents,
): Promise<Slic> {
  const { profile, pins } = config;
  const opened: { release(): void }[] = [];
  const keep = <T extends { release(): void }>(pin: T): T => {
    opened.push(pin);
    return pin;
  };
  try {
    // F/R first: were the chip left ringing by a killed program, the bell stops here.
    const fr = keep(await ports.gpio.openOutput(pins.fr, { initial: profile.frIdleLevel }));
    const rm = keep(await ports.gpio.openOutput(pins.rm, { initial: 0 }));
    const pd = await openPowerDown(config, ports.gpio);
    if (pd !== undefined) keep(pd);
    // The input is opened last, yet its events need the line: they come after `openInput` only.
    let line: GpioSlic | undefined;
    const shk = await ports.gpio.openInput(pins.shk, {
      onEdge: (edge) => events.onLoop(edge.level === profile.shkOffHookLevel, edge.atMs),
      onWatermark: (atMs) => events.onWatermark(atMs),
      onFault: (fault) => line?.fail(fault),
    });
    line = new GpioSlic(config, ports.clock, events, { fr, rm, pd, shk });
    return line;
  } catch (error) {
    for (const pin of opened) pin.release();
    throw error;
  }
}

async function openPowerDown(config: GpioSlicConfig, gpio: Gpio): Promise<GpioOutput | undefined> {
  const { pd } = config.pins;
  const { kind } = config.profile.powerDown;
  if (pd === undefined || kind === "none") return undefined;
  return kind === "active-high"
    ? await gpio.openOutput(pd, { initial: 0 })
    : await gpio.openOutput(pd, { initial: 1, drive: "open-drain" });
}

interface OpenPins {
  readonly fr: GpioOutput;
  readonly rm: GpioOutput;
  readonly pd: GpioOutput | undefined;
  readonly shk: GpioInput;
}

/**
 * What the ringing does. F/R toggles only in `ringing`; RM is low only in `quiet`.
 *
 *               ring(on)                  ring(off), safe
 *     quiet ───────────────► ringing ───────────────────────► settling
 *       ▲                      ▲                               │    │
 *       │                      └─────────── ring(on) ──────────┘    │
 *       └─────────────── hold is over: RM low ──────────────────────┘
 *
 * A line feed asked for while it rings or settles is applied on the way into `quiet`.
 */
type Ringing =
  | { readonly kind: "quiet" }
  | { readonly kind: "ringing"; readonly frequencyHz: number }
  | { readonly kind: "settling"; readonly hold: Timer };

class GpioSlic implements Slic {
  readonly capabilities: SlicCapabilities;
  readonly #config: GpioSlicConfig;
  readonly #clock: Clock;
  readonly #events: SlicEvents;
  readonly #pins: OpenPins;
  readonly #wave: RingWave;
  #ringing: Ringing = { kind: "quiet" };
  #feed: LineFeed = "forward";
  #closing: "no" | "releasing" | "released" = "no";

  constructor(config: GpioSlicConfig, clock: Clock, events: SlicEvents, pins: OpenPins) {
    const { profile } = config;
    this.#config = config;
    this.#clock = clock;
    this.#events = events;
    this.#pins = pins;
    this.#wave = new RingWave(pins.fr, clock, profile.frIdleLevel, (fault) => this.fail(fault));
    this.capabilities = {
      onHookTransmission: config.ohtBias,
      reversal: true,
      openLoop: pins.pd !== undefined && profile.opensLoopByPowerDown,
      ringDutyMax: profile.ringDutyMax,
      ringBurstMaxMs: profile.ringBurstMaxMs,
      // SHK follows the ringing current once the receiver is up, until F/R rests.
      ringTrip: "pulsing",
    };
  }

  setFeed(feed: LineFeed): Result<undefined, PortFault> {
    if (this.#closing !== "no") return err(this.#closedFault());
    const refusal = this.#feedRefusal(feed);
    if (refusal !== undefined) return this.#failed(refusal);
    this.#feed = feed;
    return this.#ringing.kind === "quiet" ? this.#applied() : done;
  }

  setRinging(on: boolean, { frequencyHz }: RingSignal): Result<undefined, PortFault> {
    if (this.#closing !== "no") return err(this.#closedFault());
    if (!on) {
      if (this.#ringing.kind !== "ringing") return done;
      const rested = this.#settle();
      return rested.ok ? rested : this.#failed(rested.error);
    }
    invariant(frequencyHz > 0, "a ringing frequency is above 0 Hz");
    if (this.#feed === "power-down" || this.#feed === "open") {
      return this.#failed({
        kind: "unsupported",
        what: `ringing of ${this.#name()} with its line feed ${this.#feed}`,
        advice: "set the line feed to forward first",
      });
    }
    const { ringMinHz, ringMaxHz } = this.#config.profile;
    const started = this.#ring(Math.min(ringMaxHz, Math.max(ringMinHz, frequencyHz)));
    return started.ok ? started : this.#failed(started.error);
  }

  readLoop(): Result<boolean, PortFault> {
    if (this.#closing !== "no") return err(this.#closedFault());
    const level = this.#pins.shk.read();
    if (!level.ok) return this.#failed(level.error);
    return ok(level.value === this.#config.profile.shkOffHookLevel);
  }

  requestWatermark(atMs: number): void {
    if (this.#closing === "no") this.#pins.shk.requestWatermark(atMs);
  }

  safe(): void {
    if (this.#closing === "released") return;
    this.#feed = "forward";
    // Whatever a write says: the other pins are still to be put right.
    if (this.#ringing.kind === "quiet") {
      this.#wave.stop();
      this.#pins.rm.write(0);
      this.#writePower(true);
    } else {
      this.#settle();
    }
  }

  close(): void {
    if (this.#closing !== "no") return;
    this.safe();
    this.#closing = "releasing";
    this.#pins.shk.release();
    if (this.#ringing.kind === "quiet") this.#release();
  }

  /** A pin failed on its own: tell it, with the line made safe. */
  fail(fault: PortFault): void {
    this.safe();
    if (this.#closing === "no") this.#events.onFault(fault);
  }

  #failed(fault: PortFault): { readonly ok: false; readonly error: PortFault } {
    this.safe();
    return err(fault);
  }

  #ring(frequencyHz: number): Result<undefined, PortFault> {
    const before = this.#ringing;
    if (before.kind === "ringing" && before.frequencyHz === frequencyHz) return done;
    if (before.kind === "settling") before.hold.cancel();
    this.#ringing = { kind: "ringing", frequencyHz };
    if (before.kind !== "quiet") return this.#wave.start(frequencyHz);
    const mode = this.#pins.rm.write(1);
    return mode.ok ? this.#wave.start(frequencyHz) : mode;
  }

  /** F/R rests now, RM goes low when it has rested long enough. */
  #settle(): Result<undefined, PortFault> {
    if (this.#ringing.kind === "settling") return this.#wave.stop();
    const rested = this.#wave.stop();
    const holdMs = this.#wave.settleMs + this.#config.profile.ringEndHoldMs;
    const atMs = this.#clock.nowMs() + holdMs;
    this.#ringing = { kind: "settling", hold: this.#clock.at(atMs, () => this.#quiet()) };
    return rested;
  }

  #quiet(): void {
    this.#ringing = { kind: "quiet" };
    const mode = this.#pins.rm.write(0);
    // Ringing leaves the chip powered and F/R at rest, which is forward.
    const applied = mode.ok && this.#feed !== "forward" ? this.#applied() : mode;
    if (this.#closing === "releasing") this.#release();
    else if (!applied.ok) this.fail(applied.error);
  }

  /** Puts the pins where the line feed wants them; only while quiet. */
  #applied(): Result<undefined, PortFault> {
    const result = this.#writeFeed();
    return result.ok ? result : this.#failed(result.error);
  }

  #writeFeed(): Result<undefined, PortFault> {
    if (this.#feed === "open" || this.#feed === "power-down") return this.#writePower(false);
    const idle = this.#config.profile.frIdleLevel;
    const polarity = this.#pins.fr.write(this.#feed === "reverse" ? opposite(idle) : idle);
    return polarity.ok ? this.#writePower(true) : polarity;
  }

  #writePower(on: boolean): Result<undefined, PortFault> {
    const { pd } = this.#pins;
    if (pd === undefined) return done;
    const runLevel = this.#config.profile.powerDown.kind === "active-high" ? 0 : 1;
    return pd.write(on ? runLevel : opposite(runLevel));
  }

  #feedRefusal(feed: LineFeed): PortFault | undefined {
    if (feed === "open" && !this.capabilities.openLoop) {
      const advice = "use a disconnect tone instead: this chip cannot open the loop";
      return { kind: "unsupported", what: `open loop of ${this.#name()}`, advice };
    }
    if (feed === "power-down" && this.#pins.pd === undefined) {
      const advice = "wire its PD pin, and name it and its polarity in the configuration";
      return { kind: "unsupported", what: `power-down of ${this.#name()}`, advice };
    }
    return undefined;
  }

  #release(): void {
    this.#closing = "released";
    for (const pin of [this.#pins.rm, this.#pins.fr, this.#pins.pd]) pin?.release();
  }

  #name(): string {
    return `the ${this.#config.profile.name} at F/R pin ${this.#config.pins.fr}`;
  }

  #closedFault(): PortFault {
    return { kind: "gone", what: this.#name(), advice: "it was closed: open it anew" };
  }
}
