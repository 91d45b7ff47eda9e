import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0, WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Lebanon. */
export const LB = {
  code: "lb",
  name: "Lebanon",
  family: "etsi",
  tones: {
    source: "E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: false,
    table: {
      ringback: tones.cadenced([435], [1200, 4400]),
      busy: tones.cadenced([435], [400, 200]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback",
    verified: false,
    cadenceMs: [1200, 4400],
  },
  flash: WIDE_FLASH,
  line: {
    source: "DAHDI fxo_modes [LEBANON]",
    verified: false,
    impedance: "270+750||150nF",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata LB",
    verified: true,
    numbers: ["112", "140", "175", "999"],
  },
} as const satisfies CountryOverride;
