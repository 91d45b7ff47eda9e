import { SEEN_NUMBERS, SeenNumbers } from "../seen-numbers.ts";

/** How far back a packet may come; one that is older counts as a replay. @see RFC 3711 §3.3.2 */
export const REPLAY_WINDOW = SEEN_NUMBERS;

/** Which packet indices were taken already: the highest, and the 128 up to it. */
export class ReplayWindow {
  readonly #taken = new SeenNumbers();
  #highest = -1;

  /** The highest index that was taken; −1 where none was. */
  get highest(): number {
    return this.#highest;
  }

  /** Whether an index is neither taken nor too old. */
  isNew(index: number): boolean {
    const behind = this.#highest - index;
    return behind < 0 || (behind < REPLAY_WINDOW && !this.#taken.has(behind));
  }

  /** Marks an index, once its packet has proved genuine. */
  take(index: number): void {
    if (index > this.#highest) {
      this.#taken.advance(index - this.#highest);
      this.#highest = index;
    }
    this.#taken.add(this.#highest - index);
  }
}
