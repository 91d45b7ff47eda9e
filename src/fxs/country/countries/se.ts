import { callerIdScheme } from "../../caller-id/schemes.ts";
import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Sweden. */
export const SE = {
  code: "se",
  name: "Sweden",
  family: "etsi",
  tones: {
    source:
      "Asterisk indications.conf [se], E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: true,
    unverified: ["stutter-dial", "call-waiting"],
    table: {
      dial: tones.steady([425]),
      "stutter-dial": tones.stutter([425]),
      ringback: tones.cadenced([425], [1000, 5000]),
      busy: tones.cadenced([425], [250, 250]),
      reorder: tones.cadenced([425], [250, 750]),
      "call-waiting": tones.cadenced([425], [200, 500, 200, 9100]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [se] ringcadence; 25 Hz Microsemi",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [1000, 5000],
  },
  flash: { source: "common Swedish key, 100 ms", verified: false, minMs: 60, maxMs: 180 },
  // one pulse more than the digit
  pulse: { source: "common knowledge: 0 is one pulse", verified: false, digitMap: "sweden" },
  callerId: {
    source: "digits: spandsp's adsi.h, variant 1, Asterisk's chan_dahdi.conf; when and how open",
    verified: false,
    ...callerIdScheme("dtmf-sweden"),
  },
  line: {
    source: "DAHDI fxo_modes [SWEDEN], Microsemi's line card profiles [SE]",
    verified: true,
    impedance: "270+750||150nF",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata SE",
    verified: true,
    numbers: ["112", "90000"],
  },
  conflicts: [
    {
      about: "call-waiting",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "200, 500, 200 ms once",
      reason: "the newer table repeats it",
    },
    {
      about: "stutter-dial",
      source: "DAHDI zonedata [se], Asterisk",
      says: "a remark: 425 Hz, 320, 20 ms is the real standard",
      reason: "both tables use six bursts",
    },
  ],
} as const satisfies CountryOverride;
