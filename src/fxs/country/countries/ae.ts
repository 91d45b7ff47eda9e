import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0, WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** United Arab Emirates. */
export const AE = {
  code: "ae",
  name: "United Arab Emirates",
  family: "etsi",
  tones: {
    source: "DAHDI zonedata [ae], E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: true,
    unverified: ["stutter-dial", "call-waiting"],
    table: {
      dial: tones.steady([350, 440]),
      "stutter-dial": tones.steady([380, 420]),
      ringback: tones.cadenced([400, 450], [400, 200, 400, 2000]),
      busy: tones.cadenced([400], [375, 375]),
      reorder: tones.cadenced([425], [400, 350, 225, 525]),
      "call-waiting": tones.cadenced([420], [40, 1960]),
    },
  },
  ringing: { source: "DAHDI zonedata [ae] ringcadence", verified: false, cadenceMs: [1500, 4000] },
  flash: WIDE_FLASH,
  line: { source: "DAHDI fxo_modes [UAE]", verified: false, impedance: "600" },
  emergency: {
    source: "libphonenumber ShortNumberMetadata AE",
    verified: true,
    numbers: ["112", "997", "998", "999"],
  },
  conflicts: [
    {
      about: "ringback",
      source: "DAHDI zonedata [ae]",
      says: "400 + 425 Hz",
      reason:
        "ITU-T E.180 Supplement 2, spandsp's copy, has 400 + 450, and 425 alone in some exchanges",
    },
    {
      about: "ring cadence",
      source: "DAHDI zonedata [ae]",
      says: "1500, 4000 ms, beside a ringback of 400, 200, 400, 2000",
      reason: "used as read",
    },
  ],
} as const satisfies CountryOverride;
