/**
 * A queue of 16-bit samples with a limit, filled by the bytes of a pipe, which may be cut anywhere.
 * Samples are little-endian.
 */
export class SampleRing {
  readonly #samples: Int16Array;
  #first = 0;
  #length = 0;
  /** The lower byte of a sample whose upper one is yet to come. */
  #half: number | undefined;

  constructor(samplesMax: number) {
    this.#samples = new Int16Array(samplesMax);
  }

  /** How many samples there are to read. */
  get length(): number {
    return this.#length;
  }

  /** Forgets the samples; a half one stays, for its other half is still to come. */
  clear(): void {
    this.#first = 0;
    this.#length = 0;
  }

  /** Takes bytes in; false when they did not fit, and what did not is lost. */
  writeBytes(bytes: Uint8Array): boolean {
    let fits = true;
    for (const byte of bytes) {
      if (this.#half === undefined) {
        this.#half = byte;
        continue;
      }
      const sample = this.#half | (byte << 8);
      this.#half = undefined;
      if (this.#length === this.#samples.length) {
        fits = false;
        continue;
      }
      this.#samples[(this.#first + this.#length) % this.#samples.length] = sample;
      this.#length++;
    }
    return fits;
  }

  /** Fills `into` with the oldest samples; false, and nothing taken, when there are not so many. */
  read(into: Int16Array): boolean {
    if (into.length > this.#length) return false;
    const size = this.#samples.length;
    for (let n = 0; n < into.length; n++) into[n] = this.#samples[(this.#first + n) % size] ?? 0;
    this.#first = (this.#first + into.length) % size;
    this.#length -= into.length;
    return true;
  }
}
