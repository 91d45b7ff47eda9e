import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Turkmenistan. */
export const TM = {
  code: "tm",
  name: "Turkmenistan",
  family: "etsi",
  tones: {
    source: "E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: false,
    table: {
      dial: tones.steady([425]),
      busy: tones.cadenced([425], [400, 400]),
      reorder: tones.cadenced([425], [400, 400]),
    },
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata TM",
    verified: true,
    numbers: ["01", "02", "03"],
  },
  conflicts: [
    {
      about: "ringback",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "25 Hz, 400, 4000 ms",
      reason: "25 Hz is no tone but a bell: the family's is used",
    },
  ],
} as const satisfies CountryOverride;
