import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Serbia. */
export const RS = {
  code: "rs",
  name: "Serbia",
  family: "etsi",
  tones: {
    source:
      "E.180 Supplement 2 [yu] (spandsp's copy), Silicon Laboratories AN93; level of the family",
    verified: true,
    unverified: ["ringback"],
    table: {
      dial: tones.cadenced([425], [700, 800, 200, 300]),
      ringback: tones.cadenced([425], [1000, 4000]),
      busy: tones.cadenced([425], [500, 500]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback; 25 Hz, 80 to 90 V Silicon Laboratories AN93",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [1000, 4000],
  },
  line: {
    source: "Silicon Laboratories AN93",
    verified: false,
    impedance: "600",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata RS; 192, 193, 194 a public list of them",
    verified: true,
    unverified: ["192", "193", "194"],
    numbers: ["92", "93", "94", "112", "192", "193", "194"],
  },
} as const satisfies CountryOverride;
