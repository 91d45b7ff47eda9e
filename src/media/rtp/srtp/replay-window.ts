/** How far back a packet may come; one that is older counts as a replay. @see RFC 3711 §3.3.2 */
export const REPLAY_WINDOW = 128;

/** Which packet indices were taken already: the highest, and the 128 up to it. */
export class ReplayWindow {
  /** One place an index, a ring: the index that was taken there last, or −1. */
  readonly #taken = new Float64Array(REPLAY_WINDOW).fill(-1);
  #highest = -1;

  /** The highest index that was taken; −1 where none was. */
  get highest(): number {
    return this.#highest;
  }

  /** Whether an index is neither taken nor too old. */
  isNew(index: number): boolean {
    if (index > this.#highest) return true;
    return index > this.#highest - REPLAY_WINDOW && this.#taken[index % REPLAY_WINDOW] !== index;
  }

  /** Marks an index, once its packet has proved genuine. */
  take(index: number): void {
    this.#taken[index % REPLAY_WINDOW] = index;
    this.#highest = Math.max(this.#highest, index);
  }
}
