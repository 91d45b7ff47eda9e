import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Kyrgyzstan. */
export const KG = {
  code: "kg",
  name: "Kyrgyzstan",
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
    source: "libphonenumber ShortNumberMetadata KG; 112 a public list of them",
    verified: true,
    unverified: ["112"],
    numbers: ["101", "102", "103", "112"],
  },
} as const satisfies CountryOverride;
