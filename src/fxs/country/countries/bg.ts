import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Bulgaria. */
export const BG = {
  code: "bg",
  name: "Bulgaria",
  family: "etsi",
  tones: {
    source: "Asterisk indications.conf [bg]; level of the family",
    verified: false,
    table: {
      dial: tones.steady([425]),
      "stutter-dial": tones.cadenced([425], [1500, 100]),
      ringback: tones.cadenced([425], [1000, 4000]),
      busy: tones.cadenced([425], [500, 500]),
      reorder: tones.cadenced([425], [250, 250]),
      "call-waiting": tones.cadenced([425], [150, 150, 150, 4000]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [bg] ringcadence",
    verified: false,
    cadenceMs: [1000, 4000],
  },
  line: { source: "DAHDI fxo_modes [BULGARIA]", verified: false, impedance: "220+820||115nF" },
  emergency: {
    source: "libphonenumber ShortNumberMetadata BG",
    verified: true,
    numbers: ["112", "150", "160", "166"],
  },
} as const satisfies CountryOverride;
