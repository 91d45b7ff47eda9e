import { callerIdScheme } from "../../caller-id/schemes.ts";
import { modulated, tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** India. */
export const IN = {
  code: "in",
  name: "India",
  family: "etsi",
  tones: {
    source: "Asterisk indications.conf [in]; level of the family",
    verified: false,
    table: {
      dial: tones.steady(modulated(400, 25)),
      "stutter-dial": tones.phrase([
        [[350, 440], 100],
        [[], 100],
        [[350, 440], 100],
        [[], 100],
        [[350, 440], 100],
        [[], 100],
        [[350, 440], 100],
        [[], 100],
        [[350, 440], 100],
        [[], 100],
        [[350, 440], 100],
        [[], 100],
        [modulated(400, 25)],
      ]),
      ringback: tones.cadenced(modulated(400, 25), [400, 200, 400, 2000]),
      busy: tones.cadenced([400], [750, 750]),
      reorder: tones.cadenced([400], [250, 250]),
      "call-waiting": tones.cadenced([400], [200, 100, 200, 7500]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [in] ringcadence",
    verified: false,
    cadenceMs: [400, 200, 400, 2000],
  },
  callerId: {
    source: "spandsp's adsi.h, DTMF variant 1; when and with which sign unverified",
    verified: false,
    ...callerIdScheme("dtmf-india"),
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata IN",
    verified: true,
    numbers: ["100", "101", "102", "108", "112", "1298", "2611"],
  },
  conflicts: [
    {
      about: "impedance",
      source: "DAHDI fxo_modes [INDIA]",
      says: "370 Ω + 620 Ω ∥ 310 nF",
      reason: "line cards have no such preset: the European one",
    },
    {
      about: "stutter-dial",
      source: "DAHDI zonedata [in]",
      says: "ends in 350 + 440 Hz",
      reason: "the dial tone of both is 400 Hz modulated with 25",
    },
  ],
} as const satisfies CountryOverride;
