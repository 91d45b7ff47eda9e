import { US_FAMILY } from "../families/us.ts";
import type { CountryOverride } from "../override.ts";

/** United States. */
export const US = {
  code: "us",
  name: "United States",
  family: "us",
  tones: US_FAMILY.tones,
  ringing: US_FAMILY.ringing,
  hook: US_FAMILY.hook,
  flash: US_FAMILY.flash,
  pulse: US_FAMILY.pulse,
  callerId: US_FAMILY.callerId,
  line: US_FAMILY.line,
  emergency: US_FAMILY.emergency,
} as const satisfies CountryOverride;
