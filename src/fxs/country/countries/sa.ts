import { callerIdScheme } from "../../caller-id/schemes.ts";
import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0, WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Saudi Arabia. */
export const SA = {
  code: "sa",
  name: "Saudi Arabia",
  family: "etsi",
  tones: {
    source: "E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: false,
    table: {
      dial: tones.steady([425]),
      ringback: tones.cadenced([425], [1200, 4600]),
      busy: tones.cadenced([425], [500, 500]),
      "call-waiting": tones.cadenced([425], [200, 600, 200, 4000]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback",
    verified: false,
    cadenceMs: [1200, 4600],
  },
  flash: WIDE_FLASH,
  callerId: {
    source: "spandsp's adsi.h, DTMF variant 1; when and with which sign unverified",
    verified: false,
    ...callerIdScheme("dtmf-sweden"),
  },
  line: {
    source: "DAHDI fxo_modes [SAUDIARABIA]",
    verified: false,
    impedance: "600",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata SA; 998 a public list of them",
    verified: true,
    unverified: ["998"],
    numbers: ["112", "911", "997", "998", "999"],
  },
} as const satisfies CountryOverride;
