import { modulated, tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0, WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** South Africa. */
export const ZA = {
  code: "za",
  name: "South Africa",
  family: "etsi",
  tones: {
    source:
      "Asterisk indications.conf [za], E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: true,
    unverified: ["stutter-dial", "call-waiting"],
    table: {
      dial: tones.steady(modulated(400, 33)),
      "stutter-dial": tones.stutter(modulated(400, 33)),
      ringback: tones.cadenced(modulated(400, 33), [400, 200, 400, 2000]),
      busy: tones.cadenced([400], [500, 500]),
      reorder: tones.cadenced([400], [250, 250]),
      "call-waiting": tones.cadenced(modulated(400, 33), [250, 250, 250, 250, 250, 250, 250, 250]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [za] ringcadence; 25 Hz Microsemi",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [400, 200, 400, 2000],
  },
  flash: WIDE_FLASH,
  line: {
    source: "DAHDI fxo_modes [SOUTHAFRICA], Microsemi's line card profiles [ZA]",
    verified: true,
    impedance: "220+820||115nF",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata ZA",
    verified: true,
    numbers: ["112", "10111", "10177"],
  },
  conflicts: [
    {
      about: "call-waiting",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "three bursts of 250 ms, a fourth, then 7250 ms",
      reason: "Asterisk's table has no pause",
    },
    {
      about: "dial",
      source: "Asterisk indications.conf [za]",
      says: "a remark: 383 + 417 Hz on Alcatel exchanges (ringback, call waiting too)",
      reason: "the table uses the other exchanges' 400 Hz modulated with 33",
    },
  ],
} as const satisfies CountryOverride;
