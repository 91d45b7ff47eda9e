import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0, WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Jordan. */
export const JO = {
  code: "jo",
  name: "Jordan",
  family: "etsi",
  tones: {
    source: "E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: false,
    table: {
      dial: tones.steady([400, 440]),
      ringback: tones.cadenced([400, 440], [1200, 4800]),
      busy: tones.cadenced([400, 440], [500, 500]),
      reorder: tones.cadenced([400, 440], [250, 250]),
      "call-waiting": tones.cadenced([400, 440], [500, 300, 200, 300, 200, 3000]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback",
    verified: false,
    cadenceMs: [1200, 4800],
  },
  flash: WIDE_FLASH,
  line: {
    source: "DAHDI fxo_modes [JORDAN]",
    verified: false,
    impedance: "600",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata JO",
    verified: true,
    numbers: ["112", "191", "192", "197", "911"],
  },
  conflicts: [
    {
      about: "dial",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "380 + 460 Hz in other exchanges, ringback, busy and reorder too",
      reason: "400 + 440 is used",
    },
    {
      about: "ringback",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "383 + 417 Hz, 400, 200, 400, 2000, beside a busy tone of 400 Hz, 750, 750, in others",
      reason: "400 + 440 is used",
    },
  ],
} as const satisfies CountryOverride;
