import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0, WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Nigeria. */
export const NG = {
  code: "ng",
  name: "Nigeria",
  family: "etsi",
  tones: {
    source: "E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: false,
    table: {
      dial: tones.steady([400]),
      ringback: tones.cadenced([400], [2000, 4000]),
      busy: tones.cadenced([400], [500, 500]),
      reorder: tones.cadenced([400], [250, 250]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback",
    verified: false,
    cadenceMs: [2000, 4000],
  },
  flash: WIDE_FLASH,
  emergency: {
    source: "libphonenumber ShortNumberMetadata NG; 112 a public list of them",
    verified: true,
    unverified: ["112"],
    numbers: ["112", "199"],
  },
  conflicts: [
    {
      about: "dial",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "425 Hz in other exchanges, 450 in third ones, ringback too",
      reason: "400 Hz is used, as its busy tone",
    },
  ],
} as const satisfies CountryOverride;
