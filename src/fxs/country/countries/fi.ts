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
    source:
      "Asterisk indications.conf [fi], E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: true,
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
    source: "Asterisk indications.conf [fi] ringcadence, Zyxel IES-1248 (Finland)",
    verified: true,
    unverified: ["frequencyHz"],
    frequencyHz: 25,
    cadenceMs: [1000, 4000],
  },
  flash: { source: "Zyxel IES-1248, appendix B (Finland)", verified: false, minMs: 90, maxMs: 500 },
  callerId: {
    source: "spandsp's adsi.h, DTMF variant 1; when and with which sign unverified",
    verified: false,
    ...callerIdScheme("dtmf-finland"),
  },
  line: {
    source: "DAHDI fxo_modes [FINLAND], Zyxel IES-1248 (Finland)",
    verified: true,
    impedance: "270+750||150nF",
  },
  emergency: { source: "libphonenumber ShortNumberMetadata FI", verified: true, numbers: ["112"] },
  conflicts: [
    {
      about: "impedance",
      source: "Microsemi's line card profiles [FI]",
      says: "270 Ω + 910 Ω ∥ 120 nF",
      reason: "DAHDI and Zyxel agree on the other; line cards have no such preset",
    },
    {
      about: "ring frequency",
      source: "Microsemi's line card profiles [FI]",
      says: "50 Hz",
      reason: "Zyxel's Finnish preset has 25 Hz",
    },
  ],
} as const satisfies CountryOverride;
