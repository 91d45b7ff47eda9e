import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Spain. */
export const ES = {
  code: "es",
  name: "Spain",
  family: "etsi",
  tones: {
    source:
      "Asterisk indications.conf [es], E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: true,
    unverified: ["stutter-dial"],
    table: {
      dial: tones.steady([425]),
      "stutter-dial": tones.stutter([425]),
      ringback: tones.cadenced([425], [1500, 3000]),
      busy: tones.cadenced([425], [200, 200]),
      reorder: tones.cadenced([425], [200, 200, 200, 200, 200, 600]),
      "call-waiting": tones.cadenced([425], [175, 175, 175, 3500]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [es] ringcadence; 25 Hz Microsemi",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [1500, 3000],
  },
  line: {
    source: "DAHDI fxo_modes [SPAIN], Microsemi's line card profiles [ES]",
    verified: true,
    impedance: "270+750||150nF",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata ES",
    verified: true,
    numbers: ["085", "088", "112"],
  },
  conflicts: [
    {
      about: "stutter-dial",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "425 Hz, 1000, 100 ms",
      reason: "the newer table is used",
    },
    {
      about: "stutter-dial",
      source: "DAHDI zonedata [es]",
      says: "425 Hz, 500, 50 ms",
      reason: "the newer table is used",
    },
  ],
} as const satisfies CountryOverride;
