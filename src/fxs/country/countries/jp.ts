import { JP_FAMILY } from "../families/jp.ts";
import type { CountryOverride } from "../override.ts";

/** Japan. */
export const JP = {
  code: "jp",
  name: "Japan",
  family: "jp",
  tones: JP_FAMILY.tones,
  ringing: JP_FAMILY.ringing,
  callerId: JP_FAMILY.callerId,
  line: JP_FAMILY.line,
  emergency: JP_FAMILY.emergency,
  conflicts: [
    {
      about: "call-waiting",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "384 + 416 Hz, 500 ms, then 50, 450, 50, 3450 ms of 400 Hz",
      reason: "the simpler tone of Asterisk's is used",
    },
    {
      about: "impedance",
      source: "DAHDI fxo_modes [JAPAN]",
      says: "600 Ω",
      reason: "the data sheet has a preset of its own for Japan",
    },
    {
      about: "ringback",
      source: "Asterisk indications.conf [jp], DAHDI zonedata",
      says: "400 + 15 Hz",
      reason: "15 Hz does not pass a line: taken as 400 Hz modulated with 16",
    },
    {
      about: "call-waiting",
      source: "Asterisk indications.conf [jp], DAHDI zonedata",
      says: "400 + 16 Hz",
      reason: "taken as 400 Hz modulated with 16",
    },
  ],
} as const satisfies CountryOverride;
