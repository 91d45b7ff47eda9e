import { callerIdScheme } from "../../caller-id/schemes.ts";
import { type ToneTable, tonesAt } from "../../tones/tone.ts";
import type { CountryFamily } from "../profile.ts";
import { BELLCORE_CADENCES, COMMON_LEVELS, COMMON_RINGING } from "../profile.ts";
import { ETSI_FAMILY, ETSI_TONE_DBM0 } from "./etsi.ts";

// no British level at hand: the German one
const tones = tonesAt(ETSI_TONE_DBM0);

/** Asterisk's `indications.conf.sample` [uk], which names BT's SIN 350. */
const TONES = {
  dial: tones.steady([350, 440]),
  // [uk] stutter: 0.75 s of both, 0.75 s of the upper
  "stutter-dial": tones.phrase(
    [
      [[350, 440], 750],
      [[440], 750],
    ],
    0,
  ),
  ringback: tones.cadenced([400, 450], [400, 200, 400, 2000]),
  busy: tones.cadenced([400], [375, 375]),
  // [uk] congestion
  reorder: tones.cadenced([400], [400, 350, 225, 525]),
  // no British source found: the four frequencies of the North American one
  howler: ETSI_FAMILY.tones.table.howler,
  "call-waiting": tones.cadenced([400], [100, 4000]),
  // no source found: three short bursts
  confirm: tones.once([350, 440], [100, 100, 100, 100, 100, 100]),
} as const satisfies ToneTable;

/** The British plan: double ring, 25 Hz, a very short flash (timed break recall). */
export const UK_FAMILY = {
  tones: {
    source:
      "ITU-T lists (Operational Bulletin 781; E.180 Supplement 2), Asterisk; level not British",
    verified: true,
    unverified: ["stutter-dial", "call-waiting", "howler", "confirm"],
    table: TONES,
  },
  ringing: {
    source: "Asterisk indications.conf [uk] ringcadence; 25 Hz Microsemi [GB]",
    verified: false,
    frequencyHz: 25,
    ...COMMON_RINGING,
    cadenceMs: [400, 200, 400, 2000],
    distinctive: BELLCORE_CADENCES,
  },
  hook: ETSI_FAMILY.hook,
  // unverified: timed break recall of about 90 ms
  flash: { source: "common British window", verified: false, minMs: 50, maxMs: 130 },
  pulse: ETSI_FAMILY.pulse,
  dtmf: ETSI_FAMILY.dtmf,
  callerId: {
    source:
      "BT SIN 227, from Zyxel's preset, Asterisk's chan_dahdi.conf, data sheets (MT88E43, W91030)",
    verified: true,
    unverified: ["message", "waiting", "lamp"],
    ...callerIdScheme("bt"),
  },
  supervision: ETSI_FAMILY.supervision,
  line: {
    source: "DAHDI fxo_modes [TBR21], which names the UK; no national levels",
    verified: false,
    impedance: "270+750||150nF",
    ...COMMON_LEVELS,
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata GB",
    verified: true,
    numbers: ["112", "999"],
    shared: [],
  },
} as const satisfies CountryFamily;
