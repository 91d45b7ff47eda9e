import type { PortFault } from "../../base/port-fault.ts";
import type { PcmStreamEvents, PcmXrun } from "../ports/pcm-stream.ts";
import { LINE_RATE_HZ, Resampler } from "./resample.ts";
import type { CardChannels, CardRateHz } from "./sound-card.ts";
import type { ChannelSide } from "./sound-channel.ts";
import { type SoundGains, scaleSamples } from "./sound-levels.ts";

/** 10 ms, the line's frame. */
export const FRAME_MS = 10;
const FRAME_SAMPLES = (LINE_RATE_HZ / 1000) * FRAME_MS;

/**
 * One line on a card: its channel taken out of the card's frame, brought to 8 kHz and to its
 * level, and the answer put back. A line that has the card for itself hears the left channel and
 * is played on both.
 */
export class LineStream {
  readonly frameSamples = FRAME_SAMPLES;
  readonly side: ChannelSide;
  /** What its filters add to the way from playout to capture, in its own samples. */
  readonly filterSamples: number;
  readonly #events: PcmStreamEvents;
  readonly #gains: SoundGains;
  readonly #down: Resampler | undefined;
  readonly #up: Resampler | undefined;
  readonly #cardFrame: Int16Array;
  readonly #captured = new Int16Array(FRAME_SAMPLES);
  readonly #playout = new Int16Array(FRAME_SAMPLES);
  #position = 0;
  isStarted = false;

  constructor(side: ChannelSide, rateHz: CardRateHz, gains: SoundGains, events: PcmStreamEvents) {
    this.side = side;
    this.#gains = gains;
    this.#events = events;
    const isLineRate = rateHz === LINE_RATE_HZ;
    this.#down = isLineRate ? undefined : new Resampler(rateHz, LINE_RATE_HZ);
    this.#up = isLineRate ? undefined : new Resampler(LINE_RATE_HZ, rateHz);
    const filterMs = (this.#down?.delayMs ?? 0) + (this.#up?.delayMs ?? 0);
    this.filterSamples = (filterMs * LINE_RATE_HZ) / 1000;
    this.#cardFrame = new Int16Array((rateHz / 1000) * FRAME_MS);
  }

  /** Begins with silence in the filters. */
  start(): void {
    this.isStarted = true;
    this.#down?.reset();
    this.#up?.reset();
  }

  /** So many samples of the line's were lost. */
  skip(samples: number): void {
    this.#position += samples;
  }

  /** Hands what the card captured over to the line's user, who answers in `answer`. */
  capture(card: Int16Array, channels: CardChannels): void {
    const first = this.side === "right" ? 1 : 0;
    const into = this.#down === undefined ? this.#captured : this.#cardFrame;
    for (let n = 0; n < into.length; n++) into[n] = card[n * channels + first] ?? 0;
    this.#down?.process(into, this.#captured);
    scaleSamples(this.#captured, this.#gains.capture);
    this.#events.onCaptured?.(this.#captured, this.#position);
  }

  /** The line's user answers what was captured last. */
  answer(): void {
    this.#playout.fill(0);
    const position = this.#position;
    this.#position += FRAME_SAMPLES;
    this.#events.onFrame(this.#captured, this.#playout, position);
  }

  /** Puts what the line's user answered into the card's frame. */
  play(card: Int16Array, channels: CardChannels): void {
    scaleSamples(this.#playout, this.#gains.playout);
    this.#up?.process(this.#playout, this.#cardFrame);
    const from = this.#up === undefined ? this.#playout : this.#cardFrame;
    const first = this.side === "right" ? 1 : 0;
    const last = this.side === "left" ? 0 : channels - 1;
    for (let n = 0; n < from.length; n++) {
      for (let channel = first; channel <= last; channel++) {
        card[n * channels + channel] = from[n] ?? 0;
      }
    }
  }

  xrun(xrun: PcmXrun): void {
    this.#events.onXrun?.(xrun);
  }

  fault(fault: PortFault): void {
    this.#events.onFault(fault);
  }
}
