import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Israel. */
export const IL = {
  code: "il",
  name: "Israel",
  family: "etsi",
  tones: {
    source: "Asterisk indications.conf [il]; level of the family",
    verified: false,
    table: {
      dial: tones.steady([414]),
      "stutter-dial": tones.stutter([414], { count: 10, onMs: 160, offMs: 160 }),
      ringback: tones.cadenced([414], [1000, 3000]),
      busy: tones.cadenced([414], [500, 500]),
      reorder: tones.cadenced([414], [250, 250]),
      "call-waiting": tones.cadenced([414], [100, 100, 100, 100, 600, 3000]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [il] ringcadence; 25 Hz Microsemi",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [1000, 3000],
  },
  line: {
    source: "DAHDI fxo_modes [ISRAEL], Microsemi's line card profiles [IL]",
    verified: true,
    impedance: "270+750||150nF",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata IL",
    verified: true,
    numbers: ["100", "101", "102", "112"],
  },
  conflicts: [
    {
      about: "dial",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "400, 425 or 440 Hz, other tones too",
      reason: "Asterisk's 414 is none of them, but within 15 Hz of two",
    },
  ],
} as const satisfies CountryOverride;
