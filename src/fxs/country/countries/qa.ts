import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0, WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Qatar. */
export const QA = {
  code: "qa",
  name: "Qatar",
  family: "etsi",
  tones: {
    source: "E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: false,
    table: {
      dial: tones.steady([350, 440]),
      ringback: tones.cadenced([400, 450], [400, 200, 400, 2000]),
      busy: tones.cadenced([400], [375, 375]),
      reorder: tones.cadenced([400], [400, 350, 225, 525]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback",
    verified: false,
    cadenceMs: [400, 200, 400, 2000],
  },
  flash: WIDE_FLASH,
  emergency: {
    source: "libphonenumber ShortNumberMetadata QA",
    verified: true,
    numbers: ["999"],
  },
  conflicts: [
    {
      about: "busy",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "400 or 450 Hz, 800, 800 ms, a ringback of 400, 200, 400, 2200, in other exchanges",
      reason: "the set that its reorder tone belongs to is used",
    },
  ],
} as const satisfies CountryOverride;
