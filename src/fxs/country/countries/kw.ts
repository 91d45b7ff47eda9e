import { callerIdScheme } from "../../caller-id/schemes.ts";
import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0, WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Kuwait. */
export const KW = {
  code: "kw",
  name: "Kuwait",
  family: "etsi",
  tones: {
    source: "E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: false,
    table: {
      dial: tones.steady([425]),
      "stutter-dial": tones.cadenced([425], [400, 40]),
      ringback: tones.cadenced([425], [1000, 4000]),
      busy: tones.cadenced([425], [500, 500]),
      reorder: tones.cadenced([425], [500, 500]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback",
    verified: false,
    cadenceMs: [1000, 4000],
  },
  flash: WIDE_FLASH,
  callerId: {
    source: "spandsp's adsi.h, DTMF variant 4; when and with which sign unverified",
    verified: false,
    ...callerIdScheme("dtmf-taiwan"),
  },
  line: {
    source: "DAHDI fxo_modes [KUWAIT]",
    verified: false,
    impedance: "600",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata KW",
    verified: true,
    numbers: ["112"],
  },
  conflicts: [
    {
      about: "ringback",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "400 Hz, 1000, 3000 ms in other exchanges",
      reason: "the first in the list is used",
    },
  ],
} as const satisfies CountryOverride;
