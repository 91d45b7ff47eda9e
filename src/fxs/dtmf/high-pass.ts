/**
 * Fourth-order elliptic high-pass at 8 kHz as two second-order sections, [b0, b1, b2, a1, a2] each:
 * flat within 0.4 dB above 680 Hz, 32 dB down from 300 to 450 Hz and 24 dB at 480. It takes
 * dial tone away, whatever country's, and leaves the DTMF groups their level. Its ringing is down
 * 40 dB after 9 ms.
 */
const SECTIONS = [
  [
    0.5254036389551534, -1.0389873067672981, 0.5254036389551533, -1.0372091425521996,
    0.3770098942882,
  ],
  [1, -1.8940191400736612, 1, -1.648495424148567, 0.8811006780511363],
] as const;

/** Takes dial tone out of a signal, sample by sample. */
export class DialToneFilter {
  #a1 = 0;
  #a2 = 0;
  #b1 = 0;
  #b2 = 0;

  /** The next sample, filtered (transposed direct form II). */
  next(sample: number): number {
    const [first, second] = SECTIONS;
    const middle = first[0] * sample + this.#a1;
    this.#a1 = first[1] * sample - first[3] * middle + this.#a2;
    this.#a2 = first[2] * sample - first[4] * middle;
    const out = second[0] * middle + this.#b1;
    this.#b1 = second[1] * middle - second[3] * out + this.#b2;
    this.#b2 = second[2] * middle - second[4] * out;
    return out;
  }
}
