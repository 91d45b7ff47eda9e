import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Greece. */
export const GR = {
  code: "gr",
  name: "Greece",
  family: "etsi",
  tones: {
    source:
      "Asterisk indications.conf [gr], E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: true,
    unverified: ["stutter-dial", "reorder", "call-waiting"],
    table: {
      dial: tones.cadenced([425], [200, 300, 700, 800]),
      "stutter-dial": tones.cadenced([425], [650, 25]),
      ringback: tones.cadenced([425], [1000, 4000]),
      busy: tones.cadenced([425], [300, 300]),
      reorder: tones.cadenced([425], [200, 200]),
      "call-waiting": tones.cadenced([425], [150, 150, 150, 8000]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [gr] ringcadence; 25 Hz Microsemi",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [1000, 4000],
  },
  line: {
    source: "DAHDI fxo_modes [GREECE], Microsemi's line card profiles [GR]",
    verified: true,
    impedance: "270+750||150nF",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata GR",
    verified: true,
    numbers: ["100", "112", "166", "199"],
  },
  conflicts: [
    {
      about: "reorder",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "150, 150 ms",
      reason: "the newer table is used",
    },
    {
      about: "call-waiting",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "300, 10000 ms",
      reason: "the newer table is used",
    },
  ],
} as const satisfies CountryOverride;
