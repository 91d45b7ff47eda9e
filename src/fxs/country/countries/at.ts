import { tonesAt } from "../../tones/tone.ts";
import type { CountryOverride } from "../override.ts";

// innovaphone, country tables
const tones = tonesAt(-20);

/** Austria. */
export const AT = {
  code: "at",
  name: "Austria",
  family: "etsi",
  tones: {
    source:
      "Asterisk indications.conf [at], E.180 Supplement 2 (spandsp's copy); level innovaphone",
    verified: true,
    table: {
      dial: tones.steady([420]),
      "stutter-dial": tones.steady([380, 420]),
      ringback: tones.cadenced([420], [1000, 5000]),
      busy: tones.cadenced([420], [400, 400]),
      reorder: tones.cadenced([420], [200, 200]),
      "call-waiting": tones.cadenced([420], [40, 1960]),
    },
  },
  ringing: {
    source:
      "Asterisk indications.conf [at] ringcadence, Mediatrix 4100 (Austria 1), Microsemi [AT]",
    verified: true,
    frequencyHz: 50,
    cadenceMs: [1000, 5000],
  },
  line: {
    source: "DAHDI fxo_modes [AUSTRIA], Microsemi's line card profiles [AT]",
    verified: true,
    impedance: "220+820||115nF",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata AT",
    verified: true,
    numbers: ["112", "122", "133", "144"],
  },
  conflicts: [
    {
      about: "impedance",
      source: "Mediatrix 4100 (Austria 1)",
      says: "270 Ω + 750 Ω ∥ 150 nF",
      reason: "DAHDI and Microsemi agree on the other",
    },
    {
      about: "levels",
      source: "country tables of innovaphone",
      says: "−3 dBr from the telephone, −10 dBr to it",
      reason: "0 dB both ways: set toPhoneDb and fromPhoneDb where you want them",
    },
    {
      about: "dial",
      source: "innovaphone, country tables",
      says: "450 Hz",
      reason: "Asterisk and DAHDI have 420 Hz",
    },
  ],
} as const satisfies CountryOverride;
