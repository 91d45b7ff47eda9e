import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0, WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Bangladesh. */
export const BD = {
  code: "bd",
  name: "Bangladesh",
  family: "etsi",
  tones: {
    source: "ITU-T list of national tones (Operational Bulletin 781); level of the family",
    verified: true,
    table: {
      dial: tones.steady([450]),
      "stutter-dial": tones.cadenced([450], [400, 400]),
      ringback: tones.cadenced([450], [1000, 4000]),
      busy: tones.cadenced([450], [200, 300, 700, 800]),
      reorder: tones.cadenced([450], [250, 250]),
      "call-waiting": tones.cadenced([450], [3000, 10_000]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback",
    verified: false,
    cadenceMs: [1000, 4000],
  },
  flash: WIDE_FLASH,
  emergency: {
    source: "libphonenumber ShortNumberMetadata BD",
    verified: true,
    numbers: ["100", "101", "102", "199", "999"],
  },
} as const satisfies CountryOverride;
