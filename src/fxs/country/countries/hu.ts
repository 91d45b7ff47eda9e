import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Hungary. */
export const HU = {
  code: "hu",
  name: "Hungary",
  family: "etsi",
  tones: {
    source:
      "ITU-T list of national tones (Operational Bulletin 781), Asterisk; level of the family",
    verified: true,
    table: {
      dial: tones.steady([425]),
      "stutter-dial": tones.steady([350, 375, 400]),
      ringback: tones.cadenced([425], [1250, 3750]),
      busy: tones.cadenced([425], [300, 300]),
      reorder: tones.cadenced([425], [300, 300]),
      "call-waiting": tones.cadenced([425], [40, 1960]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [hu] ringcadence",
    verified: false,
    cadenceMs: [1250, 3750],
  },
  line: { source: "DAHDI fxo_modes [HUNGARY]", verified: false, impedance: "600" },
  emergency: {
    source: "libphonenumber ShortNumberMetadata HU",
    verified: true,
    numbers: ["104", "105", "107", "112"],
  },
} as const satisfies CountryOverride;
