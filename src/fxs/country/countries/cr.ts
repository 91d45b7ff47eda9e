import { cadenced, steady, stutter } from "../../tones/tone.ts";
import type { CountryOverride } from "../override.ts";

/** Costa Rica. */
export const CR = {
  code: "cr",
  name: "Costa Rica",
  family: "us",
  tones: {
    source: "DAHDI zonedata [cr]; level of the family",
    verified: false,
    table: {
      dial: steady([450], -13),
      "stutter-dial": stutter([450], -13),
      ringback: cadenced([450], -19, [1203, 4900]),
      busy: cadenced([450], -24, [330, 330]),
      reorder: cadenced([450], -24, [330, 330]),
      "call-waiting": cadenced([450], -13, [150, 150, 150, 8000]),
    },
  },
  ringing: { source: "DAHDI zonedata [cr] ringcadence", verified: false, cadenceMs: [1203, 4797] },
  emergency: {
    source: "libphonenumber ShortNumberMetadata CR",
    verified: true,
    numbers: ["112", "911"],
  },
  conflicts: [
    {
      about: "ringback",
      source: "DAHDI zonedata [cr]",
      says: "1203, 4900 ms, beside a bell of 1203, 4797",
      reason: "used as read; the two drift apart",
    },
    {
      about: "call-waiting",
      source: "DAHDI zonedata [cr]",
      says: "a last part of 450 Hz, 8000 ms",
      reason: "taken as silence",
    },
  ],
} as const satisfies CountryOverride;
