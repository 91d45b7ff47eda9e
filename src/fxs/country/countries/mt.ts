import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Malta. */
export const MT = {
  code: "mt",
  name: "Malta",
  family: "etsi",
  tones: {
    source: "E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: false,
    table: {
      ringback: tones.cadenced([400, 450], [400, 200, 400, 2000]),
      busy: tones.cadenced([400], [375, 375]),
      reorder: tones.cadenced([400], [400, 350, 225, 525]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback",
    verified: false,
    cadenceMs: [400, 200, 400, 2000],
  },
  line: {
    source: "DAHDI fxo_modes [MALTA]",
    verified: false,
    impedance: "270+750||150nF",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata MT",
    verified: true,
    numbers: ["112"],
  },
} as const satisfies CountryOverride;
