import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0, WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Chile. */
export const CL = {
  code: "cl",
  name: "Chile",
  family: "etsi",
  tones: {
    source:
      "Asterisk indications.conf [cl], E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: true,
    unverified: ["stutter-dial", "call-waiting"],
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
    source: "Asterisk indications.conf [cl] ringcadence; 25 Hz Microsemi",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [1000, 3000],
  },
  flash: WIDE_FLASH,
  line: {
    source: "DAHDI fxo_modes [CHILE], Microsemi's line card profiles (default)",
    verified: true,
    impedance: "600",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata CL",
    verified: true,
    numbers: ["131", "132", "133", "911"],
  },
  conflicts: [
    {
      about: "call-waiting",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "900 + 1300 Hz, 500, 500 ms",
      reason: "Asterisk's 400 Hz, 250, 8750 is used: the other is an alarm",
    },
  ],
} as const satisfies CountryOverride;
