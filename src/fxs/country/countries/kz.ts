import type { CountryOverride } from "../override.ts";

/** Kazakhstan. No source of its tones, bell or caller ID was found: they are the family's. */
export const KZ = {
  code: "kz",
  name: "Kazakhstan",
  family: "etsi",
  line: {
    source: "DAHDI fxo_modes [KAZAKHSTAN]",
    verified: false,
    impedance: "600",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata KZ",
    verified: true,
    numbers: ["101", "102", "103", "112"],
  },
} as const satisfies CountryOverride;
