import { UK_FAMILY } from "../families/uk.ts";
import type { CountryOverride } from "../override.ts";

/** United Kingdom. */
export const UK = {
  code: "uk",
  name: "United Kingdom",
  family: "uk",
  tones: UK_FAMILY.tones,
  ringing: UK_FAMILY.ringing,
  callerId: UK_FAMILY.callerId,
  emergency: UK_FAMILY.emergency,
  conflicts: [
    {
      about: "impedance",
      source: "DAHDI fxo_modes [UK]",
      says: "320 Ω + 1050 Ω ∥ 230 nF",
      reason: "line cards have no such preset: the European one",
    },
    {
      about: "call-waiting",
      source: "Asterisk indications.conf [uk]",
      says: "a remark: BT rather uses 400 Hz, 250 ms three times, 5 s of silence",
      reason: "the standard tone of the same table is used",
    },
  ],
} as const satisfies CountryOverride;
