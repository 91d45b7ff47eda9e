import type { CountryOverride } from "../override.ts";

/** Azerbaijan. No source of its tones, bell or caller ID was found: they are the family's. */
export const AZ = {
  code: "az",
  name: "Azerbaijan",
  family: "etsi",
  emergency: {
    source: "libphonenumber ShortNumberMetadata AZ",
    verified: true,
    numbers: ["101", "102", "103", "112"],
  },
} as const satisfies CountryOverride;
