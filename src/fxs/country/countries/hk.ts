import { callerIdScheme } from "../../caller-id/schemes.ts";
import { cadenced, steady } from "../../tones/tone.ts";
import type { CountryOverride } from "../override.ts";

/** Hong Kong. */
export const HK = {
  code: "hk",
  name: "Hong Kong",
  family: "us",
  tones: {
    source: "ITU-T lists (Operational Bulletin 781; E.180 Supplement 2); level of the family",
    verified: true,
    unverified: ["call-waiting"],
    table: {
      dial: steady([350, 440], -13),
      ringback: cadenced([440, 480], -19, [400, 200, 400, 3000]),
      busy: cadenced([480, 620], -24, [500, 500]),
      reorder: cadenced([480, 620], -24, [250, 250]),
      "call-waiting": cadenced([440], -13, [500, 500, 500, 500, 500, 8500]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback; 20 Hz Microsemi [HK]",
    verified: false,
    frequencyHz: 20,
    cadenceMs: [400, 200, 400, 3000],
  },
  callerId: {
    source: "spandsp's adsi.h: Bell 202 (CLASS) in Hong Kong",
    verified: false,
    ...callerIdScheme("bellcore"),
  },
  line: {
    source: "DAHDI fxo_modes [HONGKONG], Microsemi's line card profiles (default)",
    verified: true,
    impedance: "600",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata HK",
    verified: true,
    numbers: ["112", "992", "999"],
  },
} as const satisfies CountryOverride;
