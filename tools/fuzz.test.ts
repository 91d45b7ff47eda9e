import { describe, expect, it } from "vitest";
import { Chance } from "./fuzz/chance.ts";
import { MUTANT_MAX_BYTES, mutate } from "./fuzz/mutate.ts";
import { fuzzTargets, runFuzz } from "./fuzz/run-fuzz.ts";
import { type FuzzTarget, promise, seedsOf } from "./fuzz/target.ts";

/** Of each of two dozen targets: more than 20,000 together. */
const COUNT = 1_000;
const SEED = 4475;

describe("runFuzz()", () => {
  it(`finds nothing that throws in ${COUNT} mutations of each, seed ${SEED}`, () => {
    const { counts, failures } = runFuzz({ count: COUNT, seed: SEED });
    const told = failures.map(({ target, mutation, input, error }) => {
      const text = Buffer.from(input).toString("latin1").slice(0, 500);
      return { target, mutation, text, error: String(error) };
    });
    expect(told).toEqual([]);
    expect([...counts.keys()]).toEqual(fuzzTargets().map(({ name }) => name));
    expect([...counts.values()].reduce((sum, tried) => sum + tried, 0)).toBeGreaterThan(20_000);
  });

  const weak: FuzzTarget = {
    name: "weak",
    seeds: seedsOf("abcdefgh"),
    vectors: [],
    run: (bytes) => promise(!bytes.includes(0x3b), "no semicolon"),
  };

  it("tells what throws, with the input, and leaves a target after ten", () => {
    const run = { count: 10_000, seed: 1, targets: [weak] };
    const { failures, counts } = runFuzz(run);
    expect(failures).toHaveLength(10);
    expect(failures[0]).toMatchObject({ target: "weak", error: { message: /no semicolon/ } });
    for (const { input } of failures) expect(input.includes(0x3b)).toBe(true);
    expect(counts.get("weak")).toBeLessThan(10_000);
    expect(runFuzz(run).failures).toEqual(failures);
  });

  it("gives a long input now and then", () => {
    const lengths: number[] = [];
    const run = (bytes: Uint8Array) => void lengths.push(bytes.length);
    runFuzz({ count: 3_000, seed: 2, targets: [{ ...weak, run }] });
    expect(lengths.filter((length) => length >= 60_000).length).toBeGreaterThanOrEqual(3);
  });

  it("takes all of the count of each target, or its part", () => {
    const fine = { ...weak, run: () => undefined };
    const targets = [
      fine,
      { ...fine, name: "slow", part: 0.021 },
      { ...fine, name: "no", part: 0 },
    ];
    const { counts } = runFuzz({ count: 1_000, seed: 1, targets });
    expect([...counts]).toEqual([
      ["weak", 1_000],
      ["slow", 21],
      ["no", 0],
    ]);
  });

  it("gives a target the same inputs whatever runs beside it", () => {
    const inputsOf = (...names: readonly string[]): readonly string[] => {
      const seen: string[] = [];
      const run = (bytes: Uint8Array) => void seen.push(textOf(bytes));
      const quiet = names.map((name) => ({ ...weak, name, run: () => undefined }));
      runFuzz({ count: 50, seed: 9, targets: [...quiet, { ...weak, run }] });
      return seen;
    };
    expect(inputsOf("other")).toEqual(inputsOf());
    expect(new Set(inputsOf()).size).toBeGreaterThan(20);
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
