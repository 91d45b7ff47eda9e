import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Norway. */
export const NO = {
  code: "no",
  name: "Norway",
  family: "etsi",
  tones: {
    source:
      "Asterisk indications.conf [no], E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: true,
    unverified: ["dial", "stutter-dial", "reorder", "call-waiting"],
    table: {
      dial: tones.steady([425]),
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
      "call-waiting": tones.cadenced([425], [200, 600, 200, 10_000]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [no] ringcadence; 25 Hz Microsemi",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [1000, 4000],
  },
  line: {
    source: "DAHDI fxo_modes [NORWAY], Microsemi's line card profiles [NO]",
    verified: true,
    impedance: "270+750||150nF",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata NO",
    verified: true,
    numbers: ["110", "112", "113"],
  },
  conflicts: [
    {
      about: "reorder",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "250, 250 ms",
      reason: "the newer table is used",
    },
  ],
} as const satisfies CountryOverride;
