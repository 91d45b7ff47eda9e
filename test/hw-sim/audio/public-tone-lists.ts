import { busy, dial, modulated, patternsByCountry, type Row, reorder, ring } from "./tone-row.ts";
import type { TonePattern } from "./tone-tables.ts";

/**
 * Tones of countries as the sample of `indications.conf` that comes with Asterisk lists them,
 * typed as name, frequencies, cadence; a frequency that is modulated with another has a sine on
 * each side of it. Left out is the reorder tone where it is the busy tone.
 *
 * What that sample has not got: ae, ar, cr and mo are from the list of ITU-T E.180 Supplement 2 as
 * spandsp comes with it; of pa the dial tone and ringback, whose busy tone there has the pause of
 * the ringback: that is from DAHDI's zonedata.c. Of th the ringback is from that list too, against
 * the sample. Those of tr, and hu, nl and ch besides the sample, are from other copies. For ar and
 * cr no list but that one was found, which the product follows too.
 *
 * @see Asterisk, configs/samples/indications.conf.sample; DAHDI tools, zonedata.c
 * @see spandsp 0.0.6, global-tones.xml
 * @see ITU-T Operational Bulletin 781 (tr, hu, nl; copied in rossng/webtone, tone-library)
 * @see Annex to the ITU-T Operational Bulletin on E.180 of 2010 (ch)
 */

/** Less than half of what the bursts of au's reorder tone are apart. */
const TURN_HZ = 2;

/** Busy, and a reorder tone that is the same but for every other burst's frequency. */
const busyAndTurns = (hz: number, otherHz: number, ms: number): readonly Row[] => [
  ["busy", [hz], [ms, ms], { withinHz: TURN_HZ }],
  ["reorder", [hz], [ms, ms, ms, ms], { withinHz: TURN_HZ, inTurnHz: [hz, otherHz] }],
];

const ROWS = {
  ae: [
    dial(350, 440),
    ring([400, 450], 400, 200, 400, 2000),
    busy(400, 375, 375),
    reorder(425, 400, 350, 225, 525),
  ],
  ar: [dial(425), ring(425, 1000, 4000), busy(425, 300, 200), reorder(425, 300, 400)],
  at: [dial(420), ring(420, 1000, 5000), busy(420, 400, 400), reorder(420, 200, 200)],
  au: [dial(413, 438), ring([413, 438], 400, 200, 400, 2000), ...busyAndTurns(425, 420, 375)],
  be: [dial(425), ring(425, 1000, 3000), busy(425, 500, 500), reorder(425, 167, 167)],
  bg: [dial(425), ring(425, 1000, 4000), busy(425, 500, 500), reorder(425, 250, 250)],
  br: [dial(425), ring(425, 1000, 4000), busy(425, 250, 250), reorder(425, 250, 250, 750, 250)],
  ch: [dial(425), ring(425, 1000, 4000), busy(425, 500, 500), reorder(425, 200, 200)],
  cl: [dial(400), ring(400, 1000, 3000), busy(400, 500, 500), reorder(400, 200, 200)],
  cn: [dial(450), ring(450, 1000, 4000), busy(450, 350, 350), reorder(450, 700, 700)],
  cr: [dial(425), ring(425, 1200, 4600), busy(425, 300, 300)],
  cz: [
    ["dial-tone", [425], [330, 330, 660, 660]],
    ring(425, 1000, 4000),
    busy(425, 330, 330),
    reorder(425, 165, 165),
  ],
  dk: [dial(425), ring(425, 1000, 4000), busy(425, 500, 500), reorder(425, 200, 200)],
  ee: [dial(425), ring(425, 1000, 4000), busy(425, 300, 300), reorder(425, 200, 200)],
  es: [
    dial(425),
    ring(425, 1500, 3000),
    busy(425, 200, 200),
    reorder(425, 200, 200, 200, 200, 200, 600),
  ],
  fi: [dial(425), ring(425, 1000, 4000), busy(425, 300, 300), reorder(425, 200, 200)],
  gr: [
    ["dial-tone", [425], [200, 300, 700, 800]],
    ring(425, 1000, 4000),
    busy(425, 300, 300),
    reorder(425, 200, 200),
  ],
  hu: [dial(425), ring(425, 1250, 3750), busy(425, 300, 300)],
  id: [dial(425), ring(425, 1000, 4000), busy(425, 500, 500), reorder(425, 250, 250)],
  il: [dial(414), ring(414, 1000, 3000), busy(414, 500, 500), reorder(414, 250, 250)],
  in: [
    dial(...modulated(400, 25)),
    ring(modulated(400, 25), 400, 200, 400, 2000),
    busy(400, 750, 750),
    reorder(400, 250, 250),
  ],
  it: [
    ["dial-tone", [425], [200, 200, 600, 1000]],
    ring(425, 1000, 4000),
    busy(425, 500, 500),
    reorder(425, 200, 200),
  ],
  // The sample adds 400 and 15 Hz; a line carries no 15 Hz: 400 Hz whose loudness goes so fast.
  jp: [dial(400), ring(modulated(400, 15), 1000, 2000), busy(400, 500, 500)],
  lt: [dial(425), ring(425, 1000, 4000), busy(425, 350, 350), reorder(425, 200, 200)],
  mo: [dial(425), ring(425, 1000, 4000), busy(425, 500, 500), reorder(425, 250, 250)],
  mx: [dial(425), ring(425, 1000, 4000), busy(425, 250, 250)],
  my: [dial(425), ring(425, 400, 200, 400, 2000), busy(425, 500, 500), reorder(425, 250, 250)],
  nl: [dial(425), ring(425, 1000, 4000), busy(425, 500, 500), reorder(425, 250, 250)],
  no: [dial(425), ring(425, 1000, 4000), busy(425, 500, 500), reorder(425, 200, 200)],
  nz: [
    dial(400),
    ring([400, 450], 400, 200, 400, 2000),
    busy(400, 500, 500),
    reorder(400, 250, 250),
  ],
  pa: [dial(425), ring(425, 1200, 4650), busy(425, 320, 320)],
  ph: [
    dial(425),
    ring([425, 480], 1000, 4000),
    busy([480, 620], 500, 500),
    reorder([480, 620], 250, 250),
  ],
  pl: [dial(425), ring(425, 1000, 4000), busy(425, 500, 500)],
  pt: [dial(425), ring(425, 1000, 5000), busy(425, 500, 500), reorder(425, 200, 200)],
  ru: [dial(425), ring(425, 1000, 4000), busy(425, 350, 350), reorder(425, 175, 175)],
  se: [dial(425), ring(425, 1000, 5000), busy(425, 250, 250), reorder(425, 250, 750)],
  sg: [
    dial(425),
    ring(modulated(425, 24), 400, 200, 400, 2000),
    busy(425, 750, 750),
    reorder(425, 250, 250),
  ],
  th: [
    dial(...modulated(400, 50)),
    ring(400, 1000, 4000),
    busy(400, 500, 500),
    reorder(400, 300, 300),
  ],
  tr: [
    dial(450),
    ring(450, 2000, 4000),
    busy(450, 500, 500),
    reorder(450, 200, 200, 200, 200, 200, 200, 600, 200),
  ],
  tw: [
    dial(350, 440),
    ring([440, 480], 1000, 2000),
    busy([480, 620], 500, 500),
    reorder([480, 620], 250, 250),
  ],
  "us-old": [
    dial(...modulated(600, 120)),
    ring(modulated(420, 40), 2000, 4000),
    busy(modulated(500, 100), 500, 500),
    reorder(modulated(500, 100), 250, 250),
  ],
  ve: [dial(425), ring(425, 1000, 4000), busy(425, 500, 500), reorder(425, 250, 250)],
  za: [
    dial(...modulated(400, 33)),
    ring(modulated(400, 33), 400, 200, 400, 2000),
    busy(400, 500, 500),
    reorder(400, 250, 250),
  ],
} as const satisfies Record<string, readonly Row[]>;

/** Those that the list tells alike, all of the three. */
const VERIFIED: ReadonlySet<string> = new Set([
  ...["at", "be", "br", "ch", "cl", "cn", "cz", "ee", "es", "fi", "gr", "hu", "id", "in", "jp"],
  ...["mo", "mx", "my", "nl", "nz", "pl", "pt", "se", "sg", "th", "tr", "za"],
]);

/** The tables by the country's profile name. */
export const PUBLIC_TONE_LISTS: Readonly<Record<string, readonly TonePattern[]>> =
  patternsByCountry(ROWS, VERIFIED);
