import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** France. */
export const FR = {
  code: "fr",
  name: "France",
  family: "etsi",
  tones: {
    source:
      "Asterisk indications.conf [fr], E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: true,
    unverified: ["stutter-dial", "reorder", "call-waiting"],
    table: {
      dial: tones.steady([440]),
      "stutter-dial": tones.stutter([440]),
      ringback: tones.cadenced([440], [1500, 3500]),
      busy: tones.cadenced([440], [500, 500]),
      reorder: tones.cadenced([440], [250, 250]),
      "call-waiting": tones.cadenced([440], [300, 10_000]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [fr] ringcadence; 50 Hz Microsemi [FR]",
    verified: false,
    frequencyHz: 50,
    cadenceMs: [1500, 3500],
  },
  // unverified: 100 ms keys are in use too
  flash: {
    source: "common French window, 200 to 320 ms, opened downward",
    verified: false,
    minMs: 70,
    maxMs: 320,
  },
  line: {
    source: "DAHDI fxo_modes [FRANCE], Microsemi's line card profiles [FR]",
    verified: true,
    impedance: "270+750||150nF",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata FR",
    verified: true,
    numbers: ["15", "17", "18", "112"],
  },
  conflicts: [
    {
      about: "dial",
      source: "DAHDI zonedata [fr], Asterisk",
      says: "a remark: 440 + 330 Hz as well",
      reason: "both tables use 440",
    },
  ],
} as const satisfies CountryOverride;
