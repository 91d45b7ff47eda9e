import { cadenced, steady, stutter } from "../../tones/tone.ts";
import type { CountryOverride } from "../override.ts";

/** Venezuela. */
export const VE = {
  code: "ve",
  name: "Venezuela",
  family: "us",
  tones: {
    source: "Asterisk indications.conf [ve]; level of the family",
    verified: false,
    table: {
      dial: steady([425], -13),
      "stutter-dial": stutter([425], -13),
      ringback: cadenced([425], -19, [1000, 4000]),
      busy: cadenced([425], -24, [500, 500]),
      reorder: cadenced([425], -24, [250, 250]),
      "call-waiting": cadenced([400, 450], -13, [300, 6000]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [ve] ringcadence",
    verified: false,
    cadenceMs: [1000, 4000],
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata VE",
    verified: true,
    numbers: ["112", "171", "911"],
  },
} as const satisfies CountryOverride;
