import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LogEvent } from "../../base/log-event.ts";
import { createFileStore } from "../../hal/node/index.ts";
import type { UserConfig } from "../config/user-config.ts";
import { boardNames, readBoard } from "../package-files.ts";
import { boardAsWired, keepLines, LINES_FILE } from "./kept-lines.ts";
import { readConfig } from "./read-config.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tipring-lines-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function configOf(board: string, user: UserConfig = {}) {
  const options = { config: "/dev/null", board, virtual: false, json: false };
  const read = await readConfig(
    options,
    () => "token",
    (given) => ({ ...given, ...user }),
  );
  if (!read.ok) throw new Error(read.error.join("\n"));
  return read.value;
}

const BOARDS = await boardNames();

describe("keepLines()", () => {
  it.each(BOARDS)("keeps the lines of %s as a board's file", async (name) => {
    const config = await configOf(name);
    await keepLines(createFileStore(folder), config, () => {});
    const kept = await readBoard(join(folder, LINES_FILE));
    expect(kept).toEqual({ ok: true, value: boardAsWired(config) });
    expect(boardAsWired(config).lines).toHaveLength(config.lines.length);
  });

  it("keeps what the configuration has changed of a line's wiring, and no password", async () => {
    const lines = [
      {
        number: "21",
        password: "kitchen-secret",
        sound: "hw:7,0",
        module: { ringEndHoldMs: 30 },
      },
    ];
    await keepLines(createFileStore(folder), await configOf("raspberry-pi-4", { lines }), () => {});
    const text = readFileSync(join(folder, LINES_FILE), "utf8");
    expect(JSON.parse(text)).toMatchObject({
      name: "raspberry-pi-4",
      pwm: { GPIO12: { channel: 0 } },
      lines: [
        {
          slic: { driver: "gpio-slic", overrides: { ringEndHoldMs: 30 } },
          pcmChannel: "hw:7,0",
        },
      ],
    });
    expect(text).not.toContain("secret");
  });

  it("writes what is another than it was, and nothing else", async () => {
    const store = createFileStore(folder);
    const writes: string[] = [];
    const watched = {
      ...store,
      read: (name: string) => store.read(name),
      write: (name: string, text: string) => {
        writes.push(name);
        return store.write(name, text);
      },
    };
    const [pi, sim] = [await configOf("raspberry-pi-4"), await configOf("hw-sim")];
    for (const config of [pi, pi, sim, sim, pi]) await keepLines(watched, config, () => {});
    expect(writes).toEqual([LINES_FILE, LINES_FILE, LINES_FILE]);
  });

  it("tells it where it cannot", async () => {
    const logs: LogEvent[] = [];
    const store = createFileStore("/proc/no-such-folder");
    await keepLines(store, await configOf("hw-sim"), (event) => void logs.push(event));
    expect(logs).toMatchObject([{ level: "warn", area: "box" }]);
    expect(logs[0]?.text).toMatch(/^"tipring safe" will need a good configuration: lines\.json /);
  });
});
