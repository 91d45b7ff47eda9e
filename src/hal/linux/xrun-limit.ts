/** So many xruns in a row, without a frame between them, and more are no use. */
const ROW_MAX = 10;
/** Nobody understands what is said with more than this many within so long. */
const STORM_MAX = 50;
const STORM_MS = 5000;

/** Tells xruns that happen from those that do not end, for one direction of a card. */
export class XrunLimit {
  #row = 0;
  #times: number[] = [];

  /** A frame went through. */
  worked(): void {
    this.#row = 0;
  }

  /** One more: whether it is worth while to start that side again. */
  allows(nowMs: number): boolean {
    this.#times.push(nowMs);
    if (this.#times.length > STORM_MAX + 1) this.#times.shift();
    const [firstMs = nowMs] = this.#times;
    const isStorm = this.#times.length > STORM_MAX && nowMs - firstMs <= STORM_MS;
    return ++this.#row <= ROW_MAX && !isStorm;
  }

  restart(): void {
    this.#row = 0;
    this.#times = [];
  }
}
