import { HigherBand, LowerBand, type LowerBits } from "./bands.ts";
import { BandJoiner, BandSplitter } from "./quadrature-mirror.ts";

/** The octet of two samples: the higher band's code in the two upper bits. */
const LOWER_BITS = 6;
const LOWER_MASK = 0x3f;

/** The encoder at its own 16 kHz: an octet for every two samples of 16 bits. @see ITU-T G.722 */
export class WidebandEncoder {
  readonly #splitter = new BandSplitter();
  readonly #lower = new LowerBand();
  readonly #higher = new HigherBand();

  encode(first: number, second: number): number {
    this.#splitter.push(first, second);
    const lower = this.#lower.encode(this.#splitter.lower);
    return (this.#higher.encode(this.#splitter.higher) << LOWER_BITS) | lower;
  }
}

/** The decoder at its own 16 kHz: the two samples of an octet are in `first` and `second`. */
export class WidebandDecoder {
  readonly #joiner = new BandJoiner();
  readonly #lower: LowerBand;
  readonly #higher = new HigherBand();

  /** `bits` of the lower band that are sound: 6 but where the path takes some for data. */
  constructor(bits: LowerBits = LOWER_BITS) {
    this.#lower = new LowerBand(bits);
  }

  get first(): number {
    return this.#joiner.first;
  }

  get second(): number {
    return this.#joiner.second;
  }

  decode(octet: number): void {
    const lower = this.#lower.decode(octet & LOWER_MASK);
    this.#joiner.push(lower, this.#higher.decode(octet >> LOWER_BITS));
  }
}
