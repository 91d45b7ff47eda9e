import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Hungary. */
export const HU = {
  code: "hu",
  name: "Hungary",
  family: "etsi",
  tones: {
    source:
      "ITU-T list of national tones (Operational Bulletin 781), Asterisk; level of the family",
    verified: true,
    table: {
      dial: tones.steady([425]),
      "stutter-dial": tones.steady([350, 375, 400]),
      ringback: tones.cadenced([425], [1250, 3750]),
      busy: tones.cadenced([425], [300, 300]),
      reorder: tones.cadenced([425], [300, 300]),
      "call-waiting": tones.cadenced([425], [40, 1960]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [hu] ringcadence; 25 Hz Microsemi",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [1250, 3750],
  },
  line: { source: "DAHDI fxo_modes [HUNGARY]", verified: false, impedance: "600" },
  emergency: {
    source: "libphonenumber ShortNumberMetadata HU",
    verified: true,
    numbers: ["104", "105", "107", "112"],
  },
  conflicts: [
    {
      about: "impedance",
      source: "Microsemi's line card profiles [HU]",
      says: "270 Ω + 750 Ω ∥ 150 nF",
      reason: "DAHDI has 600 Ω; no Hungarian paper at hand",
    },
    {
      about: "ringback",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "1200, 3700 ms",
      reason: "the newer list of Operational Bulletin 781 is used",
    },
    {
      about: "call-waiting",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "425 + 450 Hz, 300, 300 ms",
      reason: "the newer table is used",
    },
  ],
} as const satisfies CountryOverride;
