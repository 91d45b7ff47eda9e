import { modulated, tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** South Africa. */
export const ZA = {
  code: "za",
  name: "South Africa",
  family: "etsi",
  tones: {
    source: "Asterisk indications.conf [za]; level of the family",
    verified: false,
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
    source: "Asterisk indications.conf [za] ringcadence",
    verified: false,
    cadenceMs: [400, 200, 400, 2000],
  },
  line: { source: "DAHDI fxo_modes [SOUTHAFRICA]", verified: false, impedance: "220+820||115nF" },
  emergency: {
    source: "libphonenumber ShortNumberMetadata ZA",
    verified: true,
    numbers: ["112", "10111", "10177"],
  },
  conflicts: [
    {
      about: "dial",
      source: "Asterisk indications.conf [za]",
      says: "a remark: 383 + 417 Hz on Alcatel exchanges (ringback, call waiting too)",
      reason: "the table uses the other exchanges' 400 Hz modulated with 33",
    },
  ],
} as const satisfies CountryOverride;
