import type { CountryOverride } from "../override.ts";

/** Armenia. No source of its tones, bell or caller ID was found: they are the family's. */
export const AM = {
  code: "am",
  name: "Armenia",
  family: "etsi",
  emergency: {
    source: "libphonenumber ShortNumberMetadata AM",
    verified: true,
    numbers: ["101", "102", "103"],
  },
} as const satisfies CountryOverride;
