import { modulated, tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Thailand. */
export const TH = {
  code: "th",
  name: "Thailand",
  family: "etsi",
  tones: {
    source: "Asterisk indications.conf [th]; ringback DAHDI zonedata [th]",
    verified: false,
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
    source: "Asterisk indications.conf [th] ringcadence",
    verified: false,
    cadenceMs: [1000, 4000],
  },
  line: { source: "DAHDI fxo_modes [THAILAND]", verified: false, impedance: "600" },
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
      reason: "DAHDI has 400 Hz, 1000, 4000, the rhythm of the bell in both",
    },
    {
      about: "call-waiting",
      source: "Asterisk indications.conf [th], DAHDI zonedata",
      says: "1000 Hz, then 10000 Hz, 400 ms each",
      reason: "10 kHz is no sound of a telephone line: the family's is used",
    },
  ],
} as const satisfies CountryOverride;
