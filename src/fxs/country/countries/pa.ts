import { cadenced, once, steady, stutter } from "../../tones/tone.ts";
import type { CountryOverride } from "../override.ts";

/** Panama. */
export const PA = {
  code: "pa",
  name: "Panama",
  family: "us",
  tones: {
    source: "DAHDI zonedata [pa], E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: true,
    unverified: ["stutter-dial", "busy", "reorder", "call-waiting"],
    table: {
      dial: steady([425], -13),
      "stutter-dial": stutter([425], -13),
      ringback: cadenced([425], -19, [1200, 4650]),
      busy: cadenced([425], -24, [320, 320]),
      reorder: cadenced([425], -24, [320, 320]),
      "call-waiting": once([425], -13, [180, 180, 180]),
    },
  },
  ringing: { source: "DAHDI zonedata [pa] ringcadence", verified: false, cadenceMs: [2000, 4000] },
  emergency: {
    source:
      "libphonenumber ShortNumberMetadata PA, shared by its PhoneNumberMetadata; 103, 104 a list",
    verified: true,
    unverified: ["shared", "103", "104"],
    numbers: ["103", "104", "911"],
    shared: ["103", "104", "911"],
  },
  conflicts: [
    {
      about: "busy",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "320 ms on, 4650 off, reorder too",
      reason: "the pause of its ringback, a slip: DAHDI has 320, 320",
    },
    {
      about: "call-waiting",
      source: "DAHDI zonedata [pa]",
      says: "425 Hz, 180, 180, 180 ms, repeated",
      reason: "without a pause two bursts are one: taken as once",
    },
    {
      about: "ring cadence",
      source: "DAHDI zonedata [pa]",
      says: "2000, 4000 ms, beside a ringback of 1200, 4650",
      reason: "used as read",
    },
  ],
} as const satisfies CountryOverride;
