import { callerIdScheme } from "../../caller-id/schemes.ts";
import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Finland. */
export const FI = {
  code: "fi",
  name: "Finland",
  family: "etsi",
  tones: {
    source: "Asterisk indications.conf [fi]; level of the family",
    verified: false,
    table: {
      dial: tones.steady([425]),
      "stutter-dial": tones.cadenced([425], [650, 25]),
      ringback: tones.cadenced([425], [1000, 4000]),
      busy: tones.cadenced([425], [300, 300]),
      reorder: tones.cadenced([425], [200, 200]),
      "call-waiting": tones.cadenced([425], [150, 150, 150, 8000]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [fi] ringcadence",
    verified: false,
    cadenceMs: [1000, 4000],
  },
  flash: { source: "Zyxel IES-1248, appendix B (Finland)", verified: true, minMs: 90, maxMs: 500 },
  callerId: {
    source: "spandsp's adsi.h, DTMF variant 1; when and with which sign unverified",
    verified: false,
    ...callerIdScheme("dtmf-finland"),
  },
  emergency: { source: "libphonenumber ShortNumberMetadata FI", verified: true, numbers: ["112"] },
} as const satisfies CountryOverride;
