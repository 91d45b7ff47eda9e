import { cadenced, phrase, steady } from "../../tones/tone.ts";
import type { CountryOverride } from "../override.ts";

/** Philippines. */
export const PH = {
  code: "ph",
  name: "Philippines",
  family: "us",
  tones: {
    source:
      "Asterisk indications.conf [ph], E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: true,
    unverified: ["stutter-dial", "busy", "call-waiting"],
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
      ringback: cadenced([425, 480], -19, [1000, 4000]),
      busy: cadenced([480, 620], -24, [500, 500]),
      reorder: cadenced([480, 620], -24, [250, 250]),
      "call-waiting": cadenced([440], -13, [300, 10_000]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [ph] ringcadence",
    verified: false,
    cadenceMs: [1000, 4000],
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata PH",
    verified: true,
    numbers: ["112", "117", "911"],
  },
  conflicts: [
    {
      about: "busy",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "425 Hz or 480 + 720, in some exchanges 450",
      reason: "Asterisk's names the ITU-T's newer list of 2003: that is used",
    },
    {
      about: "stutter-dial",
      source: "DAHDI zonedata [ph]",
      says: "ends in 350 + 440 Hz",
      reason: "the dial tone of both is 425 Hz",
    },
  ],
} as const satisfies CountryOverride;
