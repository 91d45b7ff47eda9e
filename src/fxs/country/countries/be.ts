import { callerIdScheme } from "../../caller-id/schemes.ts";
import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Belgium. */
export const BE = {
  code: "be",
  name: "Belgium",
  family: "etsi",
  tones: {
    source:
      "Asterisk indications.conf [be], E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: true,
    unverified: ["stutter-dial", "call-waiting"],
    table: {
      dial: tones.steady([425]),
      "stutter-dial": tones.cadenced([425], [1000, 250]),
      ringback: tones.cadenced([425], [1000, 3000]),
      busy: tones.cadenced([425], [500, 500]),
      reorder: tones.cadenced([425], [167, 167]),
      "call-waiting": tones.cadenced([1400], [175, 175, 175, 3500]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [be] ringcadence; 25 Hz Microsemi",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [1000, 3000],
  },
  callerId: {
    source: "spandsp's adsi.h, DTMF variant 1; when and with which sign unverified",
    verified: false,
    ...callerIdScheme("dtmf-belgium"),
  },
  line: {
    source: "DAHDI fxo_modes [BELGIUM], Microsemi's line card profiles [BE]",
    verified: true,
    impedance: "270+750||150nF",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata BE",
    verified: true,
    numbers: ["100", "101", "112"],
  },
} as const satisfies CountryOverride;
