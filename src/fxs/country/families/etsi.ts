import { callerIdScheme } from "../../caller-id/schemes.ts";
import { DTMF_LIMITS } from "../../dtmf/detector.ts";
import { cadenced, type ToneTable, tonesAt } from "../../tones/tone.ts";
import type { CountryFamily } from "../profile.ts";
import {
  BELLCORE_CADENCES,
  COMMON_HOOK,
  COMMON_LEVELS,
  COMMON_PULSE,
  COMMON_RINGING,
  COMMON_SUPERVISION,
} from "../profile.ts";

/**
 * Level of a tone where a country's own is not known, dBm0: the German one in the country tables
 * of innovaphone's adapters.
 */
export const ETSI_TONE_DBM0 = -16;

/**
 * The flash of a country outside Europe of which no window was found: European keys of 80 to 300 ms
 * and those of 400 to 900 ms that telephones for such markets have (Panasonic KX-TVS50 takes 100 to
 * 900) count, at the price that hanging up takes a second.
 */
export const WIDE_FLASH = {
  source: "no source found: a wide window",
  verified: false,
  minMs: 80,
  maxMs: 1000,
} as const;

const tones = tonesAt(ETSI_TONE_DBM0);

/** What most 425 Hz countries of Asterisk's sample have in common. */
const TONES = {
  dial: tones.steady([425]),
  "stutter-dial": tones.stutter([425]),
  ringback: tones.cadenced([425], [1000, 4000]),
  busy: tones.cadenced([425], [500, 500]),
  reorder: tones.cadenced([425], [250, 250]),
  // no European source found: the four frequencies of the North American one
  howler: cadenced([1400, 2060, 2450, 2600], -19, [100, 100]),
  "call-waiting": tones.cadenced([425], [200, 200, 200, 5000]),
  // no source found: three short bursts
  confirm: tones.once([425], [100, 100, 100, 100, 100, 100]),
} as const satisfies ToneTable;

/** The European plan: one tone of 425 Hz, 25 Hz, V.23 caller ID, a short flash. */
export const ETSI_FAMILY = {
  tones: {
    source: "the commonest of Asterisk's indications.conf; howler and confirm without a source",
    verified: false,
    table: TONES,
  },
  ringing: {
    source: "the commonest ringcadence of Asterisk's indications.conf; 25 Hz common in Europe",
    verified: false,
    frequencyHz: 25,
    ...COMMON_RINGING,
    cadenceMs: [1000, 4000],
    distinctive: BELLCORE_CADENCES,
  },
  hook: {
    source: "filters of public drivers; on-hook as Grandstream HT80x P833",
    verified: false,
    offHookMinMs: COMMON_HOOK.offHookMinMs,
    // P833 default 400
    onHookMinMs: 400,
  },
  // unverified: keys of 100 and of 270 ms are both in use
  flash: { source: "common European windows, all", verified: false, minMs: 70, maxMs: 320 },
  pulse: {
    source: "DAHDI kernel.h; Zyxel IES-1248 (47–80 % break, 250 ms)",
    verified: false,
    ...COMMON_PULSE,
  },
  dtmf: {
    source:
      "BT SIN 351 (±1.5 %, 40 ms on and off); a Danish description of receivers (8 dB, −28 dBm)",
    verified: false,
    ...DTMF_LIMITS,
    // levels down to −28 dBm are to be taken, below −36 none
    minLevelDbm0: -30,
  },
  callerId: {
    source: "the way of ETSI EN 300 659-1, during ringing: spandsp's adsi.h, Lantiq's timing",
    verified: false,
    ...callerIdScheme("etsi-fsk"),
  },
  supervision: {
    source: "voxilla, Panasonic: open loop 250–900 ms; Yeastar: 12 kHz",
    verified: false,
    ...COMMON_SUPERVISION,
  },
  line: {
    source: "DAHDI fxo_modes [TBR21]; no national levels",
    verified: false,
    impedance: "270+750||150nF",
    ...COMMON_LEVELS,
  },
  emergency: { source: "the European number", verified: false, numbers: ["112"], shared: [] },
} as const satisfies CountryFamily;
