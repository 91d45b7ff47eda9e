import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0, WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Ecuador. */
export const EC = {
  code: "ec",
  name: "Ecuador",
  family: "etsi",
  tones: {
    source: "E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: false,
    table: {
      dial: tones.steady([425]),
      ringback: tones.cadenced([425], [1200, 4650]),
      busy: tones.cadenced([425], [333, 333]),
      reorder: tones.cadenced([425], [333, 333]),
      "call-waiting": tones.cadenced([425], [200, 600]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback; 25 Hz Microsemi",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [1200, 4650],
  },
  flash: WIDE_FLASH,
  line: {
    source: "DAHDI fxo_modes [ECUADOR], Microsemi's line card profiles (default)",
    verified: true,
    impedance: "600",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata EC",
    verified: true,
    numbers: ["101", "102", "112", "911"],
  },
} as const satisfies CountryOverride;
