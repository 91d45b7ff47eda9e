import { callerIdScheme } from "../../caller-id/schemes.ts";
import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** Netherlands. */
export const NL = {
  code: "nl",
  name: "Netherlands",
  family: "etsi",
  tones: {
    source:
      "ITU-T list of national tones (Operational Bulletin 781), Asterisk; level of the family",
    verified: true,
    table: {
      dial: tones.steady([425]),
      "stutter-dial": tones.cadenced([425], [500, 50]),
      ringback: tones.cadenced([425], [1000, 4000]),
      busy: tones.cadenced([425], [500, 500]),
      reorder: tones.cadenced([425], [250, 250]),
      "call-waiting": tones.cadenced([425], [500, 9500]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [nl] ringcadence; 25 Hz Microsemi",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [1000, 4000],
  },
  callerId: {
    source: "digits: spandsp's adsi.h, variant 1, Asterisk's chan_dahdi.conf; when and how open",
    verified: false,
    ...callerIdScheme("dtmf-netherlands"),
  },
  line: {
    source: "DAHDI fxo_modes [NETHERLANDS], Microsemi's line card profiles [NL]",
    verified: true,
    impedance: "270+750||150nF",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata NL",
    verified: true,
    numbers: ["112", "911"],
  },
  conflicts: [
    {
      about: "dial",
      source: "DAHDI zonedata [nl], Asterisk",
      says: "a remark: most of the 425 Hz tones may be 450 Hz as well",
      reason: "both tables use 425",
    },
    {
      about: "caller ID",
      source: "spandsp's adsi.h, and a public description of the Danish and Dutch schemes",
      says: "A…C, A…# and …# are all given for the Netherlands",
      reason: "A…C is used; dtmf-denmark-lr and dtmf-netherlands-old are the others",
    },
  ],
} as const satisfies CountryOverride;
