import { err, ok, type Result } from "../../../src/base/result.ts";
import { SAMPLE_RATE_HZ } from "../audio/levels.ts";

/** The most that waits to be said: an hour. */
export const SAY_LIMIT_SAMPLES = SAMPLE_RATE_HZ * 3600;

interface Piece {
  readonly start: number;
  readonly volts: Float64Array;
}

const endOf = (piece: Piece): number => piece.start + piece.volts.length;

/**
 * What the handset sends: voice, and key tones that take the voice's place while they last. Sample
 * numbers count from the World's time 0.
 */
export class Transmitter {
  #voice: Piece[] = [];
  #keys: Piece[] = [];
  /** The microphone is cut off; keys are not. */
  voiceMuted = false;

  /** Appends to the voice, not before `sample`; the result is the sample after its end. */
  say(volts: Float64Array, sample: number): Result<number, string> {
    const start = Math.max(sample, ...this.#voice.map(endOf));
    if (start + volts.length - sample > SAY_LIMIT_SAMPLES) {
      return err("more than an hour waits to be said");
    }
    this.#voice.push({ start, volts });
    return ok(start + volts.length);
  }

  /** Appends a key's tone, not before `sample` nor sooner than `gap` after the last key's. */
  press(volts: Float64Array, sample: number, gap: number): number {
    const start = Math.max(sample, ...this.#keys.map((piece) => endOf(piece) + gap));
    this.#keys.push({ start, volts });
    return start + volts.length;
  }

  /** The handset is down. */
  clear(): void {
    this.#voice = [];
    this.#keys = [];
  }

  /** Fills `out` for the samples from `firstSample` on. Pieces wholly in the past are let go. */
  fill(out: Float64Array, firstSample: number): void {
    const [first] = this.#voice;
    const end = firstSample + out.length;
    const isWhole = first !== undefined && first.start <= firstSample && endOf(first) >= end;
    if (!isWhole) out.fill(0);
    if (this.#voice.length > 0) this.#voice = lay(this.#voice, out, firstSample);
    if (this.voiceMuted) out.fill(0);
    if (this.#keys.length > 0) this.#keys = lay(this.#keys, out, firstSample);
  }
}

/** Writes what sounds from `firstSample` on; gives the pieces that are not over then. */
function lay(pieces: Piece[], out: Float64Array, firstSample: number): Piece[] {
  const end = firstSample + out.length;
  let isOver = false;
  for (const { start, volts } of pieces) {
    const from = Math.max(firstSample, start);
    const to = Math.min(end, start + volts.length);
    if (from < to) put(out, from - firstSample, volts, from - start, to - from);
    isOver ||= start + volts.length <= end;
  }
  return isOver ? pieces.filter((piece) => endOf(piece) > end) : pieces;
}

/** Copies by hand, four at a time: of so few numbers a view takes longer, or each by itself. */
function put(
  out: Float64Array,
  at: number,
  volts: Float64Array,
  from: number,
  count: number,
): void {
  const fours = count - (count % 4);
  for (let done = 0; done < fours; done += 4) {
    const into = at + done;
    const first = from + done;
    out[into] = volts[first] ?? 0;
    out[into + 1] = volts[first + 1] ?? 0;
    out[into + 2] = volts[first + 2] ?? 0;
    out[into + 3] = volts[first + 3] ?? 0;
  }
  for (let done = fours; done < count; done++) out[at + done] = volts[from + done] ?? 0;
}
