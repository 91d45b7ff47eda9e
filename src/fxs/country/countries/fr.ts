import { callerIdScheme } from "../../caller-id/schemes.ts";
import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** France. */
export const FR = {
  code: "fr",
  name: "France",
  family: "etsi",
  tones: {
    source:
      "Asterisk indications.conf [fr], E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: true,
    unverified: ["stutter-dial", "reorder", "call-waiting"],
    table: {
      dial: tones.steady([440]),
      "stutter-dial": tones.stutter([440]),
      ringback: tones.cadenced([440], [1500, 3500]),
      busy: tones.cadenced([440], [500, 500]),
      reorder: tones.cadenced([440], [250, 250]),
      "call-waiting": tones.cadenced([440], [300, 10_000]),
    },
  },
  ringing: {
    source: "Microsemi [FR], jacques.reumont.free.fr (50 Hz); Asterisk [fr] ringcadence",
    verified: true,
    unverified: ["cadenceMs"],
    frequencyHz: 50,
    cadenceMs: [1500, 3500],
  },
  // unverified: 100 ms keys are in use too
  flash: {
    source: "common French window, 200 to 320 ms, opened downward",
    verified: false,
    minMs: 70,
    maxMs: 320,
  },
  callerId: {
    source: "pictures of a line of France Télécom's (goctruc.free.fr): a ring of 1/4 s, then data",
    verified: false,
    ...callerIdScheme("etsi-fsk-rp-as"),
  },
  line: {
    source: "DAHDI fxo_modes [FRANCE], Microsemi's line card profiles [FR]",
    verified: true,
    impedance: "270+750||150nF",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata FR",
    verified: true,
    numbers: ["15", "17", "18", "112"],
  },
  conflicts: [
    {
      about: "levels",
      source: "France Télécom, quoted by guichetdusavoir.org",
      says: "ringback of −8 dBm0 ± 0.5 at the exchange",
      reason: "−16 as in the family: what leaves an exchange so arrives quieter",
    },
    {
      about: "ring voltage",
      source: "jacques.reumont.free.fr",
      says: "80 V",
      reason: "60 V, as everywhere: what a card at the telephone's side can do, and enough",
    },
    {
      about: "ring cadence",
      source: "jacques.reumont.free.fr",
      says: "1500, 2500 ms",
      reason: "the rhythm of the ringback, which France Télécom's text has too",
    },
    {
      about: "dial",
      source: "DAHDI zonedata [fr], Asterisk",
      says: "a remark: 440 + 330 Hz as well",
      reason: "both tables use 440",
    },
  ],
} as const satisfies CountryOverride;
