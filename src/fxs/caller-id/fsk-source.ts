import { LINE_SAMPLE_RATE_HZ, peakFromDbm0 } from "../../base/audio.ts";
import type { SampleMaker } from "./sample-maker.ts";

/** The two modems that send caller ID. */
export type FskModem = "bell202" | "v23";

/**
 * Frequencies of mark (1) and space (0), Hz.
 * @see Bell System 202 data set specification; ITU-T V.23 §2 (mode 2)
 */
export const FSK_MODEMS = {
  bell202: { markHz: 1200, spaceHz: 2200 },
  v23: { markHz: 1300, spaceHz: 2100 },
} as const satisfies Record<FskModem, { markHz: number; spaceHz: number }>;

/** Bits a second of both modems. */
const FSK_BITS_PER_SECOND = 1200;

/** Most bits of a burst's seizure, mark or tail. */
export const FSK_PREAMBLE_LIMIT_BITS = 4000;

/** A burst of FSK to send: plain data, so that it may cross a thread. */
export interface FskJob {
  readonly modem: FskModem;
  /** The message, each 0–255; sent with a start bit, low bit first, and `stopBits`. */
  readonly bytes: readonly number[];
  readonly stopBits: number;
  readonly seizureBits: number;
  readonly markBits: number;
  readonly tailBits: number;
  readonly levelDbm0: number;
}

/** Most stop bits of a character. */
export const FSK_STOP_LIMIT_BITS = 8;

/** Bits of one character without its stop bits: start, eight of data. */
const START_AND_DATA_BITS = 9;

function bitCountOf(job: FskJob): number {
  const characterBits = START_AND_DATA_BITS + job.stopBits;
  return job.seizureBits + job.markBits + job.bytes.length * characterBits + job.tailBits;
}

function samplesOf(bits: number): number {
  return Math.ceil((bits * LINE_SAMPLE_RATE_HZ) / FSK_BITS_PER_SECOND);
}

/** A bit of a burst by its index: seizure, mark, characters, tail. */
function bitAt(job: FskJob, index: number): 0 | 1 {
  if (index < job.seizureBits) return index % 2 === 0 ? 0 : 1;
  const inMessage = index - job.seizureBits - job.markBits;
  if (inMessage < 0) return 1;
  const characterBits = START_AND_DATA_BITS + job.stopBits;
  const byte = job.bytes[Math.floor(inMessage / characterBits)];
  if (byte === undefined) return 1;
  const inCharacter = inMessage % characterBits;
  if (inCharacter === 0) return 0;
  if (inCharacter >= START_AND_DATA_BITS) return 1;
  return ((byte >> (inCharacter - 1)) & 1) === 1 ? 1 : 0;
}

class FskMaker implements SampleMaker {
  readonly #job: FskJob;
  readonly #peak: number;
  readonly samples: number;
  readonly #markStep: number;
  readonly #spaceStep: number;
  #at = 0;
  #phase = 0;

  constructor(job: FskJob) {
    const { markHz, spaceHz } = FSK_MODEMS[job.modem];
    this.#job = job;
    this.#peak = peakFromDbm0(job.levelDbm0);
    this.samples = samplesOf(bitCountOf(job));
    this.#markStep = (2 * Math.PI * markHz) / LINE_SAMPLE_RATE_HZ;
    this.#spaceStep = (2 * Math.PI * spaceHz) / LINE_SAMPLE_RATE_HZ;
  }

  /**
   * One sample. A bit is 6⅔ samples long, so that its end may fall between two: the phase then
   * goes on by each frequency for its part of the sample, and the bits keep their exact length.
   */
  next(): number {
    const sample = Math.round(this.#peak * Math.sin(this.#phase));
    const from = (this.#at * FSK_BITS_PER_SECOND) / LINE_SAMPLE_RATE_HZ;
    const until = ((this.#at + 1) * FSK_BITS_PER_SECOND) / LINE_SAMPLE_RATE_HZ;
    const bit = Math.floor(from);
    const ahead = Math.max(0, until - (bit + 1)) / (until - from);
    this.#phase += this.#stepOf(bit) * (1 - ahead) + this.#stepOf(bit + 1) * ahead;
    if (this.#phase > 2 * Math.PI) this.#phase -= 2 * Math.PI;
    this.#at++;
    return sample;
  }

  #stepOf(bit: number): number {
    return bitAt(this.#job, bit) === 1 ? this.#markStep : this.#spaceStep;
  }
}

/** The samples of a burst: phase-continuous FSK at 1200 bit/s and a level. */
export function fskMaker(job: FskJob): SampleMaker {
  return new FskMaker(job);
}
