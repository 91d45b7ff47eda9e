import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** United Arab Emirates. */
export const AE = {
  code: "ae",
  name: "United Arab Emirates",
  family: "etsi",
  tones: {
    source: "DAHDI zonedata [ae]; level of the family",
    verified: false,
    table: {
      dial: tones.steady([350, 440]),
      "stutter-dial": tones.steady([380, 420]),
      ringback: tones.cadenced([400, 425], [400, 200, 400, 2000]),
      busy: tones.cadenced([400], [375, 375]),
      reorder: tones.cadenced([425], [400, 350, 225, 525]),
      "call-waiting": tones.cadenced([420], [40, 1960]),
    },
  },
  ringing: { source: "DAHDI zonedata [ae] ringcadence", verified: false, cadenceMs: [1500, 4000] },
  line: { source: "DAHDI fxo_modes [UAE]", verified: false, impedance: "600" },
  emergency: {
    source: "libphonenumber ShortNumberMetadata AE",
    verified: true,
    numbers: ["112", "997", "998", "999"],
  },
} as const satisfies CountryOverride;
