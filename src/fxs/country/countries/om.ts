import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0, WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Oman. */
export const OM = {
  code: "om",
  name: "Oman",
  family: "etsi",
  tones: {
    source: "E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: false,
    table: {
      dial: tones.steady([425]),
      ringback: tones.cadenced([425], [400, 200, 400, 2000]),
      busy: tones.cadenced([425], [500, 500]),
      reorder: tones.cadenced([425], [500, 500]),
      "call-waiting": tones.cadenced([425], [300, 1000]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback",
    verified: false,
    cadenceMs: [400, 200, 400, 2000],
  },
  flash: WIDE_FLASH,
  line: {
    source: "DAHDI fxo_modes [OMAN]",
    verified: false,
    impedance: "600",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata OM; shared: its PhoneNumberMetadata",
    verified: true,
    unverified: ["shared"],
    numbers: ["1444", "9999"],
    shared: ["9999"],
  },
} as const satisfies CountryOverride;
