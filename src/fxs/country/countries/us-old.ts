import { callerIdScheme } from "../../caller-id/schemes.ts";
import { cadenced, modulated, steady, stutter } from "../../tones/tone.ts";
import type { CountryOverride } from "../override.ts";

/** United States, about 1950. */
export const US_OLD = {
  code: "us-old",
  name: "United States, about 1950",
  family: "us",
  tones: {
    source: "Asterisk indications.conf [us-old]; level of the family",
    verified: false,
    table: {
      dial: steady(modulated(600, 120), -13),
      "stutter-dial": stutter(modulated(600, 120), -13),
      ringback: cadenced(modulated(420, 40), -19, [2000, 4000]),
      busy: cadenced(modulated(500, 100), -24, [500, 500]),
      reorder: cadenced(modulated(500, 100), -24, [250, 250]),
      "call-waiting": cadenced([440], -13, [300, 10_000]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [us-old] ringcadence",
    verified: false,
    cadenceMs: [2000, 4000],
  },
  callerId: { source: "there was none", verified: false, ...callerIdScheme("none") },
  emergency: {
    source: "libphonenumber ShortNumberMetadata US",
    verified: true,
    numbers: ["112", "911"],
  },
} as const satisfies CountryOverride;
