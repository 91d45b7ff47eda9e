import { PUBLIC_TONE_LISTS } from "./public-tone-lists.ts";
import { WORLD_TONE_LISTS } from "./world-tone-lists.ts";

/**
 * What a telephone's user knows tones by, a country each: typed anew from the sources beside the
 * rows, apart from the product's own profiles, so that one can show an error in the other.
 */

/** One tone as the ear tells it: which frequencies, and in what rhythm. */
export interface TonePattern {
  /** `dial-tone`, `ringback`, `busy`, `reorder`, `howler`, `milliwatt`, … */
  readonly name: string;
  /** All sounding together. */
  readonly frequenciesHz: readonly number[];
  /** Where bursts differ: the one frequency of each of the cadence's, in turn. */
  readonly inTurnHz?: readonly number[];
  /** How near a single frequency must be, where a rival's is no further than a few hertz. */
  readonly withinHz?: number;
  /** Milliseconds on, off, on, off, … over and over; empty for a tone that does not stop. */
  readonly cadence: readonly number[];
  /** False where no authoritative text was at hand: a default that a user may replace. */
  readonly verified?: boolean;
}

/** The tones of one country. */
export type ToneTable = readonly TonePattern[];

/** The test tone of North America; other countries have 1020 Hz. */
const MILLIWATT = { name: "milliwatt", frequenciesHz: [1004], cadence: [] } as const;

/** Receiver left off hook. North America: four tones, 0.1 s on and off */
const FOUR_TONE_HOWLER = {
  name: "howler",
  frequenciesHz: [1400, 2060, 2450, 2600],
  cadence: [100, 100],
} as const;

/** @see ITU-T E.180 Supplement 2 (United States): the precise tone plan */
export const US_TONES = [
  { name: "dial-tone", frequenciesHz: [350, 440], cadence: [] },
  { name: "stutter-dial-tone", frequenciesHz: [350, 440], cadence: [100, 100] },
  { name: "ringback", frequenciesHz: [440, 480], cadence: [2000, 4000] },
  { name: "busy", frequenciesHz: [480, 620], cadence: [500, 500] },
  { name: "reorder", frequenciesHz: [480, 620], cadence: [250, 250] },
  { name: "call-waiting", frequenciesHz: [440], cadence: [300, 9700] },
  { name: "call-waiting", frequenciesHz: [440], cadence: [300, 10000] },
  FOUR_TONE_HOWLER,
  MILLIWATT,
] as const satisfies ToneTable;

/** @see ETSI TR 101 041-2 (Germany); ITU-T E.180 Supplement 2 */
export const DE_TONES = [
  { name: "dial-tone", frequenciesHz: [425], cadence: [] },
  { name: "ringback", frequenciesHz: [425], cadence: [1000, 4000] },
  { name: "busy", frequenciesHz: [425], cadence: [480, 480] },
  { name: "reorder", frequenciesHz: [425], cadence: [240, 240] },
  { name: "call-waiting", frequenciesHz: [425], cadence: [200, 200, 200, 5000] },
  // No German text for these was at hand: the North American form.
  { ...FOUR_TONE_HOWLER, verified: false },
  MILLIWATT,
] as const satisfies ToneTable;

/**
 * @see ITU-T list of national tones (Iran, annex to Operational Bulletin 781), as a public
 * repository of tones for Asterisk in Iran copies it
 */
const IR_TONES = [
  { name: "dial-tone", frequenciesHz: [425], cadence: [] },
  { name: "ringback", frequenciesHz: [425], cadence: [1000, 4000] },
  { name: "busy", frequenciesHz: [425], cadence: [500, 500] },
  { name: "reorder", frequenciesHz: [425], cadence: [250, 250] },
  { name: "call-waiting", frequenciesHz: [425], cadence: [200, 200, 200, 10000] },
  { ...FOUR_TONE_HOWLER, verified: false },
  MILLIWATT,
] as const satisfies ToneTable;

/** @see BT SIN 350 (dial, ringing and engaged tone), as public tables tell it */
const UK_TONES = [
  { name: "dial-tone", frequenciesHz: [350, 440], cadence: [] },
  { name: "ringback", frequenciesHz: [400, 450], cadence: [400, 200, 400, 2000] },
  { name: "busy", frequenciesHz: [400], cadence: [375, 375] },
  { name: "reorder", frequenciesHz: [400], cadence: [400, 350, 225, 525] },
  // No British text for this was at hand: the North American form.
  { ...FOUR_TONE_HOWLER, verified: false },
  MILLIWATT,
] as const satisfies ToneTable;

/** The French plan of public tables: 440 Hz. Not verified against ITU-T E.180 Supplement 2. */
const FR_TONES = [
  { name: "dial-tone", frequenciesHz: [440], cadence: [], verified: false },
  { name: "ringback", frequenciesHz: [440], cadence: [1500, 3500], verified: false },
  { name: "busy", frequenciesHz: [440], cadence: [500, 500], verified: false },
  { name: "reorder", frequenciesHz: [440], cadence: [250, 250], verified: false },
  { ...FOUR_TONE_HOWLER, verified: false },
  MILLIWATT,
] as const satisfies ToneTable;

/** Howler and test tone, which those lists have not got: the North American forms. */
const OTHERS = Object.fromEntries(
  Object.entries({ ...PUBLIC_TONE_LISTS, ...WORLD_TONE_LISTS }).map(
    ([country, tones]): [string, ToneTable] => [
      country,
      [...tones, { ...FOUR_TONE_HOWLER, verified: false }, MILLIWATT],
    ],
  ),
);

const OWN = {
  us: US_TONES,
  de: DE_TONES,
  ir: IR_TONES,
  uk: UK_TONES,
  fr: FR_TONES,
} as const satisfies Record<string, ToneTable>;

/** The tables by the country's profile name. */
export const TONE_TABLES: typeof OWN & Readonly<Record<string, ToneTable>> = { ...OTHERS, ...OWN };
