import {
  brokenDial,
  busy,
  dial,
  modulated,
  patternsByCountry,
  type Row,
  reorder,
  ring,
} from "./tone-row.ts";
import type { TonePattern } from "./tone-tables.ts";

/**
 * Tones of countries that neither Asterisk's sample nor DAHDI's table has, from the list of ITU-T
 * E.180 Supplement 2 as spandsp comes with it; of bd and lv from the list of Operational Bulletin
 * 781. In some countries exchanges differ: then those of the set that fits together. What the lists
 * leave out, and countries that none of them has, is the plan that most of them share, 425 Hz: no
 * source, and so no check of what the line plays there. Left out is the reorder tone where it is
 * the busy tone.
 *
 * @see spandsp 0.0.6, global-tones.xml; rossng/webtone, tone-library (bd, hk, lv)
 */

const DIAL = dial(425);
const RING = ring(425, 1000, 4000);
const BUSY = busy(425, 500, 500);
const REORDER = reorder(425, 250, 250);
const UNKNOWN: readonly Row[] = [DIAL, RING, BUSY, REORDER];

/** Of the exchanges that the Soviet Union left. */
const SLOW_RING = ring(425, 800, 3200);
const FAST_BUSY = busy(425, 400, 400);

/** The British rhythm. */
const DOUBLE = [400, 200, 400, 2000] as const;
const BRITISH_REORDER = reorder(400, 400, 350, 225, 525);

const ROWS = {
  af: UNKNOWN,
  am: UNKNOWN,
  az: UNKNOWN,
  bd: [dial(450), ring(450, 1000, 4000), busy(450, 200, 300, 700, 800), reorder(450, 250, 250)],
  bh: [dial(330, 440), ring(450, ...DOUBLE), busy(400, 375, 375), BRITISH_REORDER],
  by: [DIAL, SLOW_RING, FAST_BUSY, REORDER],
  ca: [
    dial(350, 440),
    ring([440, 480], 2000, 4000),
    busy([480, 620], 500, 500),
    reorder([480, 620], 250, 250),
  ],
  co: UNKNOWN,
  cy: [dial(350, 450), ring(425, 1500, 3000), BUSY, REORDER],
  ec: [DIAL, ring(425, 1200, 4650), busy(425, 333, 333)],
  eg: [
    DIAL,
    ring(modulated(425, 50), 2000, 1000),
    busy(modulated(425, 50), 1000, 4000),
    reorder(450, 500, 500),
  ],
  ge: UNKNOWN,
  hk: [
    dial(350, 440),
    ring([440, 480], 400, 200, 400, 3000),
    busy([480, 620], 500, 500),
    reorder([480, 620], 250, 250),
  ],
  hr: [brokenDial(425, 200, 300, 700, 800), RING, BUSY, REORDER],
  ie: [dial(400, 425, 450), ring([400, 450], ...DOUBLE), BUSY, REORDER],
  iq: [DIAL, RING, busy(400, 1000, 1000), REORDER],
  is: [DIAL, ring(425, 1200, 4700), busy(425, 250, 250)],
  jo: [
    dial(400, 440),
    ring([400, 440], 1200, 4800),
    busy([400, 440], 500, 500),
    reorder([400, 440], 250, 250),
  ],
  kg: [DIAL, SLOW_RING, FAST_BUSY],
  kr: [
    dial(350, 440),
    ring([440, 480], 1000, 2000),
    busy([480, 620], 500, 500),
    reorder([480, 620], 300, 200),
  ],
  kw: [DIAL, RING, BUSY],
  kz: UNKNOWN,
  lb: [DIAL, ring(435, 1200, 4400), busy(435, 400, 200), REORDER],
  lk: [DIAL, RING, busy(425, 750, 750), REORDER],
  lu: UNKNOWN,
  lv: [DIAL, RING, busy(425, 300, 300), reorder(425, 150, 150)],
  ma: [DIAL, ring(425, 1660, 3330), BUSY, REORDER],
  md: [DIAL, SLOW_RING, FAST_BUSY],
  mt: [DIAL, ring([400, 450], ...DOUBLE), busy(400, 375, 375), BRITISH_REORDER],
  ng: [dial(400), ring(400, 2000, 4000), busy(400, 500, 500), reorder(400, 250, 250)],
  om: [DIAL, ring(425, ...DOUBLE), BUSY],
  pe: UNKNOWN,
  pk: [DIAL, ring(450, 1000, 4000), busy(400, 750, 750), REORDER],
  py: [DIAL, RING, busy(425, 1000, 1000), REORDER],
  qa: [dial(350, 440), ring([400, 450], ...DOUBLE), busy(400, 375, 375), BRITISH_REORDER],
  ro: [dial(450), ring(modulated(450, 25), 2000, 4000), busy(450, 150, 200), REORDER],
  rs: [brokenDial(425, 700, 800, 200, 300), RING, BUSY, REORDER],
  sa: [DIAL, ring(425, 1200, 4600), BUSY, REORDER],
  si: [brokenDial(425, 700, 800, 200, 300), RING, BUSY, reorder(425, 200, 200)],
  sk: [brokenDial(425, 333, 333, 660, 660), RING, busy(425, 333, 333), reorder(425, 165, 165)],
  sy: [
    dial(450),
    ring(450, 1000, 3000),
    busy(450, 500, 500),
    reorder(450, 200, 230, 200, 230, 200, 920),
  ],
  tj: [DIAL, SLOW_RING, FAST_BUSY, REORDER],
  tm: [DIAL, RING, FAST_BUSY],
  tn: [DIAL, ring(425, 1200, 4600), busy(425, 250, 250), reorder(425, 167, 167)],
  ua: UNKNOWN,
  uy: UNKNOWN,
  uz: UNKNOWN,
  vn: UNKNOWN,
} as const satisfies Record<string, readonly Row[]>;

/** Those that two lists tell alike. */
const VERIFIED: ReadonlySet<string> = new Set(["ca", "hk"]);

/** The tables by the country's profile name. */
export const WORLD_TONE_LISTS: Readonly<Record<string, readonly TonePattern[]>> = patternsByCountry(
  ROWS,
  VERIFIED,
);
