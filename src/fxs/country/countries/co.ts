import { WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

/** Colombia. No source of its tones, bell or caller ID was found: they are the family's. */
export const CO = {
  code: "co",
  name: "Colombia",
  family: "etsi",
  flash: WIDE_FLASH,
  line: {
    source: "DAHDI fxo_modes [COLUMBIA]",
    verified: false,
    impedance: "600",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata CO",
    verified: true,
    numbers: ["112", "119", "123", "132", "156"],
  },
} as const satisfies CountryOverride;
