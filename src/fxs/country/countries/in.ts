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
    source:
      "Asterisk indications.conf [in], ITU-T lists (two copies), Android; level of the family",
    verified: true,
    table: {
      dial: tones.steady(modulated(400, 25)),
      "stutter-dial": tones.cadenced([400], [2800, 200]),
      ringback: tones.cadenced(modulated(400, 25), [400, 200, 400, 2000]),
      busy: tones.cadenced([400], [750, 750]),
      reorder: tones.cadenced([400], [250, 250]),
      "call-waiting": tones.cadenced([400], [200, 100, 200, 7500]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [in] ringcadence; 25 Hz Microsemi",
    verified: false,
    frequencyHz: 25,
    cadenceMs: [400, 200, 400, 2000],
  },
  flash: {
    source: "Indian makers of exchanges: 100–900 ms (centrex.in), 400–990 (abccommunication.co.in)",
    verified: false,
    minMs: 80,
    maxMs: 1000,
  },
  callerId: {
    source: "spandsp's adsi.h, DTMF variant 1; Asterisk's chan_dahdi.conf: after a reversal",
    verified: true,
    unverified: ["signal", "message"],
    ...callerIdScheme("dtmf-india"),
  },
  line: {
    source: "Microsemi's line card profiles (default)",
    verified: false,
    impedance: "600",
  },
  emergency: {
    source: "libphonenumber ShortNumberMetadata IN; shared: its PhoneNumberMetadata",
    verified: true,
    unverified: ["shared"],
    numbers: ["100", "101", "102", "108", "112", "1298", "2611"],
    shared: ["2611"],
  },
  conflicts: [
    {
      about: "caller ID",
      source: "a remark in Asterisk's chan_dahdi.c",
      says: "Bharti sends DTMF after the first ring",
      reason: "after a reversal is used; `etsi-dtmf` is the other",
    },
    {
      about: "impedance",
      source: "DAHDI fxo_modes [INDIA]",
      says: "370 Ω + 620 Ω ∥ 310 nF",
      reason: "Microsemi's profiles have 600 Ω; line cards have no such preset",
    },
    {
      about: "stutter-dial",
      source: "Asterisk indications.conf [in], DAHDI zonedata",
      says: "six bursts of 350 + 440 Hz, then the dial tone",
      reason: "the ITU-T's list has a special dial tone of 400 Hz, 2800, 200 ms",
    },
  ],
} as const satisfies CountryOverride;
