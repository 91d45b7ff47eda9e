import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Cyprus. */
export const CY = {
  code: "cy",
  name: "Cyprus",
  family: "etsi",
  tones: {
    source: "E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: false,
    table: {
      dial: tones.steady([350, 450]),
      ringback: tones.cadenced([425], [1500, 3000]),
      busy: tones.cadenced([425], [500, 500]),
      reorder: tones.cadenced([425], [250, 250]),
      "call-waiting": tones.cadenced([425], [200, 600]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback",
    verified: false,
    cadenceMs: [1500, 3000],
  },
  line: {
    source: "DAHDI fxo_modes [CYPRUS]",
    verified: false,
    impedance: "270+750||150nF",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata CY",
    verified: true,
    numbers: ["112", "199"],
  },
  conflicts: [
    {
      about: "ringback",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "375 + 425 Hz, 400, 200, 400, 2000 ms in other exchanges",
      reason: "the first in the list is used",
    },
  ],
} as const satisfies CountryOverride;
