import type { Clock, Timer } from "../../../../src/hal/ports/clock.ts";
import type { Level } from "../../../../src/hal/ports/gpio.ts";
import type { SlicModule } from "../slic-module.ts";

/** Line feeds by their numbers on the link. @see docs/serial-line-card.md §5, op FEED */
export const FEED = { OPEN: 0, FORWARD: 1, REVERSE: 2, POWER_DOWN: 3 } as const;

/** Milliamperes into the pair, behind the bias resistor; volts against ground. */
export interface CardReading {
  readonly milliamps: number;
  readonly tipVolts: number;
  readonly ringVolts: number;
  readonly batteryVolts: number;
}

/** What a line of the card is built of. */
export interface CardLineParts {
  readonly clock: Clock;
  /** The module on the card's pins. */
  readonly module: SlicModule;
  /** What the converters of the card see of the pair at this moment. */
  probe(): CardReading;
  /** Ringing ended unasked: the receiver was lifted (1), or its time was over (2). */
  onRingStopped(reason: 1 | 2): void;
  onLoop(closed: boolean): void;
}

/** What the card says of each of its lines. @see docs/serial-line-card.md §3 */
export const CARD_LINE = {
  /**
   * Line interface, audio, audio on-hook, reversal, power-down: an Ag1171 with its resistor; and
   * converters beside it that measure.
   */
  flags: 0x0857,
  dutyPercent: 33,
  burstMs: 2000,
  ringMinHz: 20,
  ringMaxHz: 25,
  ringVolts: 65,
  /** Longer than what a host takes for an answer, shorter than a half wave. */
  tripMs: 12,
} as const;

/** F/R rests so long before RM drops: 10 ms are due. */
const REST_MS = 11;

/**
 * One line of the card: what its firmware does with the four pins of an Ag1171.
 *
 *     quiet --(ring)--> ringing --(off, time over)--> ending: F/R high --(11 ms)--> RM low, quiet
 */
export class CardLine {
  audio = false;
  /** A fault code that holds; 0 is none. */
  fault = 0;
  readonly #parts: CardLineParts;
  #feed: number = FEED.FORWARD;
  #loop: Level = 0;
  #halfWave: Timer | undefined;
  #timeOver: Timer | undefined;
  #trip: Timer | undefined;
  #burstEndMs = 0;
  #ending: Timer | undefined;
  #again: { readonly frequencyHz: number; readonly ms: number } | undefined;
  #forward: Level = 1;
  #frequencyHz: number = CARD_LINE.ringMinHz;

  constructor(parts: CardLineParts) {
    this.#parts = parts;
    this.#applyFeed();
  }

  get feed(): number {
    return this.#feed;
  }

  /** RM is high. */
  get ringing(): boolean {
    return this.#halfWave !== undefined || this.#ending !== undefined;
  }

  get loop(): boolean {
    return this.#loop === 1;
  }

  /** What the card measures now. */
  measure(): CardReading {
    return this.#parts.probe();
  }

  /** SHK changed. */
  onSwitchHook(level: Level): void {
    if (level === this.#loop) return;
    this.#loop = level;
    this.#parts.onLoop(level === 1);
    this.#watchTrip();
  }

  /** @see docs/serial-line-card.md R9 */
  makeSafe(): void {
    this.audio = false;
    this.#again = undefined;
    this.#feed = FEED.FORWARD;
    this.stopRinging();
    if (!this.ringing) this.#applyFeed();
  }

  setFeed(feed: number): void {
    this.#feed = feed;
    if (!this.ringing) this.#applyFeed();
  }

  /** Rings for so long; `ms` 0 is as long as a burst may be. */
  ring(frequencyHz: number, ms: number): void {
    if (this.#ending !== undefined) {
      this.#again = { frequencyHz, ms };
      return;
    }
    const { clock, module } = this.#parts;
    const nowMs = clock.nowMs();
    this.#frequencyHz = Math.min(CARD_LINE.ringMaxHz, Math.max(CARD_LINE.ringMinHz, frequencyHz));
    if (this.#halfWave === undefined) {
      this.#burstEndMs = nowMs + CARD_LINE.burstMs;
      module.setPowerDown("floating");
      this.#forward = 1;
      module.setForwardReverse(1);
      module.setRingMode(1);
      this.#toggleLater();
      this.#watchTrip();
    }
    const untilMs = ms === 0 ? this.#burstEndMs : Math.min(this.#burstEndMs, nowMs + ms);
    this.#timeOver?.cancel();
    this.#timeOver = clock.at(untilMs, () => {
      this.stopRinging();
      this.#parts.onRingStopped(2);
    });
  }

  /** Current that flows so long without a break while it rings is a receiver that is lifted. */
  #watchTrip(): void {
    this.#trip?.cancel();
    this.#trip = undefined;
    if (this.#loop === 0 || this.#halfWave === undefined) return;
    const { clock } = this.#parts;
    this.#trip = clock.at(clock.nowMs() + CARD_LINE.tripMs, () => {
      this.stopRinging();
      this.#parts.onRingStopped(1);
    });
  }

  stopRinging(): void {
    this.#again = undefined;
    if (this.#halfWave === undefined) return;
    const { clock, module } = this.#parts;
    this.#halfWave.cancel();
    this.#halfWave = undefined;
    this.#timeOver?.cancel();
    this.#trip?.cancel();
    module.setForwardReverse(1);
    this.#ending = clock.at(clock.nowMs() + REST_MS, () => this.#endRinging());
  }

  #endRinging(): void {
    this.#ending = undefined;
    this.#parts.module.setRingMode(0);
    this.#applyFeed();
    const again = this.#again;
    this.#again = undefined;
    if (again !== undefined && this.#feed !== FEED.POWER_DOWN)
      this.ring(again.frequencyHz, again.ms);
  }

  #toggleLater(): void {
    const { clock, module } = this.#parts;
    this.#halfWave = clock.at(clock.nowMs() + 500 / this.#frequencyHz, () => {
      this.#forward = this.#forward === 1 ? 0 : 1;
      module.setForwardReverse(this.#forward);
      this.#toggleLater();
    });
  }

  #applyFeed(): void {
    const { module } = this.#parts;
    module.setPowerDown(this.#feed === FEED.POWER_DOWN ? 0 : "floating");
    module.setForwardReverse(this.#feed === FEED.REVERSE ? 0 : 1);
  }
}
