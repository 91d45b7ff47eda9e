import type { PortFault } from "../../base/port-fault.ts";
import type { Result } from "../../base/result.ts";

/** The rates that a card is asked for, the best first: what it does itself costs no filter. */
export const CARD_RATES_HZ = [8000, 48_000, 44_100] as const;

/** A card's sample rate, both ways. */
export type CardRateHz = (typeof CARD_RATES_HZ)[number];

/** How many channels a card runs, one way. */
export type CardChannels = 1 | 2;

/**
 * Why a card did not do what it was asked: it ran over or dry and stands still until `start`
 * (`xrun`), or it can do no more (`fault`).
 */
export type CardTrouble =
  | { readonly kind: "xrun" }
  | { readonly kind: "fault"; readonly fault: PortFault };

/** What a card's call came to. */
export type CardResult<T> = Result<T, CardTrouble>;

/**
 * The recording side of a card. Opened it stands still. Counts are samples per channel; buffers are
 * 16-bit, channels interleaved, left first. Nothing here waits.
 */
export interface CardCapture {
  readonly channels: CardChannels;
  readonly bufferSamples: number;
  /** From now on samples are kept; also after an xrun. What was kept before is gone. */
  start(): CardResult<undefined>;
  stop(): void;
  /** How many samples there are to read. */
  waiting(): CardResult<number>;
  /**
   * How far the next sample to be read lies in the past, in samples: those waiting, and what the
   * converter and the bus hold besides. Absent or undefined where the card does not tell.
   */
  delay?(): number | undefined;
  /** Fills `into`; called when that many are waiting. */
  read(into: Int16Array): CardResult<undefined>;
}

/** The playing side of a card: as for capture, the other way. */
export interface CardPlayout {
  readonly channels: CardChannels;
  /** How many samples the queue takes. */
  readonly bufferSamples: number;
  /**
   * Plays from now on, that many samples of silence first; also after an xrun. A card does not
   * start with an empty queue: it is one frame or more.
   */
  start(silentSamples: number): CardResult<undefined>;
  /** Also drops what is queued. */
  stop(): void;
  /** How many samples are yet to be played. */
  queued(): CardResult<number>;
  /** In how many samples the next one written will sound: as `queued`, and what follows it. */
  delay?(): number | undefined;
  /** Queues `from`; called when there is room for it. */
  write(from: Int16Array): CardResult<undefined>;
}

/** An open sound card: both directions at one rate. Stopped it costs nothing. */
export interface SoundCard {
  /** Named in messages: `sound card "plughw:1,0"`. */
  readonly what: string;
  readonly rateHz: CardRateHz;
  readonly capture: CardCapture;
  readonly playout: CardPlayout;
  /** Lets the card go; more than once does no harm. */
  close(): void;
}

/** How a card is opened: `channels` are the counts that will do, the wanted one first. */
export type OpenSoundCard = (name: string, channels: readonly CardChannels[]) => Promise<SoundCard>;
