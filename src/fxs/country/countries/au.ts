import { AU_NZ_FAMILY } from "../families/au-nz.ts";
import type { CountryOverride } from "../override.ts";

/** Australia. */
export const AU = {
  code: "au",
  name: "Australia",
  family: "au-nz",
  tones: AU_NZ_FAMILY.tones,
  ringing: AU_NZ_FAMILY.ringing,
  emergency: AU_NZ_FAMILY.emergency,
  conflicts: [
    {
      about: "call-waiting",
      source: "DAHDI zonedata [au]",
      says: "425 Hz, 100, 200, 200, 4400 ms",
      reason: "the newer table is used",
    },
    {
      about: "reorder",
      source: "DAHDI zonedata [au]",
      says: "a remark: every other burst 10 dB lower",
      reason: "no source gives the levels",
    },
  ],
} as const satisfies CountryOverride;
