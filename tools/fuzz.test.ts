import { describe, expect, it } from "vitest";
import { Chance } from "./fuzz/chance.ts";
import { MUTANT_MAX_BYTES, mutate } from "./fuzz/mutate.ts";
import { fuzzTargets, runFuzz } from "./fuzz/run-fuzz.ts";
import { type FuzzTarget, promise, seedsOf } from "./fuzz/target.ts";

const COUNT = 20_000;
const SEED = 4475;

describe("runFuzz()", () => {
  it(`finds nothing that throws in ${COUNT} mutations, seed ${SEED}`, { timeout: 60_000 }, () => {
    const { counts, failures } = runFuzz({ count: COUNT, seed: SEED });
    const told = failures.map(({ target, mutation, input, error }) => {
      const text = Buffer.from(input).toString("latin1").slice(0, 500);
      return { target, mutation, text, error: String(error) };
    });
    expect(told).toEqual([]);
    expect([...counts.keys()]).toEqual(fuzzTargets().map(({ name }) => name));
    for (const [name, tried] of counts) expect(tried, name).toBeGreaterThan(100);
  });

  const weak: FuzzTarget = {
    name: "weak",
    share: 1,
    seeds: seedsOf("abcdefgh"),
    vectors: [],
    run: (bytes) => promise(!bytes.includes(0x3b), "no semicolon"),
  };

  it("tells what throws, with the input, and ends after ten", () => {
    const run = { count: 10_000, seed: 1, targets: [weak] };
    const { failures, counts } = runFuzz(run);
    expect(failures).toHaveLength(10);
    expect(failures[0]).toMatchObject({ target: "weak", error: { message: /no semicolon/ } });
    for (const { input } of failures) expect(input.includes(0x3b)).toBe(true);
    expect(counts.get("weak")).toBeLessThan(10_000);
    expect(runFuzz(run).failures).toEqual(failures);
  });

  it("takes each target by its share", () => {
    const fine = { ...weak, run: () => undefined };
    const targets = [
      { ...fine, name: "often", share: 3 },
      { ...fine, name: "never", share: 0 },
      { ...fine, name: "seldom", share: 1 },
    ];
    const { counts } = runFuzz({ count: 4_000, seed: 1, targets });
    expect(counts.get("never")).toBe(0);
    expect(Math.abs((counts.get("often") ?? 0) - 3_000)).toBeLessThan(200);
  });
});

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

describe("mutate()", () => {
  const seeds = seedsOf("INVITE sip:a@b SIP/2.0\r\n\r\n", "x".repeat(60_000), "");

  it("leaves seeds alone, keeps its bound, and gives the same for the same seed", () => {
    const before = seeds.map(textOf);
    const all = (of: number): readonly string[] => {
      const chance = new Chance(of);
      const seedAt = (at: number) => seeds[at % seeds.length] ?? new Uint8Array(0);
      return Array.from({ length: 300 }, (_, at) => textOf(mutate(seedAt(at), seeds, chance)));
    };
    const mutants = all(7);
    expect(Math.max(...mutants.map(({ length }) => length))).toBeLessThanOrEqual(MUTANT_MAX_BYTES);
    // Compared as a whole: what would be printed of a difference is no help at this size.
    expect(all(7).join() === mutants.join()).toBe(true);
    expect(all(8).join() === mutants.join()).toBe(false);
    expect(seeds.map(textOf).join() === before.join()).toBe(true);
    const changed = mutants.filter((mutant, at) => mutant !== before[at % before.length]);
    expect(changed.length).toBeGreaterThan(240);
  });
});

describe("Chance", () => {
  it("reaches every number below a limit, about equally often", () => {
    const chance = new Chance(1);
    const counts = new Array<number>(10).fill(0);
    for (let count = 0; count < 10_000; count++) {
      const number = chance.below(10);
      counts[number] = (counts[number] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });
});
