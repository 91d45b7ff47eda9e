import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Poland. */
export const PL = {
  code: "pl",
  name: "Poland",
  family: "etsi",
  tones: {
    source: "Asterisk indications.conf [pl]; level of the family",
    verified: false,
    table: {
      dial: tones.steady([425]),
      "stutter-dial": tones.stutter([425]),
      ringback: tones.cadenced([425], [1000, 4000]),
      busy: tones.cadenced([425], [500, 500]),
      reorder: tones.cadenced([425], [500, 500]),
      "call-waiting": tones.cadenced([425], [150, 150, 150, 4000]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [pl] ringcadence",
    verified: false,
    cadenceMs: [1000, 4000],
  },
  line: { source: "DAHDI fxo_modes [POLAND]", verified: false, impedance: "600" },
  emergency: {
    source: "libphonenumber ShortNumberMetadata PL",
    verified: true,
    numbers: ["112", "997", "998", "999"],
  },
} as const satisfies CountryOverride;
