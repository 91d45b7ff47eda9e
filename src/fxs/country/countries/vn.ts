import { WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

/** Vietnam. No source of its tones, bell or caller ID was found: they are the family's. */
export const VN = {
  code: "vn",
  name: "Vietnam",
  family: "etsi",
  flash: WIDE_FLASH,
  emergency: {
    source: "libphonenumber ShortNumberMetadata VN",
    verified: true,
    numbers: ["113", "114", "115"],
  },
} as const satisfies CountryOverride;
