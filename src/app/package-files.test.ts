import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readBoard } from "./package-files.ts";

const BOARD = {
  name: "attic",
  title: "mine",
  module: "linux",
  lines: [
    {
      slic: {
        driver: "gpio-slic",
        profile: "ag1171",
        pins: { fr: "GPIO12", rm: "GPIO5", shk: "GPIO6" },
        ohtBias: false,
      },
      pcmChannel: "hw:1,0",
    },
  ],
};
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tipring-board-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("readBoard() of a board of one's own", () => {
  it("reads a file by its path, and a folder with a board.json in it", async () => {
    writeFileSync(join(folder, "attic.json"), JSON.stringify(BOARD));
    mkdirSync(join(folder, "attic"));
    writeFileSync(join(folder, "attic", "board.json"), JSON.stringify(BOARD));
    for (const name of ["attic.json", "attic"]) {
      expect(await readBoard(join(folder, name))).toEqual({ ok: true, value: BOARD });
    }
  });

  it.each([
    ["is not there", undefined, /is "\S*", which cannot be read: ENOENT/],
    ["is no JSON", "{", /which cannot be read: .*JSON/],
    [
      "has a wrong value",
      { ...BOARD, lines: [{ ...BOARD.lines[0], pcmChannel: 7 }] },
      /no board's file.*lines\[0\]\.pcmChannel: /,
    ],
    ["has a key that nobody knows", { ...BOARD, colour: "red" }, /"colour"/],
    ["has no lines", { ...BOARD, lines: [] }, /lines: /],
    [
      "has one pin for two things",
      { ...BOARD, lines: [BOARD.lines[0], BOARD.lines[0]] },
      /lines\[1\]\.slic\.pins\.fr: GPIO12 is also fr of line 1; give each its own pin/,
    ],
  ])("says what is wrong with one that %s", async (_, content, words) => {
    const path = join(folder, "attic.json");
    if (content !== undefined) {
      writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
    }
    const read = await readBoard(path);
    expect(read.ok ? "" : read.error).toMatch(words);
  });
});
