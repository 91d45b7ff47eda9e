import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Slovakia. */
export const SK = {
  code: "sk",
  name: "Slovakia",
  family: "etsi",
  tones: {
    source: "E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: false,
    table: {
      dial: tones.cadenced([425], [333, 333, 660, 660]),
      ringback: tones.cadenced([425], [1000, 4000]),
      busy: tones.cadenced([425], [333, 333]),
      reorder: tones.cadenced([425], [165, 165]),
      "call-waiting": tones.cadenced([425], [333, 9000]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback",
    verified: false,
    cadenceMs: [1000, 4000],
  },
  line: {
    source: "DAHDI fxo_modes [SLOVAKIA]",
    verified: false,
    impedance: "220+820||115nF",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata SK",
    verified: true,
    numbers: ["112", "150", "155", "158"],
  },
} as const satisfies CountryOverride;
