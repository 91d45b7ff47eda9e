import { modulated, tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0, WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Thailand. */
export const TH = {
  code: "th",
  name: "Thailand",
  family: "etsi",
  tones: {
    source: "Asterisk indications.conf [th], E.180 Supplement 2 (spandsp's copy); ringback DAHDI",
    verified: true,
    unverified: ["stutter-dial", "reorder"],
    table: {
      dial: tones.steady(modulated(400, 50)),
      "stutter-dial": tones.phrase([
        [[400], 200],
        [[], 200],
        [[400], 600],
        [[], 200],
        [[400], 200],
        [[], 200],
        [[400], 600],
        [[], 200],
        [[400], 200],
        [[], 200],
        [[400], 600],
        [[], 200],
        [[400], 200],
        [[], 200],
        [[400], 600],
        [[], 200],
        [[400]],
      ]),
      ringback: tones.cadenced([400], [1000, 4000]),
      busy: tones.cadenced([400], [500, 500]),
      reorder: tones.cadenced([400], [300, 300]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [th] ringcadence; 25 Hz Microsemi",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [1000, 4000],
  },
  flash: WIDE_FLASH,
  line: {
    source: "DAHDI fxo_modes [THAILAND], Microsemi's line card profiles (default)",
    verified: true,
    impedance: "600",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata TH",
    verified: true,
    numbers: ["191", "199", "1669"],
  },
  conflicts: [
    {
      about: "ringback",
      source: "Asterisk indications.conf [th]",
      says: "420 Hz, 1000, 5000 ms",
      reason: "DAHDI and E.180 Supplement 2 (spandsp's copy) have 400 Hz, 1000, 4000, as the bell",
    },
    {
      about: "call-waiting",
      source: "Asterisk indications.conf [th], DAHDI zonedata",
      says: "1000 Hz, then 10000 Hz, 400 ms each",
      reason: "10 kHz is no sound of a telephone line: the family's is used",
    },
  ],
} as const satisfies CountryOverride;
