import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Italy. */
export const IT = {
  code: "it",
  name: "Italy",
  family: "etsi",
  tones: {
    source:
      "Asterisk indications.conf [it], E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: true,
    unverified: ["stutter-dial", "busy", "reorder", "call-waiting"],
    table: {
      dial: tones.cadenced([425], [200, 200, 600, 1000]),
      "stutter-dial": tones.phrase(
        [
          [[470], 400],
          [[425], 400],
        ],
        0,
      ),
      ringback: tones.cadenced([425], [1000, 4000]),
      busy: tones.cadenced([425], [500, 500]),
      reorder: tones.cadenced([425], [200, 200]),
      "call-waiting": tones.cadenced([425], [400, 100, 250, 100, 150, 14_000]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [it] ringcadence; 25 Hz Microsemi",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [1000, 4000],
  },
  flash: {
    source: "Vimar's exchanges: 50–160 ms from telephones with a cord",
    verified: false,
    minMs: 50,
    maxMs: 180,
  },
  line: {
    source: "DAHDI fxo_modes [ITALY], Microsemi's line card profiles [IT]",
    verified: true,
    impedance: "270+750||150nF",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata IT",
    verified: true,
    numbers: ["112", "113", "115", "118"],
  },
  conflicts: [
    {
      about: "busy",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "200, 200 ms",
      reason: "Asterisk's names the newer list of 2003; Allied Telesis AT-RG213 has 500, 500 too",
    },
  ],
} as const satisfies CountryOverride;
