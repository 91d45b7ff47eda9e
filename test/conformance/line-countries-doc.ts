import type { ToneSegment, ToneSpec } from "../../src/base/audio.ts";
import type { CountryOverride } from "../../src/fxs/country/override.ts";
import { profileOf } from "../../src/fxs/country/override.ts";
import type { Sourced } from "../../src/fxs/country/profile.ts";
import { type CountryProfile, TONE_NAMES } from "../../src/fxs/index.ts";

const HEAD = `# Countries

A country is one setting (\`country: de\`, for the box or for one line) and stands for tones,
ringing, the hook flash, the dial, caller ID, the impedance and emergency numbers. Each value can
be overridden ([configuration.md](configuration.md), \`countryOverrides\`).

**Verified** means that somebody checked the value against a standard or against two sources that
do not copy each other; of tones that is frequencies and rhythm, of levels only where a source of
them stands there. For tones that is mostly the ITU-T's list of national tones, of which only public
copies were at hand: Asterisk's \`indications.conf\` sample and DAHDI's \`zonedata.c\` (one copy),
the list of E.180 Supplement 2 that comes with spandsp (typed by somebody else), and single
countries from the annex to Operational Bulletin 781. A tone that two of them tell alike counts as
verified; one of them alone does not, but for the annex. Where they disagree, the ITU-T's list goes
before DAHDI's table and before Asterisk's, unless Asterisk's names a paper of the country's
administration or the newer list of 2003; each such case stands under Conflicts.

Impedance, ringing voltage and frequency are from makers of line cards and adapters (Microsemi's
line card profiles, release 2.8, for 44 countries; Zyxel IES-1248; Mediatrix 4100; Si3215) and
DAHDI's \`fxo_modes\`. A value that no source of the country tells is taken from a family of
countries, and says so.

A country is one file in \`src/fxs/country/countries/\`: copy that of a neighbour, and give each
group its source. \`npx vitest run --project unit src/fxs/country -u\` lists it (\`all.ts\`
there), the same without \`-u\` says what is wrong with it. This page is written from the data
(\`npx vitest run --project conformance line-countries -u\`), and a test fails where the two differ.

Emergency numbers always match when dialled; whether a call to them gets through is up to the SIP
server. They are libphonenumber's, and where a service has none there, that of another public list,
marked as not verified. In some countries they are three digits that extensions have too (101 and
102 in Belgium, Russia, Argentina, Israel …): there, give extensions other numbers.

*Ringing* is on and off in ms; *digits* is how a rotary dial counts; *impedance* is ohms, then in
parallel with ohms and nF. Levels are 0 dB everywhere; what a table has stands under Conflicts.

A country that has no tones under *Sources* (Afghanistan, Armenia, Azerbaijan, Colombia, Georgia,
Kazakhstan, Peru, Ukraine, Uzbekistan, Vietnam) is in no list that was at hand: it has the family's
tones, and emergency numbers of its own. An old list may tell of exchanges that are gone: put right
by \`countryOverrides\` what you hear otherwise.

Caller ID goes by the scheme of that name ([configuration.md](configuration.md)). No standard's text
was at hand for any of them: they are what public drivers, data sheets and presets agree on.

## Iran

What is known, and from where:

- **Tones**: two copies of the ITU-T's lists agree in all of them.
- **Caller ID**: no paper of the telephone company's was found. Two Persian pages tell of it: a
  dealer's (kamtell.ir: FSK with 1200 Hz for 1 and 2200 Hz for 0, and DTMF, as two ways in use) and
  a forum's (iran-eng.ir: FSK after the first ring, with month, day, hour, minute and number, in
  Tehran and most towns). So \`bellcore\` is what a telephone gets. One that shows nothing may want
  digits: set \`callerId: auto\`, or one of the DTMF schemes, at its line.
- **Date and time** go in the message as month, day, hour and minute of the clock's calendar.
  Nothing was found on exchanges that send the Iranian calendar's.
- **Names** in Persian letters are spelled in Latin ones: the schemes carry no others.
- **Flash** (R): nothing was found in Persian or English. The window takes the keys of Panasonic's
  sets (100, 300, 600, 900 ms) and a tap of the hook of less than a second.
- **Bell, impedance**: no list of makers has Iran. The rhythm is its ringback's, the rest Europe's.
- **Emergency**: 110 police, 115 ambulance, 125 fire brigade, 112 Red Crescent.
`;

const markOf = ({ verified, unverified = [] }: Sourced): string =>
  !verified ? "no" : unverified.length === 0 ? "yes" : `yes, but not ${unverified.join(", ")}`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function soundOf({ frequenciesHz, modulation }: ToneSegment): string {
  const sound = frequenciesHz.join("+");
  return modulation === undefined ? sound : `${sound}×${modulation.rateHz}`;
}

/** A tone in a cell: `425 480/480`, on and off in ms; parts that differ are told one by one. */
function toneInWords({ segments, repeatFrom }: ToneSpec): string {
  const sounds = new Set(segments.filter((one) => one.frequenciesHz.length > 0).map(soundOf));
  const times = segments.map(({ durationMs }) => durationMs ?? "on").join("/");
  const [only = ""] = sounds;
  if (segments.length === 1) return only;
  const alternating = segments.every(
    (one, at) => (one.frequenciesHz.length === 0) === (at % 2 === 1),
  );
  const again = repeatFrom === 0 ? "" : repeatFrom === undefined ? ", once" : ", its end repeated";
  if (sounds.size === 1 && alternating) return `${only} ${shortened(times)}${again}`;
  const parts = segments.map((one) => `${soundOf(one) || "silence"} ${one.durationMs ?? "on"}`);
  return `${parts.join(", ")}${again}`;
}

/** Of a row of equal bursts only one, with its count. */
function shortened(times: string): string {
  const match = /^((\d+)\/(\d+)\/)\1{2,}(.*)$/.exec(times);
  if (match === null) return times;
  const [, pair = "", , , rest = ""] = match;
  const count = (times.length - rest.length) / pair.length;
  return `${count}×${pair}${rest}`;
}

function overviewRow(country: CountryOverride): readonly string[] {
  const { code, name, ringing, flash, pulse, callerId, line, emergency } = profileOf(country);
  const sends = callerId.scheme;
  return [
    `\`${code}\``,
    name,
    country.family,
    `${ringing.frequencyHz} Hz ${ringing.cadenceMs.join("/")}`,
    `${flash.minMs}–${flash.maxMs}`,
    pulse.digitMap,
    sends,
    line.impedance.replaceAll("|", "\\|"),
    emergency.numbers.map((one) => (emergency.shared.includes(one) ? `${one}…` : one)).join(" "),
  ];
}

const CALL_TONES = ["dial", "ringback", "busy", "reorder", "call-waiting"] as const;

function toneRow(country: CountryOverride): readonly string[] {
  const { code, tones } = profileOf(country);
  const cells = CALL_TONES.map((name) => {
    const words = toneInWords(tones.table[name]);
    return tones.inherited?.includes(name) ? `*${words}*` : words;
  });
  return [`\`${code}\``, ...cells];
}

const GROUPS = [
  "tones",
  "ringing",
  "hook",
  "flash",
  "pulse",
  "dtmf",
  "callerId",
  "supervision",
  "line",
  "emergency",
] as const satisfies readonly (keyof CountryProfile)[];

function sourceRows(country: CountryOverride): readonly (readonly string[])[] {
  const profile = profileOf(country);
  return GROUPS.filter((name) => country[name] !== undefined).map((name) => {
    const { source, inherited = [] } = profile[name];
    return [`\`${country.code}\``, name, source, markOf(profile[name]), inherited.join(", ")];
  });
}

function conflictRows(country: CountryOverride): readonly (readonly string[])[] {
  return (country.conflicts ?? []).map(({ about, source, says, reason }) => [
    `\`${country.code}\``,
    about,
    source,
    says,
    reason,
  ]);
}

function familyRows(
  families: Readonly<Record<string, Omit<CountryProfile, "code" | "name">>>,
): readonly (readonly string[])[] {
  return Object.entries(families).flatMap(([family, profile]) =>
    GROUPS.map((name) => [family, name, profile[name].source, markOf(profile[name])]),
  );
}

function tonesHead(): string {
  const shown: readonly string[] = CALL_TONES;
  const others = TONE_NAMES.filter((name) => !shown.includes(name)).join(", ");
  return [
    "\n## Tones\n",
    "Frequencies in Hz (`×` is modulated with), then on and off in ms. *In italics*: the family's.",
    `The others (${others}) stand in the files.\n`,
  ].join("\n");
}

/** The text of docs/countries.md. */
export function countriesDocument(
  countries: readonly CountryOverride[],
  families: Readonly<Record<string, Omit<CountryProfile, "code" | "name">>>,
): string {
  return [
    HEAD,
    "## What is used\n",
    table(
      [
        ...["code", "country", "family", "ringing", "flash, ms", "digits", "caller ID"],
        ...["impedance", "emergency"],
      ],
      countries.map(overviewRow),
    ),
    tonesHead(),
    table(["code", ...CALL_TONES], countries.map(toneRow)),
    "\n## Sources\n\nGroups that are not listed are the family's.\n",
    table(
      ["code", "group", "source", "verified", "from the family"],
      countries.flatMap(sourceRows),
    ),
    "\n## Families\n",
    table(["family", "group", "source", "verified"], familyRows(families)),
    "\n## Conflicts\n\nWhere public tables disagree, or say what cannot be.\n",
    table(["code", "about", "source", "says", "what is done"], countries.flatMap(conflictRows)),
    "",
  ].join("\n");
}
