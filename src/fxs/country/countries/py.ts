import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0, WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Paraguay. */
export const PY = {
  code: "py",
  name: "Paraguay",
  family: "etsi",
  tones: {
    source: "E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: false,
    table: {
      ringback: tones.cadenced([425], [1000, 4000]),
      busy: tones.cadenced([425], [1000, 1000]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback",
    verified: false,
    cadenceMs: [1000, 4000],
  },
  flash: WIDE_FLASH,
  emergency: {
    source: "libphonenumber ShortNumberMetadata PY",
    verified: true,
    numbers: ["128", "911"],
  },
} as const satisfies CountryOverride;
