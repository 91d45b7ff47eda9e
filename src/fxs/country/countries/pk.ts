import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0, WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Pakistan. */
export const PK = {
  code: "pk",
  name: "Pakistan",
  family: "etsi",
  tones: {
    source: "E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: false,
    table: {
      ringback: tones.cadenced([450], [1000, 4000]),
      busy: tones.cadenced([400], [750, 750]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback",
    verified: false,
    cadenceMs: [1000, 4000],
  },
  flash: WIDE_FLASH,
  line: {
    source: "DAHDI fxo_modes [PAKISTAN]",
    verified: false,
    impedance: "600",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata PK",
    verified: true,
    numbers: ["15", "16", "112", "115", "1122"],
  },
  conflicts: [
    {
      about: "ringback",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "383 + 417 Hz, 400, 200, 400, 2000 ms in other exchanges",
      reason: "the first in the list is used",
    },
    {
      about: "busy",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "450 Hz, 400, 675, 130, 170 ms in other exchanges",
      reason: "the first in the list is used",
    },
  ],
} as const satisfies CountryOverride;
