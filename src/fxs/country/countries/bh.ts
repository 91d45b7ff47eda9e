import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0, WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Bahrain. */
export const BH = {
  code: "bh",
  name: "Bahrain",
  family: "etsi",
  tones: {
    source: "E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: false,
    table: {
      dial: tones.steady([330, 440]),
      ringback: tones.cadenced([450], [400, 200, 400, 2000]),
      busy: tones.cadenced([400], [375, 375]),
      reorder: tones.cadenced([400], [400, 350, 225, 525]),
    },
  },
  ringing: {
    source: "the rhythm of its ringback",
    verified: false,
    cadenceMs: [400, 200, 400, 2000],
  },
  flash: WIDE_FLASH,
  line: {
    source: "DAHDI fxo_modes [BAHRAIN]",
    verified: false,
    impedance: "270+750||150nF",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata BH",
    verified: true,
    numbers: ["199", "999"],
  },
  conflicts: [
    {
      about: "ringback",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "440 or 450 Hz",
      reason: "450 is used",
    },
  ],
} as const satisfies CountryOverride;
