import type { CountryOverride } from "../override.ts";

/** Uzbekistan. No source of its tones, bell or caller ID was found: they are the family's. */
export const UZ = {
  code: "uz",
  name: "Uzbekistan",
  family: "etsi",
  emergency: {
    source: "libphonenumber ShortNumberMetadata UZ",
    verified: true,
    numbers: ["01", "02", "03", "001", "002", "003", "050"],
  },
} as const satisfies CountryOverride;
