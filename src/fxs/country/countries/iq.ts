import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0, WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Iraq. */
export const IQ = {
  code: "iq",
  name: "Iraq",
  family: "etsi",
  tones: {
    source: "E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: false,
    table: {
      busy: tones.cadenced([400], [1000, 1000]),
    },
  },
  flash: WIDE_FLASH,
  emergency: {
    source: "libphonenumber ShortNumberMetadata IQ",
    verified: true,
    numbers: ["100", "104", "115", "122"],
  },
  conflicts: [
    {
      about: "ringback",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "400 Hz without a pause",
      reason: "that is how a dial tone sounds: the family's is used",
    },
  ],
} as const satisfies CountryOverride;
