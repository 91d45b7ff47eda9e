import { AU_NZ_FAMILY } from "../families/au-nz.ts";
import type { CountryOverride } from "../override.ts";

/** Australia. */
export const AU = {
  code: "au",
  name: "Australia",
  family: "au-nz",
  tones: AU_NZ_FAMILY.tones,
  ringing: AU_NZ_FAMILY.ringing,
  line: AU_NZ_FAMILY.line,
  emergency: AU_NZ_FAMILY.emergency,
  conflicts: [
    {
      about: "ringback",
      source: "Android's ToneGenerator",
      says: "400 + 450 Hz, and 425 between them as the dial tone",
      reason: "sidebands of 425 Hz at 25 Hz in place of 12.5: the same tone with another beat",
    },
    {
      about: "dial",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "400 + 450 Hz, ringback 383 + 417, busy and reorder 400",
      reason: "Asterisk's names a paper of the regulator's (ACIF S002:2001): that is used",
    },
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
