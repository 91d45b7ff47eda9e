import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0, WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Morocco. */
export const MA = {
  code: "ma",
  name: "Morocco",
  family: "etsi",
  tones: {
    source: "E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: false,
    table: {
      dial: tones.steady([425]),
      ringback: tones.cadenced([425], [1660, 3330]),
      busy: tones.cadenced([425], [500, 500]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback",
    verified: false,
    cadenceMs: [1660, 3330],
  },
  flash: WIDE_FLASH,
  line: {
    source: "DAHDI fxo_modes [MOROCCO]",
    verified: false,
    impedance: "270+750||150nF",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata MA",
    verified: true,
    numbers: ["15", "19", "177"],
  },
} as const satisfies CountryOverride;
