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

  const hardware = names.filter((name) => name !== "hw-sim");

  it.each(hardware)(
    "%s says what it is made of, and wires RM so that nothing rings alone",
    (name) => {
      const readme = readFileSync(new URL(`${name}/README.md`, folder), "utf8");
      expect(readme).toMatch(/pull-down|resistor that holds RM\s+down/);
      expect(readme).toMatch(/nobody has run this on (the )?hardware/i);
      expect(readme).toMatch(/never the public network/);
      expect(readme).toMatch(/fuse/);
      expect(readme).toMatch(/isolate/);
      expect(readme).toMatch(/V AC|60 to 90 V/);
    },
  );

  it.each(hardware)(
    "%s names in its README each pin and PWM chip that its file names",
    async (name) => {
      const board = await readBoard(name);
      if (!board.ok) throw new Error(board.error);
      const readme = readFileSync(new URL(`${name}/README.md`, folder), "utf8");
      expect(board.value.hardware?.needs.length ?? 0).toBeGreaterThan(0);
      for (let line = 1; line <= boardLinesMax(board.value); line++) {
        const slic = boardLine(board.value, line)?.slic;
        if (slic?.driver !== "gpio-slic") continue;
        const pins = Object.values(slic.pins);
        for (const pin of pins) expect(readme).toContain(pin);
        expect(new Set(pins).size).toBe(pins.length);
      }
      // These name the chips of every model.
      if (name === "raspberry-pi" || name === "raspberry-pi-two-lines") return;
      for (const { devices } of Object.values(board.value.pwm ?? {})) {
        for (const device of devices) expect(readme).toContain(device);
      }
    },
  );

  it.each(hardware)(
    "%s says how many bells it rings, and lines that share a supply say so",
    async (name) => {
      const board = await readBoard(name);
      if (!board.ok) throw new Error(board.error);
      const readme = readFileSync(new URL(`${name}/README.md`, folder), "utf8");
      expect(readme).toMatch(/\*\*Bells \(REN\)\.\*\*/);
      const lines = boardLinesMax(board.value);
      if (lines === 1) return;
      for (let line = 1; line <= lines; line++) {
        const supply = boardLine(board.value, line)?.ringSupply ?? "";
        expect(board.value.ringSupplies?.[supply]?.renMax).toBeGreaterThan(0);
      }
      expect(readme).toMatch(/staggered/);
      expect(readme).toMatch(/renMax/);
    },
  );

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
