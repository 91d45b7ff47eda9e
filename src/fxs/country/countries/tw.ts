import { callerIdScheme } from "../../caller-id/schemes.ts";
import { cadenced, steady, stutter } from "../../tones/tone.ts";
import type { CountryOverride } from "../override.ts";

/** Taiwan. */
export const TW = {
  code: "tw",
  name: "Taiwan",
  family: "us",
  tones: {
    source: "Asterisk indications.conf [tw], Android's ToneGenerator; level of the family",
    verified: true,
    unverified: ["dial", "stutter-dial", "busy", "reorder", "call-waiting"],
    table: {
      dial: steady([350, 440], -13),
      "stutter-dial": stutter([350, 440], -13),
      ringback: cadenced([440, 480], -19, [1000, 2000]),
      busy: cadenced([480, 620], -24, [500, 500]),
      reorder: cadenced([480, 620], -24, [250, 250]),
      "call-waiting": cadenced([350, 440], -13, [250, 250, 250, 3250]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [tw] ringcadence; 20 Hz Microsemi [TW]",
    verified: false,
    frequencyHz: 20,
    cadenceMs: [1000, 4000],
  },
  callerId: {
    source: "spandsp's adsi.h, DTMF variant 4; when and with which sign unverified",
    verified: false,
    ...callerIdScheme("dtmf-taiwan"),
  },
  line: {
    source: "DAHDI fxo_modes [TAIWAN], Microsemi's line card profiles (default)",
    verified: true,
    impedance: "600",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata TW",
    verified: true,
    numbers: ["110", "112", "119"],
  },
  conflicts: [
    {
      about: "ring cadence",
      source: "Asterisk indications.conf [tw]",
      says: "1000, 4000 ms, beside a ringback of 1000, 2000",
      reason: "used as read",
    },
    {
      about: "caller ID",
      source: "spandsp's adsi.h",
      says: "gives Bell 202 (CLASS) for Taiwan as well as D…C",
      reason: "D…C is used; bellcore is the other",
    },
  ],
} as const satisfies CountryOverride;
