import { modulated, tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Romania. */
export const RO = {
  code: "ro",
  name: "Romania",
  family: "etsi",
  tones: {
    source: "E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: false,
    table: {
      dial: tones.steady([450]),
      ringback: tones.cadenced(modulated(450, 25), [2000, 4000]),
      busy: tones.cadenced([450], [150, 200]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback",
    verified: false,
    cadenceMs: [2000, 4000],
  },
  line: {
    source: "DAHDI fxo_modes [ROMANIA]",
    verified: false,
    impedance: "600",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata RO",
    verified: true,
    numbers: ["112"],
  },
  conflicts: [
    {
      about: "dial",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "400 Hz in other exchanges, ringback 384 + 416, busy 133",
      reason: "450 Hz is used",
    },
  ],
} as const satisfies CountryOverride;
