import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0, WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Sri Lanka. */
export const LK = {
  code: "lk",
  name: "Sri Lanka",
  family: "etsi",
  tones: {
    source: "E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: false,
    table: {
      dial: tones.steady([425]),
      busy: tones.cadenced([425], [750, 750]),
      reorder: tones.cadenced([425], [250, 250]),
      "call-waiting": tones.cadenced([425], [200, 200, 200, 4500]),
    },
  },
  flash: WIDE_FLASH,
  emergency: {
    source: "libphonenumber ShortNumberMetadata LK",
    verified: true,
    numbers: ["110", "112", "116", "118", "119"],
  },
  conflicts: [
    {
      about: "ringback",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "425 Hz, 400, 200 ms",
      reason: "the rest of the round is missing: the family's is used",
    },
  ],
} as const satisfies CountryOverride;
