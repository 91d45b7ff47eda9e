import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Indonesia. */
export const ID = {
  code: "id",
  name: "Indonesia",
  family: "etsi",
  tones: {
    source: "Asterisk indications.conf [id]; level of the family",
    verified: false,
    table: {
      dial: tones.steady([425]),
      ringback: tones.cadenced([425], [1000, 4000]),
      busy: tones.cadenced([425], [500, 500]),
      reorder: tones.cadenced([425], [250, 250]),
      "call-waiting": tones.cadenced([425], [150, 150, 150, 10_000]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [id] ringcadence",
    verified: false,
    cadenceMs: [1000, 4000],
  },
  line: { source: "DAHDI fxo_modes [INDONESIA]", verified: false, impedance: "600" },
  emergency: {
    source: "libphonenumber ShortNumberMetadata ID",
    verified: true,
    numbers: ["110", "112", "113", "118", "119"],
  },
} as const satisfies CountryOverride;
