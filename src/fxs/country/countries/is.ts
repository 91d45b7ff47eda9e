import { callerIdScheme } from "../../caller-id/schemes.ts";
import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Iceland. */
export const IS = {
  code: "is",
  name: "Iceland",
  family: "etsi",
  tones: {
    source: "E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: false,
    table: {
      dial: tones.steady([425]),
      "stutter-dial": tones.cadenced([425], [400, 40]),
      ringback: tones.cadenced([425], [1200, 4700]),
      busy: tones.cadenced([425], [250, 250]),
      reorder: tones.cadenced([425], [250, 250]),
      "call-waiting": tones.cadenced([425], [200, 600, 200, 5000]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback; 25 Hz Microsemi",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [1200, 4700],
  },
  callerId: {
    source: "spandsp's adsi.h, DTMF variant 1; when and with which sign unverified",
    verified: false,
    ...callerIdScheme("dtmf-sweden"),
  },
  line: {
    source: "DAHDI fxo_modes [ICELAND], Microsemi's line card profiles [IS]",
    verified: true,
    impedance: "270+750||150nF",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata IS",
    verified: true,
    numbers: ["112"],
  },
} as const satisfies CountryOverride;
