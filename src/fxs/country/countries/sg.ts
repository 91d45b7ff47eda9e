import { modulated, tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0, WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Singapore. */
export const SG = {
  code: "sg",
  name: "Singapore",
  family: "etsi",
  tones: {
    source: "Asterisk indications.conf [sg], E.180 Supplement 2 (spandsp's copy), Android",
    verified: true,
    unverified: ["stutter-dial"],
    table: {
      dial: tones.steady([425]),
      "stutter-dial": tones.phrase([
        [[425], 200],
        [[], 200],
        [[425], 600],
        [[], 200],
        [[425], 200],
        [[], 200],
        [[425], 600],
        [[], 200],
        [[425], 200],
        [[], 200],
        [[425], 600],
        [[], 200],
        [[425], 200],
        [[], 200],
        [[425], 600],
        [[], 200],
        [[425]],
      ]),
      ringback: tones.cadenced(modulated(425, 24, 1), [400, 200, 400, 2000]),
      busy: tones.cadenced([425], [750, 750]),
      reorder: tones.cadenced([425], [250, 250]),
      "call-waiting": tones.cadenced(modulated(425, 24, 1), [300, 200, 300, 3200]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [sg] ringcadence; 24 Hz Microsemi [SG]",
    verified: false,
    frequencyHz: 24,
    cadenceMs: [400, 200, 400, 2000],
  },
  flash: WIDE_FLASH,
  line: {
    source: "DAHDI fxo_modes [SINGAPORE], Microsemi's line card profiles (default)",
    verified: true,
    impedance: "600",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata SG",
    verified: true,
    numbers: ["993", "995", "999"],
  },
  conflicts: [
    {
      about: "call-waiting",
      source: "Asterisk indications.conf [sg]",
      says: "a depth of 90 % in modulated tones",
      reason: "a remark in it says that 100 % is specified: that is used",
    },
    {
      about: "ringback",
      source: "Asterisk indications.conf [sg]",
      says: "a depth of 90 % in modulated tones",
      reason: "a remark in it says that 100 % is specified: that is used",
    },
  ],
} as const satisfies CountryOverride;
