import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openBoard as openSim } from "../../../test/hw-sim/index.ts";
import type { SimTold } from "../../base/sim-messages.ts";
import type { Board } from "../../hal/ports/board.ts";
import { fakeMachine } from "../doctor/fake-machine.fixture.ts";
import type { CommandOptions } from "./command-line.ts";
import { doctorLevels, printDrift } from "./doctor-levels.ts";
import { readConfig } from "./read-config.ts";

const plain: CommandOptions = { virtual: false, json: false, board: "hw-sim" };
let folder = "";
let out: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tipring-levels-"));
  out = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => out.push(String(text)) > 0);
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the command on the simulated board in virtual time. */
async function run(options: Partial<CommandOptions>): Promise<number> {
  const read = await readConfig(
    plain,
    () => "token",
    (user) => ({ ...user, data: folder }),
  );
  if (!read.ok) throw new Error(read.error.join("\n"));
  const seen: SimTold[] = [];
  let board: Board | undefined;
  let isDone = false;
  const running = doctorLevels(
    read.value,
    { ...plain, levels: true, ...options },
    fakeMachine({}),
    async (spec) => {
      board = await openSim(
        { ...spec, options: { ...spec.options, virtual: true } },
        // The simulated board speaks SimTold.
        (message) => void seen.push(message as SimTold),
      );
      if (options.volts !== undefined) board.receive({ kind: "lift", line: 1 });
      return board;
    },
  ).finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await new Promise((resolve) => setImmediate(resolve));
    const before = seen.length;
    board?.receive({ kind: "advance", ms: 20 });
    while (!isDone && board !== undefined && seen.length === before) await Promise.resolve();
  }
  return running;
}

describe("doctorLevels()", () => {
  it("measures by a key, and prints and writes what to configure", async () => {
    const file = join(folder, "levels.yaml");
    expect(await run({ out: file })).toBe(0);
    const text = out.join("");
    expect(text).toMatch(/good {2}levels: key 5 was heard/);
    expect(text).toMatch(/written to .*levels.yaml/);
    const yaml = readFileSync(file, "utf8");
    expect(yaml).toMatch(/^lines:\n {2}- number: "101"\n {4}levels:\n {6}captureFullScaleDbm0: /);
    expect(yaml).toMatch(/ {2}- number: "102"\n$/);
  });

  it("prints what it measured where its file cannot be written, and ends with 1", async () => {
    const said: string[] = [];
    vi.spyOn(process.stderr, "write").mockImplementation((text) => said.push(String(text)) > 0);
    expect(await run({ out: join(folder, "none", "levels.yaml") })).toBe(1);
    expect(said.join("")).toMatch(/levels\.yaml cannot be written: ENOENT/);
    expect(out.join("")).toMatch(/put this into your configuration:\n\nlines:/);
  });

  it("names the lines that there are", async () => {
    const said: string[] = [];
    vi.spyOn(process.stderr, "write").mockImplementation((text) => said.push(String(text)) > 0);
    expect(await run({ line: "7" })).toBe(2);
    expect(said.join("")).toBe(
      'tipring doctor: --line is "7"; the configuration has lines 1 to 2\n',
    );
  });

  it("measures by a meter, as JSON", async () => {
    await run({ volts: "0.7746", json: true });
    const told: unknown = JSON.parse(out.join(""));
    expect(told).toMatchObject({ line: 1, levels: { playbackFullScaleDbm0: 3.3 } });
  });

  it("plays a tone for a meter, and measures nothing", async () => {
    expect(await run({ tone: true })).toBe(0);
    expect(out.join("")).toMatch(/plays on line 1 for 30 s: measure AC between TIP/);
    expect(out.join("")).not.toMatch(/captureFullScale/);
  });
});

describe("printDrift()", () => {
  it.each([
    [41.6, /42 ppm faster/],
    [-7.2, /7 ppm slower/],
    [0, /0 ppm faster/],
  ])("%f ppm", (ppm, words) => expect(printDrift(ppm)).toMatch(words));
});
