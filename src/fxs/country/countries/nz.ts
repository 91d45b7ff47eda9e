import { tonesAt } from "../../tones/tone.ts";
import { ETSI_TONE_DBM0 } from "../families/etsi.ts";
import type { CountryOverride } from "../override.ts";

const tones = tonesAt(ETSI_TONE_DBM0);

/** New Zealand. */
export const NZ = {
  code: "nz",
  name: "New Zealand",
  family: "au-nz",
  tones: {
    source:
      "Asterisk indications.conf [nz], E.180 Supplement 2 (spandsp's copy); level of the family",
    verified: true,
    unverified: ["stutter-dial", "call-waiting"],
    table: {
      dial: tones.steady([400]),
      "stutter-dial": tones.stutter([400]),
      ringback: tones.cadenced([400, 450], [400, 200, 400, 2000]),
      busy: tones.cadenced([400], [500, 500]),
      reorder: tones.cadenced([400], [250, 250]),
      "call-waiting": tones.once([400], [200, 3000, 200, 3000, 200, 3000, 200]),
    },
  },
  ringing: {
    source: "Asterisk indications.conf [nz] ringcadence",
    verified: false,
    cadenceMs: [400, 200, 400, 2000],
  },
  flash: {
    source: "common New Zealand key, about 600 ms",
    verified: false,
    minMs: 400,
    maxMs: 800,
  },
  // ten less the digit
  pulse: {
    source: "common knowledge: the dial counts down",
    verified: false,
    digitMap: "new-zealand",
  },
  emergency: { source: "libphonenumber ShortNumberMetadata NZ", verified: true, numbers: ["111"] },
  conflicts: [
    {
      about: "call-waiting",
      source: "ITU-T E.180 Supplement 2, spandsp's copy",
      says: "400 Hz, 250, 250, 250, 3250 ms, or one burst of 400 + 450",
      reason: "Asterisk's names a paper of Telecom New Zealand (TNA 102)",
    },
    {
      about: "impedance",
      source: "DAHDI fxo_modes [NEWZEALAND]",
      says: "370 Ω + 620 Ω ∥ 310 nF",
      reason: "line cards have no such preset: the Australian one",
    },
    {
      about: "call-waiting",
      source: "DAHDI zonedata [nz]",
      says: "400 Hz, 250, 250, 250, 3250 ms",
      reason: "the newer table is used",
    },
  ],
} as const satisfies CountryOverride;
