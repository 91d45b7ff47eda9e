import { cadenced, steady } from "../../tones/tone.ts";
import type { CountryOverride } from "../override.ts";

/** South Korea. */
export const KR = {
  code: "kr",
  name: "South Korea",
  family: "us",
  tones: {
    source: "E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: false,
    table: {
      dial: steady([350, 440], -13),
      ringback: cadenced([440, 480], -19, [1000, 2000]),
      busy: cadenced([480, 620], -24, [500, 500]),
      reorder: cadenced([480, 620], -24, [300, 200]),
      "call-waiting": cadenced([350, 440], -13, [250, 250, 250, 3250]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback; 20 Hz Microsemi [KR]",
    verified: false,
    frequencyHz: 20,
    cadenceMs: [1000, 2000],
  },
  line: {
    source: "DAHDI fxo_modes [SOUTHKOREA], Microsemi's line card profiles (default)",
    verified: true,
    impedance: "600",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata KR",
    verified: true,
    numbers: ["112", "119"],
  },
} as const satisfies CountryOverride;
