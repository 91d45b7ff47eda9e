import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Moldova. */
export const MD = {
  code: "md",
  name: "Moldova",
  family: "etsi",
  tones: {
    source: "E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: false,
    table: {
      ringback: tones.cadenced([425], [800, 3200]),
      busy: tones.cadenced([425], [400, 400]),
      reorder: tones.cadenced([425], [400, 400]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback",
    verified: false,
    cadenceMs: [800, 3200],
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata MD",
    verified: true,
    numbers: ["112", "901", "902", "903"],
  },
} as const satisfies CountryOverride;
