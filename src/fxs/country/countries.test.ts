import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { COUNTRIES, COUNTRY_CODES, countryProfile } from "./countries.ts";
import { FAMILIES } from "./families/families.ts";
import { profileOf } from "./override.ts";
import type { CountryProfile } from "./profile.ts";
import { profileFaults } from "./profile-faults.ts";

const GROUPS = [
  ...(["tones", "ringing", "hook", "flash", "pulse", "dtmf"] as const),
  ...(["callerId", "supervision", "line", "emergency"] as const),
] as const;

function profile(code: string): CountryProfile {
  const found = countryProfile(code);
  if (!found.ok) throw new Error(`no ${code}`);
  return found.value;
}

describe("countryProfile()", () => {
  for (const code of COUNTRY_CODES) {
    it(`gives ${code}, without a fault, and as data that crosses threads`, () => {
      expect(profile(code).code).toBe(code);
      expect(profileFaults(profile(code))).toEqual([]);
      expect(JSON.parse(JSON.stringify(profile(code)))).toEqual(profile(code));
    });
  }

  it("takes a code in either case", () => {
    expect(profile(" US ").code).toBe("us");
  });

  const unknown: readonly [string, string | undefined][] = [
    ["usa", "us"],
    ["Deutschland", "de"],
    ["germany", "de"],
    ["iran", "ir"],
    ["ایران", "ir"],
    ["Canada", "ca"],
    ["korea", "kr"],
    ["saudi", "sa"],
    ["gb", "uk"],
    ["Sweden", "se"],
    ["aust", undefined],
    ["austra", "au"],
    ["ud", undefined],
    ["ddk", undefined],
    ["uss", "us"],
    ["su", "us"],
    ["dee", "de"],
    ["xyz", undefined],
    ["", undefined],
    ["toString", undefined],
  ];
  for (const [code, suggestion] of unknown) {
    it(`does not know "${code}" and suggests ${suggestion ?? "nothing"}`, () => {
      const expected = suggestion === undefined ? {} : { suggestion };
      expect(countryProfile(code)).toEqual({ ok: false, error: expected });
    });
  }

  it("says of Iran that tones and emergency numbers are verified, and nothing else", () => {
    const { tones, ringing, hook, flash, pulse, callerId, emergency } = profile("ir");
    for (const group of [ringing, hook, flash, pulse, callerId]) {
      expect(group.verified).toBe(false);
      expect(group.source).not.toBe("");
    }
    expect([tones.verified, emergency.verified]).toEqual([true, true]);
    expect(emergency.unverified).toEqual(["911"]);
  });

  /** What of a group is a value: its keys, of tones their names, of emergency the numbers too. */
  const valuesOf = (group: object): readonly string[] => {
    const keys = Object.keys(group).filter((key) => !(key in MARKS));
    if ("table" in group) return Object.keys(Object(group.table));
    if (!("numbers" in group)) return keys;
    return [...keys, ...Object.values<string>(Object(group.numbers))];
  };
  const MARKS = { source: 0, verified: 0, unverified: 0, inherited: 0 };

  it.each(COUNTRIES)("names nothing in $code as unchecked that is not there", (country) => {
    const profile = profileOf(country);
    for (const name of GROUPS) {
      for (const one of profile[name].unverified ?? []) {
        expect(valuesOf(profile[name]), name).toContain(one);
      }
    }
  });

  it.each(COUNTRIES)("calls nothing in $code checked of which all is open", (country) => {
    const profile = profileOf(country);
    for (const name of GROUPS) {
      const group = profile[name];
      if (!group.verified) continue;
      const open = [...(group.unverified ?? []), ...(group.inherited ?? [])];
      // What a scheme is called says nothing yet.
      const checked = valuesOf(group).filter((one) => !open.includes(one) && one !== "scheme");
      const own = checked.filter((one) => !["also", "waiting", "lamp"].includes(one));
      expect(own, name).not.toEqual([]);
    }
  });

  it.each(COUNTRIES)("calls nothing in $code checked that one source alone tells", (country) => {
    const profile = profileOf(country);
    for (const name of GROUPS) {
      // Numbers for help are of one list, which docs/countries.md says.
      if (name === "emergency" || !profile[name].verified) continue;
      const sources = profile[name].source.split(/[,;]/);
      expect(sources.length, `${name}: ${profile[name].source}`).toBeGreaterThanOrEqual(2);
    }
  });

  it.each(COUNTRIES)(
    "calls no volts of $code's ringing checked, which no source tells",
    (country) => {
      const { ringing } = profileOf(country);
      const open = [...(ringing.unverified ?? []), ...(ringing.inherited ?? [])];
      if (ringing.verified) expect(open).toEqual(expect.arrayContaining(["shape", "voltsRms"]));
    },
  );

  const tones: readonly [string, "dial" | "ringback" | "busy" | "reorder", unknown][] = [
    ["us", "dial", [[[350, 440], -13, undefined]]],
    [
      "us",
      "ringback",
      [
        [[440, 480], -19, 2000],
        [[], -19, 4000],
      ],
    ],
    [
      "us",
      "busy",
      [
        [[480, 620], -24, 500],
        [[], -24, 500],
      ],
    ],
    [
      "us",
      "reorder",
      [
        [[480, 620], -24, 250],
        [[], -24, 250],
      ],
    ],
    ["de", "dial", [[[425], -16, undefined]]],
    [
      "de",
      "ringback",
      [
        [[425], -16, 1000],
        [[], -16, 4000],
      ],
    ],
    [
      "de",
      "busy",
      [
        [[425], -16, 480],
        [[], -16, 480],
      ],
    ],
    [
      "de",
      "reorder",
      [
        [[425], -16, 240],
        [[], -16, 240],
      ],
    ],
    ["in", "dial", [[[400], -16, undefined]]],
    [
      "uk",
      "reorder",
      [
        [[400], -16, 400],
        [[], -16, 350],
        [[400], -16, 225],
        [[], -16, 525],
      ],
    ],
    [
      "ir",
      "ringback",
      [
        [[425], -16, 1000],
        [[], -16, 4000],
      ],
    ],
  ];
  for (const [code, name, expected] of tones) {
    it(`has the ${name} tone of ${code}`, () => {
      const { segments } = profile(code).tones.table[name];
      const parts = segments.map((part) => [part.frequenciesHz, part.levelDbm0, part.durationMs]);
      expect(parts).toEqual(expected);
    });
  }

  it("has a stutter dial tone that comes to rest", () => {
    const { segments, repeatFrom } = profile("us").tones.table["stutter-dial"];
    expect(segments).toHaveLength(13);
    expect(segments[1]).toEqual({ frequenciesHz: [], levelDbm0: -13, durationMs: 100 });
    expect(segments[12]).toEqual({ frequenciesHz: [350, 440], levelDbm0: -13 });
    expect(repeatFrom).toBeUndefined();
  });
});

describe("COUNTRIES", () => {
  it("holds at least 90 of them, each once, by their codes", () => {
    expect(COUNTRY_CODES.length).toBeGreaterThanOrEqual(90);
    expect([...new Set(COUNTRY_CODES)].sort()).toEqual(COUNTRY_CODES);
    expect(new Set(COUNTRIES.map(({ name }) => name)).size).toBe(COUNTRIES.length);
  });

  it("has every file of the folder: with -u they are listed anew", async () => {
    const folder = new URL("countries/", import.meta.url);
    const stems = readdirSync(folder)
      .filter((file) => /^[a-z]{2}(?:-[a-z]+)?\.ts$/.test(file))
      .map((file) => file.replace(/\.ts$/, ""))
      .sort();
    const nameOf = (stem: string): string => stem.toUpperCase().replace("-", "_");
    const lines = stems.map((stem) => `export { ${nameOf(stem)} } from "./${stem}.ts";\n`);
    await expect(lines.join("")).toMatchFileSnapshot("countries/all.ts");
  });

  it("uses every family", () => {
    const used = new Set(COUNTRIES.map(({ family }) => family));
    expect([...used].sort()).toEqual(Object.keys(FAMILIES).sort());
  });

  it.each(COUNTRIES)(
    "gives a source for each group of $code, and calls no family's verified",
    (country) => {
      const profile = profileOf(country);
      for (const name of GROUPS) {
        const group = profile[name];
        expect(group.source).not.toBe("");
        expect(group.source.startsWith("inherited from ")).toBe(country[name] === undefined);
        if (country[name] === undefined) expect(group.verified).toBe(false);
      }
    },
  );

  it.each(COUNTRIES)("tells $code's emergency numbers from its own source", (country) => {
    expect(profileOf(country).emergency.numbers.length).toBeGreaterThan(0);
    const source = country.emergency?.source ?? "none: the numbers are the family's";
    expect(source).toContain("ShortNumberMetadata");
  });

  it("knows where numbers of subscribers begin as a number for help does", () => {
    const shared = COUNTRIES.map(profileOf).filter(({ emergency }) => emergency.shared.length > 0);
    expect(shared.map(({ code, emergency }) => [code, ...emergency.shared].join(" "))).toEqual([
      "in 2611",
      "lt 03",
      "om 9999",
      "pa 103 104 911",
      "tj 101 102 103 112",
    ]);
  });

  it("modulates where a country does", () => {
    const segments = (code: string) => profile(code).tones.table.ringback.segments;
    expect(segments("in")[0]?.modulation).toEqual({ rateHz: 25, depth: 0.9 });
    expect(segments("sg")[0]?.modulation).toEqual({ rateHz: 24, depth: 1 });
    expect(segments("us")[0]?.modulation).toBeUndefined();
  });
});

describe("profileOf()", () => {
  it("takes what a country has, leaves the family's rest, and tells which is which", () => {
    const { tones, ringing, pulse, flash } = profile("se");
    expect(tones.table.busy.segments[0]?.durationMs).toBe(250);
    expect(tones.inherited).toEqual(["howler", "confirm"]);
    expect(ringing).toMatchObject({ cadenceMs: [1000, 5000], frequencyHz: 25 });
    expect(ringing.inherited).toEqual(["shape", "voltsRms", "distinctive"]);
    expect(pulse).toMatchObject({ digitMap: "sweden", breakMinMs: 15 });
    expect(flash.inherited).toBeUndefined();
    expect(profile("no").flash).toMatchObject({ minMs: 70, maxMs: 320, verified: false });
    expect(profile("no").flash.source).toContain("inherited from etsi");
  });

  it("never changes the family", () => {
    const before = JSON.stringify(FAMILIES);
    for (const country of COUNTRIES) profileOf(country);
    expect(JSON.stringify(FAMILIES)).toBe(before);
  });

  it("says why where no caller ID is sent", () => {
    const silent = COUNTRIES.map(profileOf).filter(
      ({ callerId }) => callerId.transport.when === "none",
    );
    expect(silent.map(({ code }) => code)).toEqual(["us-old"]);
    for (const { callerId } of silent) expect(callerId.source).toMatch(/there was none/);
  });
});
