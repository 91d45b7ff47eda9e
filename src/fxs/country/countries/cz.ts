import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Czech Republic. */
export const CZ = {
  code: "cz",
  name: "Czech Republic",
  family: "etsi",
  tones: {
    source:
      "Asterisk indications.conf [cz], E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: true,
    unverified: ["stutter-dial", "reorder", "call-waiting"],
    table: {
      dial: tones.cadenced([425], [330, 330, 660, 660]),
      "stutter-dial": tones.cadenced([425], [450, 50]),
      ringback: tones.cadenced([425], [1000, 4000]),
      busy: tones.cadenced([425], [330, 330]),
      reorder: tones.cadenced([425], [165, 165]),
      "call-waiting": tones.cadenced([425], [330, 9000]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [cz] ringcadence; 25 Hz Microsemi",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [1000, 4000],
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata CZ",
    verified: true,
    numbers: ["112", "150", "151", "152", "153", "154", "155", "156", "157", "158", "159"],
  },
  conflicts: [
    {
      about: "impedance",
      source: "Microsemi's line card profiles (default)",
      says: "600 Ω",
      reason: "the European one is used, as DAHDI fxo_modes [CZECH]",
    },
    {
      about: "call-waiting",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "425 Hz, 333, 5000 ms",
      reason: "Asterisk's names the ITU-T's newer list of 2003: that is used",
    },
  ],
} as const satisfies CountryOverride;
