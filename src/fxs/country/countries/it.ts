import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Italy. */
export const IT = {
  code: "it",
  name: "Italy",
  family: "etsi",
  tones: {
    source: "Asterisk indications.conf [it]; level of the family",
    verified: false,
    table: {
      dial: tones.cadenced([425], [200, 200, 600, 1000]),
      "stutter-dial": tones.phrase(
        [
          [[470], 400],
          [[425], 400],
        ],
        0,
      ),
      ringback: tones.cadenced([425], [1000, 4000]),
      busy: tones.cadenced([425], [500, 500]),
      reorder: tones.cadenced([425], [200, 200]),
      "call-waiting": tones.cadenced([425], [400, 100, 250, 100, 150, 14_000]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [it] ringcadence",
    verified: false,
    cadenceMs: [1000, 4000],
  },
  flash: { source: "common Italian key, 100 ms", verified: false, minMs: 60, maxMs: 180 },
  emergency: {
    source: "libphonenumber ShortNumberMetadata IT",
    verified: true,
    numbers: ["112", "113", "115", "118"],
  },
} as const satisfies CountryOverride;
