import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Tajikistan. */
export const TJ = {
  code: "tj",
  name: "Tajikistan",
  family: "etsi",
  tones: {
    source: "E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: false,
    table: {
      ringback: tones.cadenced([425], [800, 3200]),
      busy: tones.cadenced([425], [400, 400]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback",
    verified: false,
    cadenceMs: [800, 3200],
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata TJ; shared: its PhoneNumberMetadata",
    verified: true,
    unverified: ["shared"],
    numbers: ["101", "102", "103", "112"],
    shared: ["101", "102", "103", "112"],
  },
} as const satisfies CountryOverride;
