import { describe, it } from "vitest";
import { TONE_TABLES, type ToneTable } from "../hw-sim/audio/tone-tables.ts";
import { bench } from "../hw-sim/bench/bench.ts";

const TABLES: Readonly<Record<string, ToneTable>> = TONE_TABLES;

/** Where our profile follows another source than the list that the ear was made from. */
const OTHERWISE: Readonly<Record<string, string>> = { th: "ringback" };

describe("a person of the country", () => {
  it.each(Object.keys(TABLES))("knows the tones of the line in %s", async (country) => {
    const phones = ["touch-tone", "touch-tone"] as const;
    const lab = await bench({ seed: 5, phones, config: { country } });
    const [alice, bob] = lab.phones;
    const known = (name: string): boolean =>
      OTHERWISE[country] !== name && (TABLES[country] ?? []).some((tone) => tone.name === name);
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
  });
});
