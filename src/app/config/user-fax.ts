/**
 * What is done where a fax machine or modem is heard: nothing; sound is passed as it is; or fax
 * machines are answered here, and what they say goes over T.38 where the far end knows it.
 */
export type FaxMode = "off" | "pass-through" | "t38";

/** How T.38 is spoken. */
export interface UserT38 {
  /** The highest version offered and taken. Default 0, which everybody has. */
  readonly version?: 0 | 1 | 2 | 3;
  /** The fastest image, bit/s. Default 14400. */
  readonly maxBitRate?: 2400 | 4800 | 7200 | 9600 | 12_000 | 14_400;
  /** What lost packets are brought back by. Default redundancy. */
  readonly correction?: "redundancy" | "fec" | "none";
  /** How many packets go along with each: copies, or parities of three. Default 3. */
  readonly redundancy?: number;
  /** Bytes that far ends take in a datagram, whatever they say. Default: as they say. */
  readonly farDatagram?: number;
  /** Whether fill bits of images without error correction are left out. Default no. */
  readonly fillBitRemoval?: boolean;
  /** What moves a call: a fax machine's V.21 flags, or the answer tone. Default preamble. */
  readonly switchOn?: "preamble" | "answer";
  /**
   * What becomes of two machines that could do V.34: they do it by sound, or are kept from agreeing
   * on it, so that their fax goes over T.38. Default sound.
   */
  readonly v34?: "sound" | "fallback";
  /** How long the side that is called has to move it before we do, ms. Default 1000. */
  readonly waitMs?: number;
}
