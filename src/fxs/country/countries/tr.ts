import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Turkey. */
export const TR = {
  code: "tr",
  name: "Turkey",
  family: "etsi",
  tones: {
    source: "DAHDI zonedata [tr]; level of the family",
    verified: false,
    table: {
      dial: tones.steady([450]),
      "stutter-dial": tones.stutter([450]),
      ringback: tones.cadenced([450], [2000, 4000]),
      busy: tones.cadenced([450], [500, 500]),
      reorder: tones.phrase(
        [
          [[450], 200],
          [[], 200],
          [[450], 200],
          [[], 200],
          [[450], 200],
          [[], 200],
          [[450], 600],
          [[], 200],
        ],
        6,
      ),
      "call-waiting": tones.cadenced([450], [200, 600, 200, 800]),
    },
  },
  ringing: { source: "DAHDI zonedata [tr] ringcadence", verified: false, cadenceMs: [2000, 4000] },
  emergency: {
    source: "libphonenumber ShortNumberMetadata TR",
    verified: true,
    numbers: ["110", "112", "155"],
  },
} as const satisfies CountryOverride;
