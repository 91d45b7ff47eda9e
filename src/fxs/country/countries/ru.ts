import { callerIdScheme } from "../../caller-id/schemes.ts";
import { tonesAt } from "../../tones/tone.ts";
import type { CountryOverride } from "../override.ts";

// innovaphone, country tables
const tones = tonesAt(-10);

/** Russia. */
export const RU = {
  code: "ru",
  name: "Russia",
  family: "etsi",
  tones: {
    source: "Asterisk indications.conf [ru]; level innovaphone",
    verified: false,
    table: {
      dial: tones.steady([425]),
      "stutter-dial": tones.stutter([425]),
      ringback: tones.cadenced([425], [1000, 4000]),
      busy: tones.cadenced([425], [350, 350]),
      reorder: tones.cadenced([425], [175, 175]),
      "call-waiting": tones.cadenced([425], [200, 5000]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [ru] ringcadence; 25 Hz Microsemi",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [1000, 4000],
  },
  callerId: {
    source: "MGTS, the operator of Moscow: FSK (CLIP)",
    verified: false,
    ...callerIdScheme("etsi-fsk"),
  },
  line: {
    source: "DAHDI fxo_modes [RUSSIA], Mediatrix 4100 (Russia)",
    verified: true,
    impedance: "600",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata RU",
    verified: true,
    numbers: ["01", "02", "03", "101", "102", "103", "112"],
  },
  conflicts: [
    {
      about: "caller ID",
      source: "a Russian overview (alivahotel.ru)",
      says: "DTMF too, 70 ms before the first ring or after each, and the Soviet АОН",
      reason: "FSK is used; the АОН, which sets must lift the line for, is not there",
    },
    {
      about: "impedance",
      source: "Microsemi's line card profiles [RU]",
      says: "150 Ω + 510 Ω ∥ 47 nF",
      reason: "DAHDI and Mediatrix agree on the other; line cards have no such preset",
    },
    {
      about: "ringback",
      source: "ITU-T E.180 Supplement 2, spandsp's copy; Mediatrix 4100",
      says: "800, 3200 ms, the bell too, beside a busy tone of 400, 400",
      reason: "Asterisk's names a Russian paper (RD 45.223-2001): that is used",
    },
    {
      about: "levels",
      source: "country tables of innovaphone",
      says: "+2 dBr from the telephone, −2 dBr to it",
      reason: "0 dB both ways: set toPhoneDb and fromPhoneDb where you want them",
    },
  ],
} as const satisfies CountryOverride;
