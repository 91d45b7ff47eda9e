import type { FskModem } from "./fsk-source.ts";

/**
 * How a country sends caller ID to a telephone that is on-hook. Times in ms.
 *
 *     burst      delayMs      seizure, mark, message     guardMs    next burst
 *     ████████ ◄─────────► ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒ ◄────────► ████████
 */
export interface CallerIdScheme {
  /** `none` sends nothing; `after-first-ring` sends in the first silence of ringing. */
  readonly when: "none" | "after-first-ring";
  readonly modem: FskModem;
  /** One number (SDMF) or number, name and more (MDMF). */
  readonly format: "sdmf" | "mdmf";
  /** From the end of the first burst to the start of the channel seizure. */
  readonly delayMs: number;
  /** From the end of the message to the next burst, at the least. */
  readonly guardMs: number;
  /** Bits of the channel seizure signal, alternating 0 and 1, beginning with 0. */
  readonly seizureBits: number;
  /** Bits of mark between seizure and message. */
  readonly markBits: number;
  /** Bits of mark after the message. */
  readonly tailBits: number;
  readonly levelDbm0: number;
  /** Longest number and name, characters; the rest is cut off. */
  readonly numberLimit: number;
  readonly nameLimit: number;
}

/**
 * Bellcore caller ID, type I, as used in North America.
 * @see Telcordia GR-30-CORE (preamble and frame), GR-31-CORE (number), GR-1188-CORE (name)
 */
export const BELLCORE_CALLER_ID = {
  when: "after-first-ring",
  modem: "bell202",
  format: "mdmf",
  // at least 500 ms after the ring (Panasonic: 0.5–1.5 s); 600 leaves the bell its ring-out
  delayMs: 600,
  // at least 200 ms before the second ring
  guardMs: 200,
  // GR-30: 300 bits of seizure (250 ms), 180 bits of mark (150 ms)
  seizureBits: 300,
  markBits: 180,
  // 2 to 10 mark bits end the message
  tailBits: 10,
  // at the exchange −13.5 dBm ± 1
  levelDbm0: -13.5,
  // not from a text at hand: 20 digits as ETSI's; 15 characters are what displays show
  numberLimit: 20,
  nameLimit: 15,
} as const satisfies CallerIdScheme;

/**
 * ETSI caller ID by V.23 during ringing, after the first ring.
 * @see ETSI EN 300 659-1 (transmission), EN 300 659-3 (message)
 */
export const ETSI_CALLER_ID = {
  when: "after-first-ring",
  modem: "v23",
  format: "mdmf",
  // 500 to 2000 ms after the first ring
  delayMs: 600,
  // 200 to 500 ms from the end of the data to ringing
  guardMs: 200,
  // 300 bits of seizure, 180 of mark
  seizureBits: 300,
  markBits: 180,
  tailBits: 10,
  levelDbm0: -13.5,
  // not from a text at hand: EN 300 659-3 allows 20 digits; 50 characters of name
  numberLimit: 20,
  nameLimit: 50,
} as const satisfies CallerIdScheme;

/** No caller ID: where a country's own scheme is not there yet. The rest is as ETSI's. */
export const NO_CALLER_ID = { ...ETSI_CALLER_ID, when: "none" } as const satisfies CallerIdScheme;
