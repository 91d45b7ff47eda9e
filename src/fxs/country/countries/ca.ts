import { callerIdScheme } from "../../caller-id/schemes.ts";
import { cadenced, steady } from "../../tones/tone.ts";
import type { CountryOverride } from "../override.ts";

/** Canada. */
export const CA = {
  code: "ca",
  name: "Canada",
  family: "us",
  tones: {
    source: "E.180 Supplement 2 (spandsp's copy), Grandstream HT80x; level of the family",
    verified: true,
    table: {
      dial: steady([350, 440], -13),
      ringback: cadenced([440, 480], -19, [2000, 4000]),
      busy: cadenced([480, 620], -24, [500, 500]),
      reorder: cadenced([480, 620], -24, [250, 250]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback, Grandstream HT80x P4040; 20 Hz Microsemi [CA]",
    verified: false,
    frequencyHz: 20,
    cadenceMs: [2000, 4000],
  },
  callerId: {
    source: "spandsp's adsi.h: Bell 202 (CLASS) in North America",
    verified: false,
    ...callerIdScheme("bellcore"),
  },
  line: {
    source: "DAHDI fxo_modes [CANADA], Microsemi's line card profiles (default)",
    verified: true,
    impedance: "600",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata CA",
    verified: true,
    numbers: ["112", "911"],
  },
} as const satisfies CountryOverride;
