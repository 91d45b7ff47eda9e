import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0, WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Tunisia. */
export const TN = {
  code: "tn",
  name: "Tunisia",
  family: "etsi",
  tones: {
    source: "E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: false,
    table: {
      dial: tones.steady([425]),
      ringback: tones.cadenced([425], [1200, 4600]),
      busy: tones.cadenced([425], [250, 250]),
      reorder: tones.cadenced([425], [167, 167]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback",
    verified: false,
    cadenceMs: [1200, 4600],
  },
  flash: WIDE_FLASH,
  emergency: {
    source: "libphonenumber ShortNumberMetadata TN",
    verified: true,
    numbers: ["190", "197", "198"],
  },
} as const satisfies CountryOverride;
