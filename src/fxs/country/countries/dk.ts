import { callerIdScheme } from "../../caller-id/schemes.ts";
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
    source:
      "Asterisk indications.conf [dk], E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: true,
    unverified: ["stutter-dial", "busy", "reorder", "call-waiting"],
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
    source: "Asterisk indications.conf [dk] ringcadence; 25 Hz Microsemi",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [1000, 4000],
  },
  callerId: {
    source: "a public description of the Danish scheme (A…#, D1–D3), spandsp's adsi.h, variant 2",
    verified: true,
    unverified: ["transport", "signal"],
    ...callerIdScheme("dtmf-denmark"),
  },
  line: {
    source: "DAHDI fxo_modes [DENMARK], Microsemi's line card profiles [DK]",
    verified: true,
    impedance: "270+750||150nF",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata DK",
    verified: true,
    numbers: ["112", "114"],
  },
  conflicts: [
    {
      about: "busy",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "250, 250 ms, reorder too",
      reason: "Asterisk's names the ITU-T's newer list of 2003: that is used",
    },
    {
      about: "caller ID",
      source: "spandsp's adsi.h",
      says: "gives A…C for Denmark as well as A…# and …#",
      reason: "A…# is used; dtmf-sweden and dtmf-netherlands-old are the others",
    },
  ],
} as const satisfies CountryOverride;
