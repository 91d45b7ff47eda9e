import { callerIdScheme } from "../../caller-id/schemes.ts";
import { DTMF_LIMITS } from "../../dtmf/detector.ts";
import { cadenced, once, steady, stutter, type ToneTable } from "../../tones/tone.ts";
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
 * Tones of the United States, the "precise tone plan".
 *
 * Sources: frequencies and cadences, Asterisk's `indications.conf.sample` [us] (after ITU-T E.180
 * Supplement 2); levels, the defaults of Grandstream HT80x (P4000–P4005).
 */
const TONES = {
  // P4000: 350@-13,440@-13
  dial: steady([350, 440], -13),
  // [us] stutter: six bursts of 100 ms, then steady; level as dial tone
  "stutter-dial": stutter([350, 440], -13),
  // P4001: 440@-19,480@-19 c=2000/4000
  ringback: cadenced([440, 480], -19, [2000, 4000]),
  // P4002: 480@-24,620@-24 c=500/500
  busy: cadenced([480, 620], -24, [500, 500]),
  // P4003: as busy, c=250/250
  reorder: cadenced([480, 620], -24, [250, 250]),
  // receiver off hook: four frequencies at -19 dBm each, 0.1 s on and off (GR-506 style)
  howler: cadenced([1400, 2060, 2450, 2600], -19, [100, 100]),
  // [us] callwaiting: 440/300 each 10 s; level P4005: 440@-13
  "call-waiting": cadenced([440], -13, [300, 10_000]),
  // P4004: 350@-11,440@-11 c=100/100 three times
  confirm: once([350, 440], -11, [100, 100, 100, 100, 100, 100]),
} as const satisfies ToneTable;

/** North America: two-frequency tones, 20 Hz, Bell 202 caller ID, a long flash. */
export const US_FAMILY = {
  tones: {
    source: "precise tone plan: Asterisk indications.conf [us], Grandstream HT80x defaults",
    verified: true,
    table: TONES,
  },
  ringing: {
    source: "Grandstream HT80x P4429 and P4040; Cisco SPA Bellcore-r1 to r8",
    verified: true,
    unverified: ["shape", "voltsRms"],
    // P4429 default
    frequencyHz: 20,
    // P4040 c=2000/4000; Asterisk [us] ringcadence
    ...COMMON_RINGING,
    cadenceMs: [2000, 4000],
    distinctive: BELLCORE_CADENCES,
  },
  hook: {
    source: "filters of public drivers; on-hook follows the flash window",
    verified: false,
    offHookMinMs: COMMON_HOOK.offHookMinMs,
    // 450 to 1300 ms are taken as disconnect; the flash window's end decides here
    onHookMinMs: 1000,
  },
  // unverified: 300–1000 is the usual US window (Grandstream HT80x: 300–1100)
  flash: { source: "common US window", verified: false, minMs: 300, maxMs: 1000 },
  pulse: {
    source: "NEC NEAX2000 (9–22 pps, 55–77 % break, 256 ms); DAHDI kernel.h",
    verified: false,
    ...COMMON_PULSE,
  },
  dtmf: {
    source: "NEC NEAX2000, Bellcore: 0 to −25 dBm, twist +4 and −8 dB, ±1.5 %",
    verified: false,
    ...DTMF_LIMITS,
  },
  callerId: {
    source: "GR-30-CORE, from spandsp's adsi.h, Panasonic's service manual (KX-TG4763B), minimodem",
    verified: true,
    unverified: ["waiting", "lamp"],
    ...callerIdScheme("bellcore"),
  },
  supervision: {
    source: "voxilla, Panasonic: open loop 250–900 ms; Yeastar: 12 kHz",
    verified: false,
    ...COMMON_SUPERVISION,
  },
  line: {
    source: "DAHDI fxo_modes [FCC], Microsemi's line card profiles (default); no national levels",
    verified: true,
    unverified: ["toPhoneDb", "fromPhoneDb"],
    impedance: "600",
    ...COMMON_LEVELS,
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata US",
    verified: true,
    numbers: ["112", "911"],
    shared: [],
  },
} as const satisfies CountryFamily;
