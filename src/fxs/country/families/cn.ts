import { callerIdScheme } from "../../caller-id/schemes.ts";
import { type ToneTable, tonesAt } from "../../tones/tone.ts";
import type { CountryFamily } from "../profile.ts";
import { BELLCORE_CADENCES, COMMON_LEVELS, COMMON_RINGING } from "../profile.ts";
import { ETSI_FAMILY, ETSI_TONE_DBM0 } from "./etsi.ts";

// no Chinese level at hand: the German one
const tones = tonesAt(ETSI_TONE_DBM0);

/** Asterisk's `indications.conf.sample` [cn]. */
const TONES = {
  dial: tones.steady([450]),
  // [cn] stutter: two frequencies without a break
  "stutter-dial": tones.steady([450, 425]),
  ringback: tones.cadenced([450], [1000, 4000]),
  busy: tones.cadenced([450], [350, 350]),
  reorder: tones.cadenced([450], [700, 700]),
  // no Chinese source found: the four frequencies of the North American one
  howler: ETSI_FAMILY.tones.table.howler,
  "call-waiting": tones.cadenced([450], [400, 4000]),
  // no source found: three short bursts
  confirm: tones.once([450], [100, 100, 100, 100, 100, 100]),
} as const satisfies ToneTable;

/** The Chinese plan: one tone of 450 Hz, 25 Hz, Bell 202 caller ID. */
export const CN_FAMILY = {
  tones: {
    source:
      "Asterisk indications.conf [cn], E.180 Supplement 2 (spandsp's copy); level not Chinese",
    verified: true,
    unverified: ["stutter-dial", "howler", "confirm"],
    table: TONES,
  },
  ringing: {
    source: "Asterisk indications.conf [cn] ringcadence; 25 Hz Microsemi",
    verified: false,
    frequencyHz: 25,
    ...COMMON_RINGING,
    cadenceMs: [1000, 4000],
    distinctive: BELLCORE_CADENCES,
  },
  hook: ETSI_FAMILY.hook,
  // unverified: no Chinese window found
  flash: { source: "no source found: a wide window", verified: false, minMs: 80, maxMs: 700 },
  pulse: ETSI_FAMILY.pulse,
  dtmf: ETSI_FAMILY.dtmf,
  callerId: {
    source: "reported variants differ (FSK, DTMF): Bell 202 after the first ring taken",
    verified: false,
    ...callerIdScheme("bellcore"),
  },
  supervision: ETSI_FAMILY.supervision,
  line: {
    source:
      "Si3215 data sheet, register 10, Microsemi's line card profiles [CN]; no national levels",
    verified: true,
    unverified: ["toPhoneDb", "fromPhoneDb"],
    impedance: "200+680||100nF",
    ...COMMON_LEVELS,
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata CN",
    verified: true,
    numbers: ["110", "119", "120"],
    shared: [],
  },
} as const satisfies CountryFamily;
