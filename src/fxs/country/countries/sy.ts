import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0, WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Syria. */
export const SY = {
  code: "sy",
  name: "Syria",
  family: "etsi",
  tones: {
    source: "E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: false,
    table: {
      dial: tones.steady([450]),
      ringback: tones.cadenced([450], [1000, 3000]),
      busy: tones.cadenced([450], [500, 500]),
      reorder: tones.cadenced([450], [200, 230, 200, 230, 200, 920]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback",
    verified: false,
    cadenceMs: [1000, 3000],
  },
  flash: WIDE_FLASH,
  emergency: {
    source: "libphonenumber ShortNumberMetadata SY",
    verified: true,
    numbers: ["110", "112", "113"],
  },
  conflicts: [
    {
      about: "ringback",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "425 or 475 Hz, 1000, 4000 ms in other exchanges",
      reason: "450 Hz is used, as its dial tone",
    },
    {
      about: "busy",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "440, 490 ms in other exchanges",
      reason: "the first in the list is used",
    },
  ],
} as const satisfies CountryOverride;
