import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { waitUntil } from "./support/patience.ts";
import { RunningProgram } from "./support/running-program.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM = join(ROOT, "dist/src/app/main.js");
const CARD = join(ROOT, "firmware/line-card");
const WAIT_MS = 15_000;

const hasGcc = spawnSync("gcc", ["--version"]).status === 0;
const required = process.env["TIPRING_INTEROP_REQUIRED"] === "1";

/** The program as it is shipped, its voice in a thread of its own, on the C core of a line card. */
describe.skipIf(!hasGcc && !required)("[interop.serial-card] the program on a card", () => {
  let folder = "";
  let card: ChildProcess;
  let told = "";
  let port = "";
  let program: RunningProgram | undefined;

  beforeAll(() => {
    const builder = ["node_modules/tsx/dist/cli.mjs", "tools/build.ts", "--if-stale", "--quiet"];
    execFileSync(process.execPath, builder, { cwd: ROOT });
  }, 120_000);

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "tipring-card-"));
    const path = join(folder, "line-card-pty");
    const sources = [join(CARD, "line_card.c"), join(CARD, "posix/line_card_pty.c")];
    execFileSync("gcc", ["-std=c99", "-O2", "-o", path, ...sources]);
    told = "";
    card = spawn(path, ["--lines", "2"], { stdio: ["pipe", "pipe", "inherit"] });
    card.stdout?.setEncoding("utf8").on("data", (text: string) => {
      told += text;
    });
    expect(await waitUntil(() => /^port (\S+)$/m.test(told), WAIT_MS)).toBe(true);
    port = /^port (\S+)$/m.exec(told)?.[1] ?? "";
    const board = readFileSync(join(ROOT, "boards/serial-card/board.json"), "utf8");
    writeFileSync(join(folder, "board.json"), board.replaceAll("/dev/ttyACM0", port));
    writeFileSync(
      join(folder, "tipring.yaml"),
      'board: ./board.json\nlines: [{ number: "101" }, { number: "102" }]\n',
    );
  });

  afterEach(async () => {
    await program?.stop();
    program = undefined;
    card.stdin?.end("quit\n");
    rmSync(folder, { recursive: true, force: true });
  });

  const tell = (text: string): void => void card.stdin?.write(`${text}\n`);
  const says = (words: string | RegExp): Promise<boolean> =>
    waitUntil(() => {
      const log = program?.log ?? "";
      return typeof words === "string" ? log.includes(words) : words.test(log);
    }, WAIT_MS);

  it("hears the hook, survives a reset of the card, and leaves it in good order", async () => {
    const args = [PROGRAM, "run", "--sip-port", "0", "--log-level", "debug"];
    program = new RunningProgram({ title: "tipring", path: process.execPath, args, folder });
    expect(await says("Tipring runs on the board")).toBe(true);
    expect(program.log).not.toContain("out of order");
    tell("loop 0 1");
    expect(await says("Off the hook.")).toBe(true);
    tell("restart");
    expect(await says(/line 2 has a fault: .*it was reset/)).toBe(true);
    expect(await says("line 1 works again")).toBe(true);
    expect(await says("line 2 works again")).toBe(true);
    tell("fault 1 1");
    expect(await says(/line 2 has a fault: .*over-current/)).toBe(true);
    expect(program.log).not.toMatch(/line 1 has a fault: .*over-current/);
    await program.stop();
    expect(program.log).toContain("line 1 is no longer registered");
  }, 60_000);

  it("a tool is told that the card is in use, and disturbs nothing", async () => {
    const args = [PROGRAM, "run", "--sip-port", "0"];
    program = new RunningProgram({ title: "tipring", path: process.execPath, args, folder });
    expect(await says("Tipring runs on the board")).toBe(true);
    const doctor = spawnSync(process.execPath, [PROGRAM, "doctor"], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(doctor.stdout).toMatch(/note {2}card: line 1: .*busy/);
    expect(program.log).not.toContain("has a fault");
    await program.stop();
    const after = spawnSync(process.execPath, [PROGRAM, "doctor"], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(after.stdout).toMatch(/good {2}card: line 2: card "line-card-pty 1" answers/);
  }, 60_000);
});
