import { modulated, tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0, WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Egypt. */
export const EG = {
  code: "eg",
  name: "Egypt",
  family: "etsi",
  tones: {
    source: "E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: false,
    table: {
      ringback: tones.cadenced(modulated(425, 50), [2000, 1000]),
      busy: tones.cadenced(modulated(425, 50), [1000, 4000]),
      reorder: tones.cadenced([450], [500, 500]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback",
    verified: false,
    cadenceMs: [2000, 1000],
  },
  flash: WIDE_FLASH,
  line: {
    source: "DAHDI fxo_modes [EGYPT]",
    verified: false,
    impedance: "600",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata EG",
    verified: true,
    numbers: ["122", "123", "180"],
  },
  conflicts: [
    {
      about: "busy",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "425 Hz modulated with 50, 1000, 4000 ms",
      reason: "used as read, though elsewhere that is a ringback",
    },
  ],
} as const satisfies CountryOverride;
