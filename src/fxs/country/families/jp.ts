import { callerIdScheme } from "../../caller-id/schemes.ts";
import { modulated, type ToneTable, tonesAt } from "../../tones/tone.ts";
import type { CountryFamily } from "../profile.ts";
import { BELLCORE_CADENCES, COMMON_LEVELS, COMMON_RINGING } from "../profile.ts";
import { ETSI_FAMILY, ETSI_TONE_DBM0 } from "./etsi.ts";

// no Japanese level at hand: the German one
const tones = tonesAt(ETSI_TONE_DBM0);

/** Asterisk's `indications.conf.sample` [jp], but for the modulation (see the country's file). */
const TONES = {
  dial: tones.steady([400]),
  "stutter-dial": tones.stutter([400]),
  ringback: tones.cadenced(modulated(400, 16), [1000, 2000]),
  busy: tones.cadenced([400], [500, 500]),
  reorder: tones.cadenced([400], [500, 500]),
  // no Japanese source found: the four frequencies of the North American one
  howler: ETSI_FAMILY.tones.table.howler,
  "call-waiting": tones.cadenced(modulated(400, 16), [500, 8000]),
  // no source found: three short bursts
  confirm: tones.once([400], [100, 100, 100, 100, 100, 100]),
} as const satisfies ToneTable;

/** The Japanese plan: 400 Hz, a bell of 16 Hz. */
export const JP_FAMILY = {
  tones: {
    source:
      "Asterisk indications.conf [jp], E.180 Supplement 2 (spandsp's copy); level not Japanese",
    verified: true,
    unverified: ["stutter-dial", "call-waiting", "howler", "confirm"],
    table: TONES,
  },
  ringing: {
    source: "Asterisk indications.conf [jp] ringcadence, how.jp (1 s, 2 s); 16 Hz Microsemi [JP]",
    verified: true,
    unverified: ["frequencyHz", "shape", "voltsRms", "distinctive"],
    frequencyHz: 16,
    ...COMMON_RINGING,
    cadenceMs: [1000, 2000],
    distinctive: BELLCORE_CADENCES,
  },
  hook: ETSI_FAMILY.hook,
  // unverified: no Japanese window found
  flash: { source: "no source found: a wide window", verified: false, minMs: 80, maxMs: 700 },
  pulse: ETSI_FAMILY.pulse,
  // Japanese exchanges are said to take 1.8 % and 5 dB either way: no text at hand
  dtmf: { ...ETSI_FAMILY.dtmf, offsetMaxPercent: 2.4 },
  callerId: {
    source: "the way of NTT: spandsp's adsi.c, Lantiq's TAPI driver, how.jp, kotei-denwa.com (6 s)",
    verified: true,
    unverified: ["message"],
    ...callerIdScheme("ntt"),
  },
  supervision: ETSI_FAMILY.supervision,
  line: {
    source:
      "Si3215 data sheet, register 10, Microsemi's line card profiles [JP]; no national levels",
    verified: true,
    unverified: ["toPhoneDb", "fromPhoneDb"],
    impedance: "600+1uF",
    ...COMMON_LEVELS,
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata JP",
    verified: true,
    numbers: ["110", "119"],
    shared: [],
  },
} as const satisfies CountryFamily;
