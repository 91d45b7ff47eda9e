import { NO_CALLER_ID } from "../../caller-id/scheme.ts";
import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Denmark. */
export const DK = {
  code: "dk",
  name: "Denmark",
  family: "etsi",
  tones: {
    source: "Asterisk indications.conf [dk]; level of the family",
    verified: false,
    table: {
      dial: tones.steady([425]),
      "stutter-dial": tones.cadenced([425], [450, 50]),
      ringback: tones.cadenced([425], [1000, 4000]),
      busy: tones.cadenced([425], [500, 500]),
      reorder: tones.cadenced([425], [200, 200]),
      "call-waiting": tones.once([425], [200, 600, 200, 3000, 200, 200, 200]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [dk] ringcadence",
    verified: false,
    cadenceMs: [1000, 4000],
  },
  callerId: {
    source: "not sent yet: DTMF before ringing (A…C and D…#) is to come",
    verified: false,
    ...NO_CALLER_ID,
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata DK",
    verified: true,
    numbers: ["112", "114"],
  },
} as const satisfies CountryOverride;
