import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Chile. */
export const CL = {
  code: "cl",
  name: "Chile",
  family: "etsi",
  tones: {
    source: "Asterisk indications.conf [cl]; level of the family",
    verified: false,
    table: {
      dial: tones.steady([400]),
      "stutter-dial": tones.stutter([400]),
      ringback: tones.cadenced([400], [1000, 3000]),
      busy: tones.cadenced([400], [500, 500]),
      reorder: tones.cadenced([400], [200, 200]),
      "call-waiting": tones.cadenced([400], [250, 8750]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [cl] ringcadence",
    verified: false,
    cadenceMs: [1000, 3000],
  },
  line: { source: "DAHDI fxo_modes [CHILE]", verified: false, impedance: "600" },
  emergency: {
    source: "libphonenumber ShortNumberMetadata CL",
    verified: true,
    numbers: ["131", "132", "133", "911"],
  },
} as const satisfies CountryOverride;
