import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Czech Republic. */
export const CZ = {
  code: "cz",
  name: "Czech Republic",
  family: "etsi",
  tones: {
    source: "Asterisk indications.conf [cz]; level of the family",
    verified: false,
    table: {
      dial: tones.cadenced([425], [330, 330, 660, 660]),
      "stutter-dial": tones.cadenced([425], [450, 50]),
      ringback: tones.cadenced([425], [1000, 4000]),
      busy: tones.cadenced([425], [330, 330]),
      reorder: tones.cadenced([425], [165, 165]),
      "call-waiting": tones.cadenced([425], [330, 9000]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [cz] ringcadence",
    verified: false,
    cadenceMs: [1000, 4000],
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata CZ",
    verified: true,
    numbers: ["112", "150", "151", "152", "153", "154", "155", "156", "157", "158", "159"],
  },
} as const satisfies CountryOverride;
