import { cadenced, phrase, steady } from "../../tones/tone.ts";
import type { CountryOverride } from "../override.ts";

/** Mexico. */
export const MX = {
  code: "mx",
  name: "Mexico",
  family: "us",
  tones: {
    source:
      "Asterisk indications.conf [mx], E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: true,
    unverified: ["stutter-dial", "call-waiting"],
    table: {
      dial: steady([425], -13),
      "stutter-dial": phrase(
        [
          [[350, 440], 100],
          [[], 100],
          [[350, 440], 100],
          [[], 100],
          [[350, 440], 100],
          [[], 100],
          [[350, 440], 100],
          [[], 100],
          [[350, 440], 100],
          [[], 100],
          [[350, 440], 100],
          [[], 100],
          [[425]],
        ],
        -13,
      ),
      ringback: cadenced([425], -19, [1000, 4000]),
      busy: cadenced([425], -24, [250, 250]),
      reorder: cadenced([425], -24, [250, 250]),
      "call-waiting": cadenced([425], -13, [200, 600, 200, 10_000]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [mx] ringcadence; 25 Hz Microsemi's default",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [2000, 4000],
  },
  line: {
    source: "DAHDI fxo_modes [MEXICO], Microsemi's line card profiles (default)",
    verified: true,
    impedance: "600",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata MX",
    verified: true,
    numbers: ["060", "065", "066", "068", "080", "911"],
  },
  conflicts: [
    {
      about: "stutter-dial",
      source: "DAHDI zonedata [mx]",
      says: "ends in 350 + 440 Hz",
      reason: "the dial tone of both is 425 Hz",
    },
    {
      about: "ring cadence",
      source: "Asterisk indications.conf [mx]",
      says: "2000, 4000 ms, beside a ringback of 1000, 4000",
      reason: "used as read",
    },
  ],
} as const satisfies CountryOverride;
