import { callerIdScheme } from "../../caller-id/schemes.ts";
import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0, WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/**
 * Iran. Tones and emergency numbers are verified; the bell, caller ID and the line are reported or
 * neighbouring values to begin with, each open to an override.
 */
export const IR = {
  code: "ir",
  name: "Iran",
  family: "etsi",
  // neither Asterisk's nor DAHDI's tables have Iran; the ITU's list was read in a public copy
  tones: {
    source: "ITU-T lists (Operational Bulletin 781; E.180 Supplement 2); level of the family",
    verified: true,
    table: {
      dial: tones.steady([425]),
      ringback: tones.cadenced([425], [1000, 4000]),
      busy: tones.cadenced([425], [500, 500]),
      reorder: tones.cadenced([425], [250, 250]),
      "call-waiting": tones.cadenced([425], [200, 200, 200, 10_000]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback; 25 Hz reported",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [1000, 4000],
  },
  flash: WIDE_FLASH,
  callerId: {
    source:
      "Persian pages on FSK of 1200 and 2200 Hz (kamtell.ir), after the first ring (iran-eng.ir)",
    verified: false,
    ...callerIdScheme("bellcore"),
  },
  emergency: {
    // 110 police, 115 ambulance, 125 fire brigade; 112 Red Crescent
    source:
      "libphonenumber ShortNumberMetadata IR; 110, 115, 125 an Iranian list, 112 the Red Crescent",
    verified: true,
    unverified: ["911"],
    numbers: ["110", "112", "115", "125", "911"],
  },
  conflicts: [
    {
      about: "caller ID",
      source: "kamtell.ir, a dealer's page",
      says: "DTMF as well as FSK; only the beginning of the page was at hand",
      reason: "FSK after the first ring is used; `auto` sends both, each scheme can be chosen",
    },
    {
      about: "dial",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "a second dial tone of 400 + 425 Hz",
      reason: "it comes after a prefix: lines of a box have none",
    },
  ],
} as const satisfies CountryOverride;
