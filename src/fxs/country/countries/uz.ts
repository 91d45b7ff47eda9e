import type { CountryOverride } from "../override.ts";

/** Uzbekistan. No source of its tones, bell or caller ID was found: they are the family's. */
export const UZ = {
  code: "uz",
  name: "Uzbekistan",
  family: "etsi",
  emergency: {
    source: "libphonenumber ShortNumberMetadata UZ; 101, 102, 103, 112 a public list of them",
    verified: true,
    unverified: ["101", "102", "103", "112"],
    numbers: ["01", "02", "03", "001", "002", "003", "050", "101", "102", "103", "112"],
  },
} as const satisfies CountryOverride;
