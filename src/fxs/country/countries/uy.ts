import { callerIdScheme } from "../../caller-id/schemes.ts";
import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0, WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Uruguay. */
export const UY = {
  code: "uy",
  name: "Uruguay",
  family: "etsi",
  tones: {
    source: "E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: false,
    table: {
      dial: tones.steady([425]),
      ringback: tones.cadenced([425], [1000, 4000]),
      busy: tones.cadenced([425], [500, 500]),
      reorder: tones.cadenced([425], [250, 250]),
      "call-waiting": tones.cadenced([425], [200, 200, 200, 4400]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback",
    verified: false,
    cadenceMs: [1000, 4000],
  },
  flash: WIDE_FLASH,
  callerId: {
    source: "spandsp's adsi.h, DTMF variant 1; when and with which sign unverified",
    verified: false,
    ...callerIdScheme("dtmf-brazil"),
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata UY",
    verified: true,
    numbers: ["128", "911"],
  },
  conflicts: [
    {
      about: "dial",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "450 Hz, 700, 800, 200, 300 ms in other exchanges",
      reason: "the first in the list is used",
    },
  ],
} as const satisfies CountryOverride;
