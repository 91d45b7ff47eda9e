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
    source: "a public description of the Danish scheme (A…#, D1–D3); spandsp's adsi.h, variant 2",
    verified: false,
    ...callerIdScheme("dtmf-denmark"),
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata DK",
    verified: true,
    numbers: ["112", "114"],
  },
  conflicts: [
    {
      about: "caller ID",
      source: "spandsp's adsi.h",
      says: "gives A…C for Denmark as well as A…# and …#",
      reason: "A…# is used; dtmf-sweden and dtmf-netherlands-old are the others",
    },
  ],
} as const satisfies CountryOverride;
