import { CN_FAMILY } from "../families/cn.ts";
import type { CountryOverride } from "../override.ts";

/** China. */
export const CN = {
  code: "cn",
  name: "China",
  family: "cn",
  tones: CN_FAMILY.tones,
  ringing: CN_FAMILY.ringing,
  line: CN_FAMILY.line,
  emergency: CN_FAMILY.emergency,
} as const satisfies CountryOverride;
