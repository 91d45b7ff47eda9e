import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Latvia. */
export const LV = {
  code: "lv",
  name: "Latvia",
  family: "etsi",
  tones: {
    source: "ITU-T list of national tones (Operational Bulletin 781); level of the family",
    verified: true,
    table: {
      dial: tones.steady([425]),
      ringback: tones.cadenced([425], [1000, 4000]),
      busy: tones.cadenced([425], [300, 300]),
      reorder: tones.cadenced([425], [150, 150]),
      "call-waiting": tones.cadenced([425], [200, 5000]),
      confirm: tones.cadenced([425], [400, 400]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback",
    verified: false,
    cadenceMs: [1000, 4000],
  },
  line: {
    source: "DAHDI fxo_modes [LATVIA]",
    verified: false,
    impedance: "270+750||150nF",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata LV",
    verified: true,
    numbers: ["01", "02", "03", "110", "112", "113"],
  },
} as const satisfies CountryOverride;
