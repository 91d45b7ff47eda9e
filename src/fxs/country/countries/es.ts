import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Spain. */
export const ES = {
  code: "es",
  name: "Spain",
  family: "etsi",
  tones: {
    source: "Asterisk indications.conf [es]; level of the family",
    verified: false,
    table: {
      dial: tones.steady([425]),
      "stutter-dial": tones.stutter([425]),
      ringback: tones.cadenced([425], [1500, 3000]),
      busy: tones.cadenced([425], [200, 200]),
      reorder: tones.cadenced([425], [200, 200, 200, 200, 200, 600]),
      "call-waiting": tones.cadenced([425], [175, 175, 175, 3500]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [es] ringcadence",
    verified: false,
    cadenceMs: [1500, 3000],
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata ES",
    verified: true,
    numbers: ["085", "088", "112"],
  },
  conflicts: [
    {
      about: "stutter-dial",
      source: "DAHDI zonedata [es]",
      says: "425 Hz, 500, 50 ms",
      reason: "the newer table is used",
    },
  ],
} as const satisfies CountryOverride;
