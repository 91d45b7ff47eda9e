import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0, WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Malaysia. */
export const MY = {
  code: "my",
  name: "Malaysia",
  family: "etsi",
  tones: {
    source:
      "Asterisk indications.conf [my], E.180 Supplement 2 (spandsp's copy); call waiting DAHDI",
    verified: true,
    unverified: ["stutter-dial", "call-waiting"],
    table: {
      dial: tones.steady([425]),
      "stutter-dial": tones.stutter([425]),
      ringback: tones.cadenced([425], [400, 200, 400, 2000]),
      busy: tones.cadenced([425], [500, 500]),
      reorder: tones.cadenced([425], [250, 250]),
      "call-waiting": tones.cadenced([425], [100, 4000]),
    },
  },
  ringing: {
    source: "DAHDI zonedata [my] ringcadence; 25 Hz Microsemi",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [400, 200, 400, 2000],
  },
  flash: WIDE_FLASH,
  line: {
    source: "DAHDI fxo_modes [MALAYSIA], Microsemi's line card profiles (default)",
    verified: true,
    impedance: "600",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata MY",
    verified: true,
    numbers: ["112", "999"],
  },
  conflicts: [
    {
      about: "reorder",
      source: "Asterisk indications.conf [my]",
      says: "500, 500 ms, the same as busy",
      reason: "ITU-T E.180 Supplement 2, spandsp's copy, has 250, 250",
    },
    {
      about: "call-waiting",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "425 Hz, 1000, 10000, 500, 250, 500, 10000, 500, 250 ms",
      reason: "the shorter one of DAHDI is used",
    },
    {
      about: "ring cadence",
      source: "Asterisk indications.conf [my]",
      says: "2000, 4000 ms",
      reason: "its own ringback and DAHDI have 400, 200, 400, 2000",
    },
    {
      about: "stutter-dial",
      source: "DAHDI zonedata [my]",
      says: "450 + 425 Hz, steady",
      reason: "the newer table is used",
    },
  ],
} as const satisfies CountryOverride;
