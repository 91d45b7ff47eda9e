import { callerIdScheme } from "../../caller-id/schemes.ts";
import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0, WIDE_FLASH } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Brazil. */
export const BR = {
  code: "br",
  name: "Brazil",
  family: "etsi",
  tones: {
    source:
      "Asterisk indications.conf [br], E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: true,
    unverified: ["stutter-dial", "reorder"],
    table: {
      dial: tones.steady([425]),
      "stutter-dial": tones.steady([350, 440]),
      ringback: tones.cadenced([425], [1000, 4000]),
      busy: tones.cadenced([425], [250, 250]),
      reorder: tones.cadenced([425], [250, 250, 750, 250]),
      "call-waiting": tones.cadenced([425], [50, 1000]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [br] ringcadence; 25 Hz Microsemi",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [1000, 4000],
  },
  flash: WIDE_FLASH,
  callerId: {
    source: "spandsp's adsi.h, DTMF variant 1, Mediatrix DGW (Telebras DTMF), helviojunior",
    verified: false,
    ...callerIdScheme("dtmf-brazil"),
  },
  line: { source: "DAHDI fxo_modes [BRAZIL]", verified: false, impedance: "600" },
  emergency: {
    source: "libphonenumber ShortNumberMetadata BR",
    verified: true,
    numbers: ["112", "128", "190", "192", "193", "911"],
  },
  conflicts: [
    {
      about: "caller ID",
      source: "a Brazilian notebook on Asterisk (helviojunior)",
      says: "DTMF before ringing at Net, Vivo and Oi; Bell 202 after the first ring elsewhere",
      reason: "DTMF is used; `bellcore` is the other",
    },
    {
      about: "impedance",
      source: "Microsemi's line card profiles [BR]",
      says: "900 Ω, since release 2.8",
      reason: "DAHDI has 600 Ω; no Brazilian paper at hand: set line.impedance where echo is heard",
    },
  ],
} as const satisfies CountryOverride;
