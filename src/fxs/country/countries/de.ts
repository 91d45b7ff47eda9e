import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Germany. */
export const DE = {
  code: "de",
  name: "Germany",
  family: "etsi",
  tones: {
    source: "ITU-T list of national tones (Palmmicro's copy), Asterisk; level innovaphone",
    verified: true,
    table: {
      dial: tones.steady([425]),
      "stutter-dial": tones.steady([425, 400]),
      ringback: tones.cadenced([425], [1000, 4000]),
      busy: tones.cadenced([425], [480, 480]),
      reorder: tones.cadenced([425], [240, 240]),
      "call-waiting": tones.cadenced([425], [200, 200, 200, 5000]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [de] ringcadence, Mediatrix 4100 (Germany 1), Microsemi",
    verified: true,
    frequencyHz: 25,
    cadenceMs: [1000, 4000],
  },
  // 70–90 in private exchanges, 170–310 to the public one: both are taken
  flash: {
    source: "German Wikipedia on the R key: 70–90 and 170–310 ms; opened between",
    verified: false,
    minMs: 70,
    maxMs: 310,
  },
  line: {
    source: "DAHDI fxo_modes [GERMANY], Microsemi's line card profiles [DE]",
    verified: true,
    impedance: "220+820||115nF",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata DE",
    verified: true,
    numbers: ["110", "112"],
  },
  conflicts: [
    {
      about: "levels",
      source: "country tables of innovaphone",
      says: "−3 dBr from the telephone, −10 dBr to it",
      reason: "0 dB both ways: set toPhoneDb and fromPhoneDb where you want them",
    },
    {
      about: "call-waiting",
      source: "Asterisk indications.conf [de]",
      says: "five times, then silence",
      reason: "goes on here until it is answered",
    },
    {
      about: "flash",
      source: "German Wikipedia on the R key",
      says: "170 to 310 ms on public lines, 70 to 90 ms on private exchanges",
      reason: "both are taken",
    },
  ],
} as const satisfies CountryOverride;
