import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0, WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Macao. */
export const MO = {
  code: "mo",
  name: "Macao",
  family: "etsi",
  tones: {
    source: "DAHDI zonedata [mo], E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: true,
    unverified: ["stutter-dial"],
    table: {
      dial: tones.steady([425]),
      "stutter-dial": tones.stutter([425]),
      ringback: tones.cadenced([425], [1000, 4000]),
      busy: tones.cadenced([425], [500, 500]),
      reorder: tones.cadenced([425], [250, 250]),
      "call-waiting": tones.cadenced([425], [200, 600]),
    },
  },
  ringing: { source: "DAHDI zonedata [mo] ringcadence", verified: false, cadenceMs: [1000, 4000] },
  flash: WIDE_FLASH,
  line: { source: "DAHDI fxo_modes [MACAO]", verified: false, impedance: "600" },
  emergency: { source: "libphonenumber ShortNumberMetadata MO", verified: true, numbers: ["999"] },
} as const satisfies CountryOverride;
