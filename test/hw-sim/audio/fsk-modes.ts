/** The two voice-band modems that send caller ID. */
export type FskMode = "bell-202" | "v23";

/** Frequencies of one mode; both go at 1200 bit/s. */
export interface FskTones {
  readonly markHz: number;
  readonly spaceHz: number;
}

/** Mark is a binary one and the idle state. @see Bell 202; ITU-T V.23 (forward channel, mode 2) */
export const FSK_MODES = {
  "bell-202": { markHz: 1200, spaceHz: 2200 },
  v23: { markHz: 1300, spaceHz: 2100 },
} as const satisfies Record<FskMode, FskTones>;

/** Bits a second of both modes. */
export const FSK_BAUD = 1200;
