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
    source:
      "Asterisk indications.conf [bg], E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: true,
    unverified: ["dial", "stutter-dial", "call-waiting"],
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
    source: "Asterisk indications.conf [bg] ringcadence; 25 Hz Microsemi",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [1000, 4000],
  },
  line: {
    source: "DAHDI fxo_modes [BULGARIA], Microsemi's line card profiles [BG]",
    verified: true,
    impedance: "220+820||115nF",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata BG",
    verified: true,
    numbers: ["112", "150", "160", "166"],
  },
  conflicts: [
    {
      about: "dial",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "425 Hz, 250, 300, 700, 800 ms, in some exchanges 250, 750, 750, 1000",
      reason: "Asterisk's names the ITU-T's newer list of 2003: that is used",
    },
  ],
} as const satisfies CountryOverride;
