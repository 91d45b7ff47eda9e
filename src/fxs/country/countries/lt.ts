import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Lithuania. */
export const LT = {
  code: "lt",
  name: "Lithuania",
  family: "etsi",
  tones: {
    source: "Asterisk indications.conf [lt]; level of the family",
    verified: false,
    table: {
      dial: tones.steady([425]),
      "stutter-dial": tones.stutter([425]),
      ringback: tones.cadenced([425], [1000, 4000]),
      busy: tones.cadenced([425], [350, 350]),
      reorder: tones.cadenced([425], [200, 200]),
      "call-waiting": tones.cadenced([425], [150, 150, 150, 4000]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [lt] ringcadence",
    verified: false,
    cadenceMs: [1000, 4000],
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata LT; shared: its PhoneNumberMetadata",
    verified: true,
    unverified: ["shared"],
    numbers: ["01", "02", "03", "011", "022", "033", "101", "102", "103", "112"],
    shared: ["03"],
  },
  conflicts: [
    {
      about: "ringback",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "800, 3200 ms, beside a busy tone of 400, 400",
      reason: "the newer table is used",
    },
  ],
} as const satisfies CountryOverride;
