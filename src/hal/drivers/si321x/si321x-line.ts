import { PortError, type PortFault } from "../../../base/port-fault.ts";
import { done, err, ok, type Result } from "../../../base/result.ts";
import type { Clock, Timer } from "../../ports/clock.ts";
import type {
  LineFeed,
  LineReading,
  RingSignal,
  Slic,
  SlicCapabilities,
  SlicEvents,
} from "../../ports/slic.ts";
import { bringUp } from "./bring-up.ts";
import type { Calibration } from "./calibration.ts";
import type { ChipBus } from "./chip-bus.ts";
import { readLine, si321xCapabilities } from "./line-facts.ts";
import { LoopWatch } from "./loop-watch.ts";
import { BITS, LINE_FEEDS, LOOPBACK_AFTER_RESET, REGISTERS } from "./registers.ts";
import { RingGenerator } from "./ring-generator.ts";
import { isNoPart, mendRegisters, tellsNothing, writeQuietFeed } from "./service-registers.ts";
import type { Si321xConfig } from "./si321x-config.ts";

/** How often the chip is asked whether it is well, ms. */
const HEALTH_EVERY_MS = 250;
/** A chip that loses its settings more often within such a time is not brought up again. */
const RESETS_MAX = 3;
const RESETS_WITHIN_MS = 60_000;
const REVERSED = 0x04;

/** What a line needs beside its chip. */
export interface Si321xLineParts {
  readonly bus: ChipBus;
  readonly config: Si321xConfig;
  readonly clock: Clock;
  readonly calibration: Calibration;
  /** Whether changes come by the INT pin; else the loop is looked at. */
  readonly interrupts: boolean;
  /** Ask to be told when no interrupt stamped before `atMs` is still to come. */
  readonly requestWatermark: (atMs: number) => void;
  readonly release: () => void;
}

/**
 * One line on a ProSLIC that has been brought up.
 *
 *               setRinging(true)                 setRinging(false), safe
 *     feeding ───────────────────► ringing ────────────────────────────┐
 *        ▲                            │ ring trip: the chip feeds by   │
 *        └────────────────────────────┴─ itself, told as a closed loop ┘
 *
 *     any ── power alarm ──► alarmed: open until it is opened anew
 *     any ── its settings are gone ──► brought up with its old calibration, then as it was
 */
export class Si321xLine implements Slic {
  readonly capabilities: SlicCapabilities;
  readonly sendMeteringPulse?: (hz: number, durationMs: number) => Result<undefined, PortFault>;
  readonly #parts: Si321xLineParts;
  readonly #events: SlicEvents;
  readonly #watch: LoopWatch;
  readonly #generator: RingGenerator;
  #feed: LineFeed = "forward";
  #transmitsOnHook = false;
  /** What rings, or is about to. */
  #ringing: RingSignal | undefined;
  #state: "well" | "recovering" | "alarmed" | "closed" = "well";
  #health: Timer;
  #meteringOff: Timer | undefined;
  readonly #resetsMs: number[] = [];
  #told = false;

  constructor(parts: Si321xLineParts, events: SlicEvents) {
    this.#parts = parts;
    this.#events = events;
    const { bus, config, clock } = parts;
    this.capabilities = si321xCapabilities(config.chip);
    this.#generator = new RingGenerator(bus, config);
    this.#watch = new LoopWatch(parts, {
      isRinging: () => this.#ringing !== undefined,
      loop: (closed, atMs) => this.#events.onLoop(closed, atMs),
      watermark: (atMs) => this.#events.onWatermark(atMs),
      poll: () => this.#guarded(() => this.#serve(clock.nowMs())),
      unmasked: () => this.#guarded(() => this.#watch.look(clock.nowMs())),
    });
    if (config.chip === "si3210") {
      this.sendMeteringPulse = (hz, durationMs) => this.#meter(hz, durationMs);
    }
    this.#health = clock.at(clock.nowMs() + HEALTH_EVERY_MS, () => this.#check());
  }

  setFeed(feed: LineFeed): Result<undefined, PortFault> {
    const before = this.#feed;
    this.#feed = feed;
    if (this.#ringing !== undefined) return this.#refusal() ?? done;
    return this.#act(() => {
      if (before === "power-down" && feed !== before) {
        this.#parts.bus.write(REGISTERS.POWER_DOWN_1, 0);
      }
      this.#writeFeed();
      if (feed === "power-down") this.#parts.bus.write(REGISTERS.POWER_DOWN_1, BITS.DCOF);
    });
  }

  setRinging(on: boolean, signal: RingSignal): Result<undefined, PortFault> {
    if (!on) {
      if (this.#ringing === undefined) return this.#refusal() ?? done;
      this.#ringing = undefined;
      return this.#act(() => this.#writeFeed());
    }
    if (this.#feed === "power-down" || this.#feed === "open") {
      const advice = "set the line feed to forward first";
      const what = `ringing of ${this.#parts.bus.name} with its line feed ${this.#feed}`;
      return this.#failed({ kind: "unsupported", what, advice });
    }
    this.#ringing = signal;
    return this.#act(() => this.#ring(signal));
  }

  setOnHookTransmission(on: boolean): Result<undefined, PortFault> {
    this.#transmitsOnHook = on;
    if (this.#ringing !== undefined) return this.#refusal() ?? done;
    return this.#act(() => this.#writeFeed());
  }

  async measure(): Promise<Result<LineReading, PortFault>> {
    const { bus } = this.#parts;
    const refused = this.#refusal();
    if (refused !== undefined) return refused;
    try {
      return ok(readLine(bus));
    } catch (error) {
      return this.#failed(faultOf(error));
    }
  }

  readLoop(): Result<boolean, PortFault> {
    const refused = this.#refusal();
    if (refused !== undefined) return refused;
    try {
      return ok(this.#watch.read());
    } catch (error) {
      return this.#failed(faultOf(error));
    }
  }

  requestWatermark(atMs: number): void {
    if (this.#state !== "closed") this.#watch.requestWatermark(atMs);
  }

  /** INT fell, or the chips that share it are asked who it was. */
  interrupt(atMs: number): void {
    this.#guarded(() => this.#serve(atMs));
  }

  /** No interrupt stamped before `atMs` is still to come. */
  watermark(atMs: number): void {
    if (this.#state !== "closed") this.#watch.watermark(atMs);
  }

  safe(): void {
    if (this.#state === "closed") return;
    const wasDown = this.#feed === "power-down";
    this.#ringing = undefined;
    this.#feed = "forward";
    this.#meteringOff?.cancel();
    this.#meteringOff = undefined;
    // It comes back in this state; and what has no settings since a reset is not to be fed.
    if (this.#state === "recovering" || this.#restsAfterReset()) return;
    const { bus, config } = this.#parts;
    const isMute = tellsNothing(bus);
    const writes = [
      () => (wasDown ? bus.write(REGISTERS.POWER_DOWN_1, 0) : undefined),
      () => (isMute ? bus.write(REGISTERS.LINEFEED, LINE_FEEDS.open) : this.#writeFeed()),
      () => (config.chip === "si3210" ? bus.write(REGISTERS.PULSE_METERING, 0) : undefined),
    ];
    for (const write of writes) {
      try {
        write();
      } catch {
        // Whatever one says: the others are still to be done.
      }
    }
  }

  close(): void {
    if (this.#state === "closed") return;
    this.safe();
    this.#state = "closed";
    this.#health.cancel();
    this.#watch.close();
    this.#parts.release();
  }

  /** Something failed that nobody asked for: it is told once, and the line waits to be closed. */
  fail(fault: PortFault): void {
    if (this.#state === "closed") return;
    this.safe();
    if (this.#told) return;
    this.#told = true;
    this.#health.cancel();
    this.#watch.close();
    this.#events.onFault(fault);
  }

  /** Starts ringing; where the generator is to be set up anew, a moment later. */
  #ring(signal: RingSignal): void {
    const ready = this.#generator.prepare(signal);
    if (ready === undefined) {
      this.#startRinging();
      return;
    }
    ready.then(
      () => {
        // Another may have been asked for meanwhile, or none.
        if (this.#ringing === signal) this.#guarded(() => this.#startRinging());
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #startRinging(): void {
    if (this.#state !== "well" || this.#recovers()) return;
    this.#watch.mask();
    this.#parts.bus.write(REGISTERS.LINEFEED, LINE_FEEDS.ringing);
  }

  #writeFeed(): void {
    this.#watch.mask();
    writeQuietFeed(this.#parts.bus, this.#feedCode());
  }

  #feedCode(): number {
    if (this.#feed === "open" || this.#feed === "power-down" || this.#state === "alarmed") {
      return LINE_FEEDS.open;
    }
    const forward = this.#transmitsOnHook
      ? LINE_FEEDS.forwardOnHookTransmission
      : LINE_FEEDS.forwardActive;
    return this.#feed === "reverse" ? forward | REVERSED : forward;
  }

  #meter(hz: number, durationMs: number): Result<undefined, PortFault> {
    const { bus, clock } = this.#parts;
    return this.#act(() => {
      this.#generator.prepareMetering(hz).then(
        () =>
          this.#guarded(() => {
            this.#meteringOff?.cancel();
            bus.write(REGISTERS.PULSE_METERING, BITS.PMOE);
            this.#meteringOff = clock.at(clock.nowMs() + durationMs, () =>
              this.#guarded(() => bus.write(REGISTERS.PULSE_METERING, 0)),
            );
          }),
        (error: unknown) => this.#fail(error),
      );
    });
  }

  /** Looks at what the chip reports, and takes it off its list. */
  #serve(atMs: number): void {
    const { bus } = this.#parts;
    const status = bus.read(REGISTERS.IRQ_STATUS_2);
    if (status === 0) return;
    bus.write(REGISTERS.IRQ_STATUS_2, status);
    if ((status & BITS.POWER_ALARMS) !== 0) {
      const transistors = [1, 2, 3, 4, 5, 6].filter((q) => ((status >> (q + 1)) & 1) === 1);
      this.#alarm(transistors.map((q) => `Q${q}`).join(" and "));
      return;
    }
    if (this.#ringing !== undefined && (status & BITS.RTIP) !== 0) this.#tripped(atMs);
    else if (this.#ringing === undefined) this.#watch.look(atMs);
  }

  /** The receiver was lifted under ringing; the chip feeds the line by itself already. */
  #tripped(atMs: number): void {
    this.#ringing = undefined;
    this.#writeFeed();
    this.#watch.trip(atMs);
  }

  #alarm(where: string): void {
    this.#state = "alarmed";
    const advice = "look for a short or foreign voltage on the pair; it is tried again by itself";
    const what = `${this.#parts.bus.name}: too much power in ${where}`;
    this.fail({ kind: "io", what, advice });
  }

  #check(): void {
    const { bus, clock } = this.#parts;
    this.#health = clock.at(clock.nowMs() + HEALTH_EVERY_MS, () => this.#check());
    this.#guarded(() => {
      if (isNoPart(bus.read(REGISTERS.SPI_MODE))) {
        throw bus.fault("gone", "it does not answer any more", "check its supply and its wiring");
      }
      if (bus.read(REGISTERS.LOOPBACK) !== 0) {
        this.#recover();
        return;
      }
      mendRegisters(bus, this.#parts.config, this.#feed === "power-down");
      // An edge of INT may have been missed, and nobody told without the pin.
      this.#serve(clock.nowMs());
      if (this.#state !== "well") return;
      const feed = (bus.read(REGISTERS.LINEFEED) >> 4) & 7;
      // A bit that fell over on its way to the chip: no bell rings that nobody asked for.
      if (feed === LINE_FEEDS.ringing && this.#ringing === undefined) this.#writeFeed();
      if (feed === LINE_FEEDS.open && this.#feedCode() !== LINE_FEEDS.open) {
        this.#alarm("one of its transistors: it opened the line");
      }
    });
  }

  /** The chip lost its settings: it gets them again, with the calibration that it had. */
  #recover(): void {
    const { bus, config, clock, calibration } = this.#parts;
    const nowMs = clock.nowMs();
    this.#resetsMs.push(nowMs);
    while ((this.#resetsMs[0] ?? nowMs) < nowMs - RESETS_WITHIN_MS) this.#resetsMs.shift();
    if (this.#resetsMs.length > RESETS_MAX) {
      const advice = "check its supply under load, and its reset";
      throw bus.fault("gone", `it was reset ${this.#resetsMs.length} times in a minute`, advice);
    }
    this.#state = "recovering";
    this.#generator.forget();
    bringUp(bus, config, calibration).then(
      () => {
        if (this.#state !== "recovering") return;
        this.#state = "well";
        this.#guarded(() => {
          if (this.#ringing !== undefined) this.#ring(this.#ringing);
          else this.#writeFeed();
        });
      },
      (error: unknown) => {
        if (this.#state === "recovering") this.#state = "well";
        this.#fail(error);
      },
    );
  }

  /** Something asked from outside: a failure is its answer. */
  #act(work: () => void): Result<undefined, PortFault> {
    const refused = this.#refusal();
    if (refused !== undefined) return refused;
    // Brought up again, it gets what is wanted then.
    if (this.#state !== "well") return done;
    try {
      if (!this.#recovers()) work();
      return done;
    } catch (error) {
      return this.#failed(faultOf(error));
    }
  }

  /** Whether the chip was reset and has its line open, by two of its registers. */
  #restsAfterReset(): boolean {
    const { bus } = this.#parts;
    try {
      const isReset = bus.read(REGISTERS.LOOPBACK) === LOOPBACK_AFTER_RESET;
      return isReset && bus.read(REGISTERS.LINEFEED) === LINE_FEEDS.open;
    } catch {
      return false;
    }
  }

  /** Whether the chip was reset since it was looked at last, and has to get its settings first. */
  #recovers(): boolean {
    if (this.#parts.bus.read(REGISTERS.LOOPBACK) !== LOOPBACK_AFTER_RESET) return false;
    this.#recover();
    return true;
  }

  /** Something that happens by itself: a failure is told. */
  #guarded(work: () => void): void {
    if (this.#state !== "well") return;
    try {
      work();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.fail(faultOf(error));
  }

  #failed(fault: PortFault): { readonly ok: false; readonly error: PortFault } {
    this.safe();
    return err(fault);
  }

  #refusal(): { readonly ok: false; readonly error: PortFault } | undefined {
    if (this.#state !== "closed") return undefined;
    const advice = "it was closed: open it anew";
    return err({ kind: "gone", what: this.#parts.bus.name, advice });
  }
}

/** The fault of a failed access; anything else is a bug, and goes on as one. */
function faultOf(error: unknown): PortFault {
  if (error instanceof PortError) return error.fault;
  throw error;
}
