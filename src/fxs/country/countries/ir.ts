import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/**
 * Iran. Nothing here is verified against a standard or a live line: these are reported or
 * neighbouring values to begin with, each open to an override.
 */
export const IR = {
  code: "ir",
  name: "Iran",
  family: "etsi",
  // neither Asterisk's nor DAHDI's tables have Iran, and ITU-T E.180 Supplement 2 was not at hand
  tones: {
    source: "reported; no table at hand has Iran",
    verified: false,
    table: {
      dial: tones.steady([425]),
      ringback: tones.cadenced([425], [1000, 4000]),
      busy: tones.cadenced([425], [500, 500]),
      reorder: tones.cadenced([425], [250, 250]),
    },
  },
  ringing: {
    source: "reported: 25 Hz, 1 s on, 4 s off",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [1000, 4000],
  },
  // unverified: wide enough for the 100 ms keys of imported telephones and a flash by hand
  flash: { source: "no source found: a wide window", verified: false, minMs: 80, maxMs: 700 },
  emergency: {
    source: "libphonenumber ShortNumberMetadata IR, not confirmed otherwise",
    verified: false,
    numbers: ["110", "112", "115", "125", "911"],
  },
  conflicts: [
    {
      about: "caller ID",
      source: "reports",
      says: "DTMF on some lines, FSK on others",
      reason: "FSK during ringing is used; `auto` sends both, and each DTMF scheme can be chosen",
    },
  ],
} as const satisfies CountryOverride;
