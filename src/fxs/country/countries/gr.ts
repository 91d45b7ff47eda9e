import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Greece. */
export const GR = {
  code: "gr",
  name: "Greece",
  family: "etsi",
  tones: {
    source: "Asterisk indications.conf [gr]; level of the family",
    verified: false,
    table: {
      dial: tones.cadenced([425], [200, 300, 700, 800]),
      "stutter-dial": tones.cadenced([425], [650, 25]),
      ringback: tones.cadenced([425], [1000, 4000]),
      busy: tones.cadenced([425], [300, 300]),
      reorder: tones.cadenced([425], [200, 200]),
      "call-waiting": tones.cadenced([425], [150, 150, 150, 8000]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [gr] ringcadence",
    verified: false,
    cadenceMs: [1000, 4000],
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata GR",
    verified: true,
    numbers: ["100", "112", "166", "199"],
  },
} as const satisfies CountryOverride;
