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
    source:
      "Asterisk indications.conf [pl], E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: true,
    unverified: ["stutter-dial"],
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
    source: "Asterisk indications.conf [pl] ringcadence; 25 Hz Microsemi",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [1000, 4000],
  },
  line: {
    source: "DAHDI fxo_modes [POLAND], Microsemi's line card profiles (default)",
    verified: true,
    impedance: "600",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata PL",
    verified: true,
    numbers: ["112", "997", "998", "999"],
  },
} as const satisfies CountryOverride;
