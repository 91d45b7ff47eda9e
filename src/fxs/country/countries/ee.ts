import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Estonia. */
export const EE = {
  code: "ee",
  name: "Estonia",
  family: "etsi",
  tones: {
    source:
      "Asterisk indications.conf [ee], E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: true,
    unverified: ["stutter-dial", "call-waiting"],
    table: {
      dial: tones.steady([425]),
      "stutter-dial": tones.stutter([425]),
      ringback: tones.cadenced([425], [1000, 4000]),
      busy: tones.cadenced([425], [300, 300]),
      reorder: tones.cadenced([425], [200, 200]),
      "call-waiting": tones.phrase(
        [
          [[950], 650],
          [[], 325],
          [[950], 325],
          [[], 30],
          [[1400], 1300],
          [[], 2600],
        ],
        0,
      ),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [ee] ringcadence",
    verified: false,
    cadenceMs: [1000, 4000],
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata EE",
    verified: true,
    numbers: ["110", "112"],
  },
  conflicts: [
    {
      about: "call-waiting",
      source: "Asterisk indications.conf [ee], DAHDI zonedata",
      says: "950 and 1400 Hz in turn",
      reason: "used as read; the same as its information tone",
    },
  ],
} as const satisfies CountryOverride;
