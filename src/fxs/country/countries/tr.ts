import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Turkey. */
export const TR = {
  code: "tr",
  name: "Turkey",
  family: "etsi",
  tones: {
    source: "ITU-T list of national tones (Operational Bulletin 781); level of the family",
    verified: true,
    table: {
      dial: tones.steady([450]),
      "stutter-dial": tones.cadenced([450], [1000, 250]),
      ringback: tones.cadenced([450], [2000, 4000]),
      busy: tones.cadenced([450], [500, 500]),
      reorder: tones.cadenced([450], [200, 200, 200, 200, 200, 200, 600, 200]),
      "call-waiting": tones.cadenced([450], [200, 600, 200, 8000]),
    },
  },
  ringing: {
    source: "DAHDI zonedata [tr] ringcadence; 25 Hz Microsemi",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [2000, 4000],
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata TR",
    verified: true,
    numbers: ["110", "112", "155"],
  },
  conflicts: [
    {
      about: "impedance",
      source: "Microsemi's line card profiles (default)",
      says: "600 Ω for the exchange's side, 270 Ω + 750 Ω ∥ 150 nF for the telephone's",
      reason: "the European one is used",
    },
    {
      about: "call-waiting",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "350 + 450 Hz, 500, 500, 2500 ms",
      reason: "the newer list of Operational Bulletin 781 is used",
    },
    {
      about: "reorder",
      source: "DAHDI zonedata [tr]",
      says: "the three short bursts only once, then the long one over and over",
      reason: "the ITU's list has the four of them in a round",
    },
    {
      about: "stutter-dial",
      source: "DAHDI zonedata [tr]",
      says: "six bursts of 100 ms, then steady",
      reason: "the ITU's list has 1000, 250 ms as the special dial tone",
    },
    {
      about: "call-waiting",
      source: "DAHDI zonedata [tr]",
      says: "200, 600, 200, 800 ms",
      reason: "the ITU's list, and a modem maker's copy of it, have 8 s at the end",
    },
  ],
} as const satisfies CountryOverride;
