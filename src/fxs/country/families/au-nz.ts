import { callerIdScheme } from "../../caller-id/schemes.ts";
import { type ToneTable, tonesAt } from "../../tones/tone.ts";
import type { CountryFamily } from "../profile.ts";
import { BELLCORE_CADENCES, COMMON_LEVELS, COMMON_RINGING } from "../profile.ts";
import { ETSI_FAMILY, ETSI_TONE_DBM0 } from "./etsi.ts";

// no Australian level at hand: the German one
const tones = tonesAt(ETSI_TONE_DBM0);

/** Asterisk's `indications.conf.sample` [au]. */
const TONES = {
  dial: tones.steady([413, 438]),
  "stutter-dial": tones.cadenced([413, 438], [100, 40]),
  ringback: tones.cadenced([413, 438], [400, 200, 400, 2000]),
  busy: tones.cadenced([425], [375, 375]),
  // [au] congestion: two frequencies in turn; every other burst ought to be 10 dB lower
  reorder: tones.phrase(
    [
      [[425], 375],
      [[], 375],
      [[420], 375],
      [[], 375],
    ],
    0,
  ),
  // no Australian source found: the four frequencies of the North American one
  howler: ETSI_FAMILY.tones.table.howler,
  "call-waiting": tones.cadenced([425], [200, 200, 200, 4400]),
  // no source found: three short bursts
  confirm: tones.once([425], [100, 100, 100, 100, 100, 100]),
} as const satisfies ToneTable;

/** Australia and New Zealand: double ring, 25 Hz, Bell 202 caller ID after the first ring. */
export const AU_NZ_FAMILY = {
  tones: {
    source: "Asterisk indications.conf [au], which names ACIF S002, Android; level not Australian",
    verified: true,
    unverified: ["dial", "stutter-dial", "ringback", "reorder", "howler", "confirm"],
    table: TONES,
  },
  ringing: {
    source: "Asterisk indications.conf [au] and [nz] ringcadence; 25 Hz Microsemi [AU]",
    verified: false,
    frequencyHz: 25,
    ...COMMON_RINGING,
    cadenceMs: [400, 200, 400, 2000],
    distinctive: BELLCORE_CADENCES,
  },
  hook: ETSI_FAMILY.hook,
  // unverified: keys of about 100 ms
  flash: { source: "common Australian window", verified: false, minMs: 60, maxMs: 140 },
  pulse: ETSI_FAMILY.pulse,
  // Australian receivers are said to take 10 dB of twist: no text at hand
  dtmf: { ...ETSI_FAMILY.dtmf, twistMaxDb: 10, reverseTwistMaxDb: 11 },
  callerId: {
    source: "common knowledge: Bell 202 after the first burst; not checked against a text",
    verified: false,
    ...callerIdScheme("bellcore"),
  },
  supervision: ETSI_FAMILY.supervision,
  line: {
    source:
      "Si3215 data sheet, register 10, Microsemi's line card profiles [AU]; no national levels",
    verified: true,
    unverified: ["toPhoneDb", "fromPhoneDb"],
    impedance: "220+820||120nF",
    ...COMMON_LEVELS,
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata AU",
    verified: true,
    numbers: ["000", "106", "112"],
    shared: [],
  },
} as const satisfies CountryFamily;
