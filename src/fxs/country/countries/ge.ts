import type { CountryOverride } from "../override.ts";

/** Georgia. No source of its tones, bell or caller ID was found: they are the family's. */
export const GE = {
  code: "ge",
  name: "Georgia",
  family: "etsi",
  emergency: {
    source: "libphonenumber ShortNumberMetadata GE",
    verified: true,
    numbers: ["011", "022", "033", "111", "112", "113", "122"],
  },
} as const satisfies CountryOverride;
