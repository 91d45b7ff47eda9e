import { WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

/** Peru. No source of its tones, bell or caller ID was found: they are the family's. */
export const PE = {
  code: "pe",
  name: "Peru",
  family: "etsi",
  flash: WIDE_FLASH,
  line: {
    source: "DAHDI fxo_modes [PERU]",
    verified: false,
    impedance: "600",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata PE",
    verified: true,
    numbers: ["105", "116", "117"],
  },
} as const satisfies CountryOverride;
