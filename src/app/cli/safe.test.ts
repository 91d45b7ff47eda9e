import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openBoard as openSim } from "../../../test/hw-sim/index.ts";
import { createFileStore } from "../../hal/node/index.ts";
import type { Board, BoardSpec } from "../../hal/ports/board.ts";
import type { CommandOptions } from "./command-line.ts";
import { keepLines } from "./kept-lines.ts";
import { readConfig } from "./read-config.ts";
import { safe } from "./safe.ts";

const OPTIONS = { virtual: false, json: false } as const;
/** A board of somebody's own, on the pins that the simulated one has. */
const ATTIC = {
  name: "attic",
  title: "Two modules in the attic",
  module: "tipring/hw-sim",
  lines: [1, 2].map((line) => ({
    slic: {
      driver: "gpio-slic",
      profile: "ag1171",
      pins: { fr: `line${line}-fr`, rm: `line${line}-rm`, shk: `line${line}-shk` },
      ohtBias: true,
    },
    pcmChannel: `line${line}`,
  })),
};

let before = "";
let folder = "";
let out: string[] = [];
let told: string[] = [];

beforeEach(() => {
  before = process.cwd();
  folder = mkdtempSync(join(tmpdir(), "tipring-safe-"));
  process.chdir(folder);
  writeFileSync("attic.json", JSON.stringify(ATTIC));
  out = [];
  told = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => out.push(String(text)) > 0);
  vi.spyOn(process.stderr, "write").mockImplementation((text) => told.push(String(text)) > 0);
});

afterEach(() => {
  vi.restoreAllMocks();
  process.chdir(before);
  rmSync(folder, { recursive: true, force: true });
});

/** Keeps the lines of a configuration, as a run of it does. */
async function ran(yaml: string): Promise<void> {
  writeFileSync("tipring.yaml", yaml);
  const read = await readConfig(OPTIONS, () => "token");
  if (!read.ok) throw new Error(read.error.join("\n"));
  await keepLines(createFileStore("tipring-data"), read.value, () => {});
}

/** Runs the command on simulated boards in virtual time: its exit code, and the pins it took. */
async function run(options: Partial<CommandOptions> = {}) {
  const pins: string[] = [];
  const boards: Board[] = [];
  let advances = 0;
  let isDone = false;
  const opens = async (spec: BoardSpec): Promise<Board> => {
    const virtual = { ...spec, options: { ...spec.options, virtual: true } };
    const board = await openSim(virtual, () => {
      advances++;
    });
    const { gpio } = board.ports;
    boards.push(board);
    const watched: typeof gpio = {
      openInput: (...pin) => gpio.openInput(...pin),
      openOutput: (...pin) => {
        pins.push(pin[0]);
        return gpio.openOutput(...pin);
      },
    };
    return { ...board, ports: { ...board.ports, gpio: watched }, close: () => board.close() };
  };
  const running = safe({ ...OPTIONS, ...options }, opens).finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await new Promise((resolve) => setImmediate(resolve));
    const [board, done] = [boards.at(-1), advances];
    board?.receive({ kind: "advance", ms: 20 });
    while (!isDone && board !== undefined && advances === done) await Promise.resolve();
  }
  const lines = pins.map((pin) => pin.replace(/-.*/, ""));
  return { code: await running, pins: [...new Set(lines)] };
}

describe("safe()", () => {
  it("makes every line of a good configuration safe", async () => {
    writeFileSync("tipring.yaml", "board: ./attic.json\n");
    expect(await run()).toEqual({ code: 0, pins: ["line1", "line2"] });
    expect([out, told]).toEqual([["line 1: safe\n", "line 2: safe\n"], []]);
  });

  it.each([
    ["of wrong form", "board: ./attic.json\nlines: [\n"],
    ["with a wrong setting", "lines: [{number: '1'}, {number: '2'}]\ncuontry: de\n"],
    ["that is gone", undefined],
  ])("makes safe what ran last where the configuration is one %s", async (_, broken) => {
    await ran("board: ./attic.json\nlines: [{number: '1'}]\n");
    rmSync("tipring.yaml");
    if (broken !== undefined) writeFileSync("tipring.yaml", broken);
    const options = broken === undefined ? { config: "gone.yaml" } : {};
    expect(await run(options)).toEqual({ code: 0, pins: ["line1"] });
    expect(told.at(-1)).toMatch(
      /without that configuration: the lines as "tipring run" had them last \(tipring-data.lines/,
    );
  });

  it("takes the board's file where nothing ran, and says what it doubts", async () => {
    writeFileSync("tipring.yaml", "board: ./attic.json\nlines: [\n");
    expect(await run()).toEqual({ code: 1, pins: ["line1", "line2"] });
    expect(told.slice(1)).toEqual([
      "without that configuration: the lines as the board attic has them, unless told\n",
      "what the configuration says of them is not known\n",
      expect.stringMatching(/^other lines may not be safe: .* tipring safe --board NAME/),
    ]);
  });

  it("takes no more lines of a board than the configuration has", async () => {
    writeFileSync("tipring.yaml", "board: ./attic.json\nlines: [{}]\n");
    expect(await run()).toEqual({ code: 1, pins: ["line1"] });
  });

  it("makes safe both what ran last and the board that is named by now", async () => {
    await ran("lines: [{number: '1'}]\n");
    writeFileSync("tipring.yaml", "board: ./attic.json\ncuontry: de\n");
    expect(await run()).toEqual({ code: 1, pins: ["line1", "line2"] });
    expect(out).toEqual(["line 1: safe\n", "line 1: safe\n", "line 2: safe\n"]);
  });

  it("takes the board of the command line where the file says nothing", async () => {
    writeFileSync("tipring.yaml", "[");
    expect(await run({ board: "./attic.json" })).toEqual({ code: 1, pins: ["line1", "line2"] });
  });

  it.each([
    ["nothing names a board", "lines: [\n", "no board is known"],
    ["its name is wrong", "board: atic\nlines: [\n", 'the board is "atic"; there are '],
  ])("leaves pins alone where %s", async (_, yaml, doubt) => {
    writeFileSync("tipring.yaml", yaml);
    expect(await run()).toEqual({ code: 1, pins: [] });
    expect(told.join("")).toContain(doubt);
    expect(told.at(-1)).toMatch(/^other lines may not be safe/);
  });

  it("goes on to the next line where one cannot be reached", async () => {
    const [first, second] = ATTIC.lines;
    const lines = [{ ...first, slic: { ...first?.slic, profile: "unheard-of" } }, second];
    writeFileSync("attic.json", JSON.stringify({ ...ATTIC, lines }));
    writeFileSync("tipring.yaml", "board: ./attic.json\n");
    expect(await run()).toEqual({ code: 1, pins: ["line2"] });
    expect([out, told.length]).toEqual([["line 2: safe\n"], 1]);
  });
});
