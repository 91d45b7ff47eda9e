import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Ireland. */
export const IE = {
  code: "ie",
  name: "Ireland",
  family: "etsi",
  tones: {
    source: "E.180 Supplement 2 (spandsp's copy), Android's ToneGenerator; level of the family",
    verified: true,
    unverified: ["dial", "call-waiting"],
    table: {
      dial: tones.steady([400, 425, 450]),
      ringback: tones.cadenced([400, 450], [400, 200, 400, 2000]),
      busy: tones.cadenced([425], [500, 500]),
      "call-waiting": tones.cadenced([425], [180, 200, 200, 4500]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback; 25 Hz Microsemi",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [400, 200, 400, 2000],
  },
  line: {
    source: "DAHDI fxo_modes [IRELAND], Microsemi's line card profiles [IE]",
    verified: true,
    impedance: "270+750||150nF",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata IE",
    verified: true,
    numbers: ["112", "999"],
  },
  conflicts: [
    {
      about: "dial",
      source: "Android's ToneGenerator",
      says: "425 Hz alone",
      reason: "the list's three frequencies are used: 425 is heard in both",
    },
    {
      about: "ringback",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "400 or 450 Hz alone in other exchanges",
      reason: "400 + 450 is used",
    },
  ],
} as const satisfies CountryOverride;
