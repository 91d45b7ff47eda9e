/** Compared at a time: 30 ms, longer than any period of a voice. */
const WINDOW = 240;
/** Of each look, how near it must come to what was said. */
const LIKENESS_MIN = 0.9;
/** Quieter sound, as a mean square, says nothing about where it comes from. */
const SPEECH_POWER = 300 ** 2;

/**
 * Where recorded speech is when it is heard, by its waveform alone: what the figures of a playout
 * are held against.
 */
export class HeardDelay {
  readonly #speech: Int16Array;
  readonly #recent = new Int16Array(WINDOW);
  #delaysMs: number[] = [];
  #looks = 0;

  /** @param speech what is said, again and again */
  constructor(speech: Int16Array) {
    this.#speech = speech;
  }

  /** Takes a frame that is played. */
  hear(frame: Int16Array): void {
    this.#recent.copyWithin(0, frame.length);
    this.#recent.set(frame, WINDOW - frame.length);
  }

  /**
   * Looks where in the speech the last 30 ms lie, `mostMs` back at the most. `saidSamples` is where
   * the one who speaks is now.
   */
  look(saidSamples: number, mostMs: number): void {
    const power = this.#recent.reduce((sum, one) => sum + one * one, 0) / WINDOW;
    if (power < SPEECH_POWER) return;
    this.#looks++;
    let best = LIKENESS_MIN;
    let found: number | undefined;
    for (let lag = 0; lag <= mostMs * 8; lag++) {
      const likeness = this.#likenessAt(saidSamples - lag);
      if (likeness <= best) continue;
      best = likeness;
      found = lag;
    }
    if (found !== undefined) this.#delaysMs.push(found / 8);
  }

  /** The mean of what was found, and the share of looks that found anything. */
  get figures(): { readonly meanMs: number; readonly foundShare: number; readonly looks: number } {
    const sum = this.#delaysMs.reduce((total, one) => total + one, 0);
    const found = this.#delaysMs.length;
    return { meanMs: sum / found, foundShare: found / this.#looks, looks: this.#looks };
  }

  /** How alike the last 30 ms and those that end there in the speech are, 1 where the same. */
  #likenessAt(end: number): number {
    const speech = this.#speech;
    let [both, theirs, ours] = [0, 0, 0];
    let place = (((end - WINDOW) % speech.length) + speech.length) % speech.length;
    for (let at = 0; at < WINDOW; at++) {
      const [said, heard] = [speech[place] ?? 0, this.#recent[at] ?? 0];
      both += said * heard;
      theirs += said * said;
      ours += heard * heard;
      place = place + 1 === speech.length ? 0 : place + 1;
    }
    return both / Math.sqrt(theirs * ours + 1);
  }
}
