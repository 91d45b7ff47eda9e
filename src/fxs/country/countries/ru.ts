import { tonesAt } from "../../tones/tone.ts";
import type { CountryOverride } from "../override.ts";

// innovaphone, country tables
const tones = tonesAt(-10);

/** Russia. */
export const RU = {
  code: "ru",
  name: "Russia",
  family: "etsi",
  tones: {
    source: "Asterisk indications.conf [ru]; level innovaphone",
    verified: false,
    table: {
      dial: tones.steady([425]),
      "stutter-dial": tones.stutter([425]),
      ringback: tones.cadenced([425], [1000, 4000]),
      busy: tones.cadenced([425], [350, 350]),
      reorder: tones.cadenced([425], [175, 175]),
      "call-waiting": tones.cadenced([425], [200, 5000]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [ru] ringcadence",
    verified: false,
    cadenceMs: [1000, 4000],
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata RU",
    verified: true,
    numbers: ["01", "02", "03", "101", "102", "103", "112"],
  },
} as const satisfies CountryOverride;
