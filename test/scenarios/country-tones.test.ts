import { describe, expect, it } from "vitest";
import { COUNTRY_CODES, countryProfile } from "../../src/fxs/index.ts";
import { TONE_TABLES, type ToneTable } from "../hw-sim/audio/tone-tables.ts";
import { bench } from "../hw-sim/bench/bench.ts";

const TABLES: Readonly<Record<string, ToneTable>> = TONE_TABLES;

/** Countries whose lines sound alike to ears that are alike: one of them speaks for all. */
function alike(): readonly (readonly string[])[] {
  const groups = new Map<string, string[]>();
  for (const country of Object.keys(TABLES)) {
    const profile = countryProfile(country);
    const table = profile.ok ? profile.value.tones.table : {};
    const sound = JSON.stringify([table, TABLES[country]]);
    groups.set(sound, [...(groups.get(sound) ?? []), country]);
  }
  return [...groups.values()];
}

describe("a person of the country", () => {
  it("is there for every country that the product has", () => {
    expect(Object.keys(TABLES).sort()).toEqual([...COUNTRY_CODES].sort());
    const needed = ["dial-tone", "ringback", "busy"];
    for (const [country, table] of Object.entries(TABLES)) {
      const names: readonly string[] = table.map(({ name }) => name);
      expect(
        needed.filter((name) => !names.includes(name)),
        country,
      ).toEqual([]);
    }
  });

  it.each(alike().map((countries) => [countries.join(", "), countries] as const))(
    "knows the tones of the line in %s",
    async (_, [country = ""]) => {
      const phones = ["touch-tone", "touch-tone"] as const;
      const lab = await bench({ seed: 5, phones, config: { country } });
      const [alice, bob] = lab.phones;
      const known = (name: string): boolean =>
        (TABLES[country] ?? []).some((tone) => tone.name === name);
      alice.lift();
      if (known("dial-tone")) await alice.hears("dial-tone", { withinMs: 4000 });
      else await lab.world.advance(1500);
      await alice.dials("102");
      await bob.rings();
      if (known("ringback")) await alice.hears("ringback");
      bob.lift();
      await lab.world.advance(1000);
      bob.hang();
      if (known("busy")) await alice.hears("busy");
      alice.hang();
      await lab.world.advance(2000);
      await lab.stop();
    },
  );
});
