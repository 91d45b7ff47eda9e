import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { boardLine, boardLinesMax } from "../src/app/config/board-file.ts";
import { boardFileSchema } from "../src/app/config/board-file-schema.ts";
import { readBoard } from "../src/app/package-files.ts";
import { GPIO_SLIC_PROFILES } from "../src/hal/drivers/index.ts";
import { SIM_BOARD_FILE } from "../test/hw-sim/bench/sim-board-file.ts";
import { simLineNames } from "../test/hw-sim/board/sim-line.ts";

const folder = new URL("./", import.meta.url);
const names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

describe("boards/", () => {
  it.each(names)("%s has a board.json of the right shape and a wiring document", async (name) => {
    const text = readFileSync(new URL(`${name}/board.json`, folder), "utf8");
    expect(boardFileSchema.safeParse(JSON.parse(text)).error).toBeUndefined();
    const board = await readBoard(name);
    expect(board.ok && board.value.name).toBe(name);
    if (!board.ok) return;
    const last = boardLine(board.value, boardLinesMax(board.value));
    expect(last).toBeDefined();
    if (last?.slic.driver === "gpio-slic") {
      expect(Object.keys(GPIO_SLIC_PROFILES)).toContain(last.slic.profile);
    }
    expect(boardLine(board.value, 0)).toBeUndefined();
    expect(boardLine(board.value, boardLinesMax(board.value) + 1)).toBeUndefined();
    expect(existsSync(new URL(`${name}/README.md`, folder))).toBe(true);
  });

  it("hw-sim is the board that the simulator builds", async () => {
    expect(await readBoard("hw-sim")).toEqual({ ok: true, value: SIM_BOARD_FILE });
    const pins = simLineNames(7);
    expect(boardLine(SIM_BOARD_FILE, 7)).toMatchObject({
      slic: {
        pins: {
          fr: pins.forwardReverse,
          rm: pins.ringMode,
          shk: pins.switchHook,
          pd: pins.powerDown,
        },
      },
      pcmChannel: pins.pcmChannel,
    });
  });

  it("says what was meant when a board's name is misspelt", async () => {
    expect(await readBoard("raspbery-pi")).toEqual({
      ok: false,
      error: 'is "raspbery-pi"; did you mean "raspberry-pi"?',
    });
  });
});
