import { callerIdScheme } from "../../caller-id/schemes.ts";
import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0, WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Argentina. */
export const AR = {
  code: "ar",
  name: "Argentina",
  family: "etsi",
  tones: {
    source: "E.180 Supplement 2 (spandsp's copy); stutter-dial DAHDI [ar]; level of the family",
    verified: false,
    table: {
      dial: tones.steady([425]),
      "stutter-dial": tones.cadenced([425], [450, 50]),
      ringback: tones.cadenced([425], [1000, 4000]),
      busy: tones.cadenced([425], [300, 200]),
      reorder: tones.cadenced([425], [300, 400]),
      "call-waiting": tones.cadenced([425], [400, 200, 400, 4000]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback; 25 Hz Microsemi",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [1000, 4000],
  },
  flash: WIDE_FLASH,
  callerId: {
    source: "Mediatrix DGW, POTS configuration: the Brazilian way (Telebras DTMF) in Argentina",
    verified: false,
    ...callerIdScheme("dtmf-brazil"),
  },
  line: {
    source: "DAHDI fxo_modes [ARGENTINA], Microsemi's line card profiles (default)",
    verified: true,
    impedance: "600",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata AR",
    verified: true,
    numbers: ["100", "101", "107", "911"],
  },
  conflicts: [
    {
      about: "ringback",
      source: "DAHDI zonedata [ar]",
      says: "1000, 4500 ms, the bell too",
      reason: "ITU-T E.180 Supplement 2, spandsp's copy, has 1000, 4000",
    },
    {
      about: "busy",
      source: "DAHDI zonedata [ar]",
      says: "300, 300 ms",
      reason: "ITU-T E.180 Supplement 2, spandsp's copy, has 300, 200",
    },
    {
      about: "reorder",
      source: "DAHDI zonedata [ar]",
      says: "200, 300 ms",
      reason: "ITU-T E.180 Supplement 2, spandsp's copy, has 300, 400",
    },
    {
      about: "call-waiting",
      source: "DAHDI zonedata [ar]",
      says: "200, 9000 ms",
      reason: "ITU-T E.180 Supplement 2, spandsp's copy, and AN93 have 400, 200, 400, 4000",
    },
    {
      about: "call-waiting",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "300, 10000 ms as well",
      reason: "the one that AN93 has too is used",
    },
  ],
} as const satisfies CountryOverride;
