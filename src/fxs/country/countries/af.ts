import type { CountryOverride } from "../override.ts";

/** Afghanistan. No source of its tones, bell or caller ID was found: they are the family's. */
export const AF = {
  code: "af",
  name: "Afghanistan",
  family: "etsi",
  emergency: {
    source: "libphonenumber ShortNumberMetadata AF",
    verified: true,
    numbers: ["100", "102", "119"],
  },
} as const satisfies CountryOverride;
