import { WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

/** Afghanistan. No source of its tones, bell or caller ID was found: they are the family's. */
export const AF = {
  code: "af",
  name: "Afghanistan",
  family: "etsi",
  flash: WIDE_FLASH,
  emergency: {
    source: "libphonenumber ShortNumberMetadata AF; 112 a public list of them",
    verified: true,
    unverified: ["112"],
    numbers: ["100", "102", "112", "119"],
  },
} as const satisfies CountryOverride;
