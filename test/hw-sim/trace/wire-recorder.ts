import { SAMPLE_RATE_HZ } from "../audio/levels.ts";
import { printWav } from "../audio/wav.ts";

/** The longest recording of a pair: 30 minutes from the world's start. */
export const WIRE_LIMIT_SAMPLES = SAMPLE_RATE_HZ * 1800;
const FIRST_SAMPLES = SAMPLE_RATE_HZ * 20;

/**
 * The audio of one pair at its chip: left what the chip sends to the telephone, right what it gets
 * from there. Sample 0 is the world's time 0; while the sound card stands still there is silence.
 */
export class WireRecorder {
  #down = new Int16Array(FIRST_SAMPLES);
  #up = new Int16Array(FIRST_SAMPLES);
  #length = 0;

  /** A frame both ways. Borrowed. */
  take(firstSample: number, down: Int16Array, up: Int16Array): void {
    const end = Math.min(WIRE_LIMIT_SAMPLES, firstSample + down.length);
    if (end <= firstSample) return;
    this.#grow(end);
    this.#down.set(down.subarray(0, end - firstSample), firstSample);
    this.#up.set(up.subarray(0, end - firstSample), firstSample);
  }

  /** The recording as a stereo WAV file. */
  wav(): Uint8Array {
    const channels = [this.#down, this.#up].map((way) => way.subarray(0, this.#length));
    return printWav({ sampleRateHz: SAMPLE_RATE_HZ, channels });
  }

  #grow(end: number): void {
    this.#length = Math.max(this.#length, end);
    if (end <= this.#down.length) return;
    const size = Math.min(WIRE_LIMIT_SAMPLES, 2 * end);
    const [down, up] = [new Int16Array(size), new Int16Array(size)];
    down.set(this.#down);
    up.set(this.#up);
    this.#down = down;
    this.#up = up;
  }
}
