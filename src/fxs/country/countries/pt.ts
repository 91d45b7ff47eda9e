import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Portugal. */
export const PT = {
  code: "pt",
  name: "Portugal",
  family: "etsi",
  tones: {
    source:
      "Asterisk indications.conf [pt], E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: true,
    table: {
      dial: tones.steady([425]),
      "stutter-dial": tones.cadenced([425], [1000, 200]),
      ringback: tones.cadenced([425], [1000, 5000]),
      busy: tones.cadenced([425], [500, 500]),
      reorder: tones.cadenced([425], [200, 200]),
      "call-waiting": tones.cadenced([425], [200, 200, 200, 5000]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [pt] ringcadence; 25 Hz Microsemi",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [1000, 5000],
  },
  line: {
    source: "DAHDI fxo_modes [PORTUGAL], Microsemi's line card profiles [PT]",
    verified: true,
    impedance: "270+750||150nF",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata PT",
    verified: true,
    numbers: ["112", "115"],
  },
  conflicts: [
    {
      about: "stutter-dial",
      source: "Asterisk indications.conf [pt]",
      says: "six bursts of 100 ms, then steady",
      reason:
        "ITU-T E.180 Supplement 2, spandsp's copy, has 425 Hz, 1000, 200 as the special dial tone",
    },
    {
      about: "call-waiting",
      source: "Asterisk indications.conf [pt]",
      says: "440 Hz, 300, 10000 ms, as in North America",
      reason: "ITU-T E.180 Supplement 2, spandsp's copy, has 425 Hz, 200, 200, 200, 5000",
    },
  ],
} as const satisfies CountryOverride;
