import { cadenced, steady, stutter } from "../../tones/tone.ts";
import type { CountryOverride } from "../override.ts";

/** Costa Rica. */
export const CR = {
  code: "cr",
  name: "Costa Rica",
  family: "us",
  tones: {
    source:
      "E.180 Supplement 2 (spandsp's copy); call waiting DAHDI zonedata [cr]; level of the family",
    verified: false,
    table: {
      dial: steady([425], -13),
      "stutter-dial": stutter([425], -13),
      ringback: cadenced([425], -19, [1200, 4600]),
      busy: cadenced([425], -24, [300, 300]),
      reorder: cadenced([425], -24, [300, 300]),
      "call-waiting": cadenced([425], -13, [150, 150, 150, 8000]),
    },
  },
  ringing: { source: "the rhythm of its ringback", verified: false, cadenceMs: [1200, 4600] },
  emergency: {
    source: "libphonenumber ShortNumberMetadata CR",
    verified: true,
    numbers: ["112", "911"],
  },
  conflicts: [
    {
      about: "dial",
      source: "DAHDI zonedata [cr]",
      says: "450 Hz in all tones",
      reason: "ITU-T E.180 Supplement 2, spandsp's copy, has 425",
    },
    {
      about: "ringback",
      source: "DAHDI zonedata [cr]",
      says: "1203, 4900 ms, beside a bell of 1203, 4797",
      reason: "ITU-T E.180 Supplement 2, spandsp's copy, has 1200, 4600",
    },
    {
      about: "busy",
      source: "DAHDI zonedata [cr]",
      says: "330, 330 ms",
      reason: "ITU-T E.180 Supplement 2, spandsp's copy, has 300, 300",
    },
    {
      about: "call-waiting",
      source: "DAHDI zonedata [cr]",
      says: "a last part of 450 Hz, 8000 ms",
      reason: "taken as silence",
    },
  ],
} as const satisfies CountryOverride;
