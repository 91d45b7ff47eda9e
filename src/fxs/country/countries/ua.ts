import type { CountryOverride } from "../override.ts";

/** Ukraine. No source of its tones, bell or caller ID was found: they are the family's. */
export const UA = {
  code: "ua",
  name: "Ukraine",
  family: "etsi",
  emergency: {
    source: "libphonenumber ShortNumberMetadata UA",
    verified: true,
    numbers: ["101", "102", "103", "112"],
  },
} as const satisfies CountryOverride;
