import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0, WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Indonesia. */
export const ID = {
  code: "id",
  name: "Indonesia",
  family: "etsi",
  tones: {
    source:
      "Asterisk indications.conf [id], E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: true,
    unverified: ["stutter-dial", "call-waiting"],
    table: {
      dial: tones.steady([425]),
      ringback: tones.cadenced([425], [1000, 4000]),
      busy: tones.cadenced([425], [500, 500]),
      reorder: tones.cadenced([425], [250, 250]),
      "call-waiting": tones.cadenced([425], [150, 150, 150, 10_000]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [id] ringcadence; 25 Hz Microsemi",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [1000, 4000],
  },
  flash: WIDE_FLASH,
  line: {
    source: "DAHDI fxo_modes [INDONESIA], Microsemi's line card profiles (default)",
    verified: true,
    impedance: "600",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata ID",
    verified: true,
    numbers: ["110", "112", "113", "118", "119"],
  },
} as const satisfies CountryOverride;
