import { tonesAt } from "../../tones/tone.ts";
import type { CountryOverride } from "../override.ts";

// innovaphone, country tables
const tones = tonesAt(-13);

/** Switzerland. */
export const CH = {
  code: "ch",
  name: "Switzerland",
  family: "etsi",
  tones: {
    source: "ITU-T list of national tones (annex of 2010), Asterisk; level innovaphone",
    verified: true,
    table: {
      dial: tones.steady([425]),
      "stutter-dial": tones.cadenced([425, 340], [1100, 1100]),
      ringback: tones.cadenced([425], [1000, 4000]),
      busy: tones.cadenced([425], [500, 500]),
      reorder: tones.cadenced([425], [200, 200]),
      "call-waiting": tones.cadenced([425], [200, 200, 200, 4000]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [ch] ringcadence, Mediatrix 4100 (Switzerland), Microsemi",
    verified: true,
    frequencyHz: 25,
    cadenceMs: [1000, 4000],
  },
  line: {
    source: "DAHDI fxo_modes [SWITZERLAND], Microsemi's line card profiles [CH]",
    verified: true,
    impedance: "270+750||150nF",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata CH",
    verified: true,
    numbers: ["112", "117", "118", "144"],
  },
  conflicts: [
    {
      about: "impedance",
      source: "Mediatrix 4100 (Switzerland)",
      says: "220 Ω + 820 Ω ∥ 115 nF",
      reason: "DAHDI and Microsemi agree on the other",
    },
    {
      about: "levels",
      source: "country tables of innovaphone",
      says: "0 dBr from the telephone, −6.5 dBr to it",
      reason: "0 dB both ways: set toPhoneDb and fromPhoneDb where you want them",
    },
    {
      about: "dial",
      source: "innovaphone, country tables",
      says: "-8 and -13 dBm0",
      reason: "which tone has which is not said: -13 is used for all",
    },
  ],
} as const satisfies CountryOverride;
