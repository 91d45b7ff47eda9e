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
  line: { source: "DAHDI fxo_modes [RUSSIA]", verified: false, impedance: "600" },
  emergency: {
    source: "libphonenumber ShortNumberMetadata RU",
    verified: true,
    numbers: ["01", "02", "03", "101", "102", "103", "112"],
  },
  conflicts: [
    {
      about: "levels",
      source: "country tables of innovaphone",
      says: "+2 dBr from the telephone, −2 dBr to it",
      reason: "0 dB both ways: set toPhoneDb and fromPhoneDb where you want them",
    },
  ],
} as const satisfies CountryOverride;
