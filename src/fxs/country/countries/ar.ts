import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Argentina. */
export const AR = {
  code: "ar",
  name: "Argentina",
  family: "etsi",
  tones: {
    source: "DAHDI zonedata [ar]; level of the family",
    verified: false,
    table: {
      dial: tones.steady([425]),
      "stutter-dial": tones.cadenced([425], [450, 50]),
      ringback: tones.cadenced([425], [1000, 4500]),
      busy: tones.cadenced([425], [300, 300]),
      reorder: tones.cadenced([425], [200, 300]),
      "call-waiting": tones.cadenced([425], [200, 9000]),
    },
  },
  ringing: { source: "DAHDI zonedata [ar] ringcadence", verified: false, cadenceMs: [1000, 4500] },
  line: { source: "DAHDI fxo_modes [ARGENTINA]", verified: false, impedance: "600" },
  emergency: {
    source: "libphonenumber ShortNumberMetadata AR",
    verified: true,
    numbers: ["100", "101", "107", "911"],
  },
  conflicts: [
    {
      about: "call-waiting",
      source: "Silicon Laboratories AN93, which names ITU-T E.180 Supplement 2",
      says: "425 Hz, 400, 200, 400, 4000 ms",
      reason: "the table that has all the other tones is used",
    },
  ],
} as const satisfies CountryOverride;
