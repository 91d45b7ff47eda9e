import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Portugal. */
export const PT = {
  code: "pt",
  name: "Portugal",
  family: "etsi",
  tones: {
    source: "Asterisk indications.conf [pt]; level of the family",
    verified: false,
    table: {
      dial: tones.steady([425]),
      "stutter-dial": tones.stutter([425]),
      ringback: tones.cadenced([425], [1000, 5000]),
      busy: tones.cadenced([425], [500, 500]),
      reorder: tones.cadenced([425], [200, 200]),
      "call-waiting": tones.cadenced([440], [300, 10_000]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [pt] ringcadence",
    verified: false,
    cadenceMs: [1000, 5000],
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata PT",
    verified: true,
    numbers: ["112", "115"],
  },
  conflicts: [
    {
      about: "call-waiting",
      source: "DAHDI zonedata [pt]",
      says: "425 Hz, 200 ms three times without a pause, 5 s of silence",
      reason: "it sounds as one burst of 600 ms; the newer table is used",
    },
  ],
} as const satisfies CountryOverride;
