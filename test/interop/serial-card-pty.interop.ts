import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type CardCheckResult, checkCard, SerialCards } from "../../src/hal/drivers/index.ts";
import { createSerial } from "../../src/hal/linux/index.ts";
import { createClock, createRandom } from "../../src/hal/node/index.ts";
import { waitUntil } from "./support/patience.ts";

const CORE = new URL("../../firmware/line-card/", import.meta.url).pathname;
/** What a busy machine may add to the times of the document. */
const SLACK_MS = 150;

const clock = createClock();
const serial = createSerial({ clock });

/** The C core on a pseudo-terminal. It ends when its standard input does, so with this process. */
class PtyCard {
  readonly #child: ChildProcess;
  log = "";

  constructor(program: string, args: readonly string[]) {
    this.#child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.log += text;
    });
    this.#child.stdin?.on("error", () => {});
  }

  async port(): Promise<string> {
    const port = (): string | undefined => /^port (\S+)$/m.exec(this.log)?.[1];
    await waitUntil(() => port() !== undefined, 5000);
    return port() ?? "no port";
  }

  tell(text: string): void {
    this.#child.stdin?.write(`${text}\n`);
  }

  /** How often it wrote a line. */
  count(line: string): number {
    return this.log.split("\n").filter((one) => one === line).length;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.stdin?.end("quit\n");
    await ended;
  }
}

const hasGcc = spawnSync("gcc", ["--version"]).status === 0;
const required = process.env["TIPRING_INTEROP_REQUIRED"] === "1";

describe.skipIf(!hasGcc && !required)("[interop.serial-card] the C core on a terminal", () => {
  let folder = "";
  let program = "";
  let card: PtyCard | undefined;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "line-card-"));
    program = join(folder, "line-card-pty");
    const sources = [join(CORE, "line_card.c"), join(CORE, "posix/line_card_pty.c")];
    const flags = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-Wpedantic", "-O2"];
    execFileSync("gcc", [...flags, "-o", program, ...sources]);
  });
  afterEach(async () => {
    await card?.stop();
    card = undefined;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function start(...args: string[]): Promise<{ card: PtyCard; device: string }> {
    const started = new PtyCard(program, args);
    card = started;
    return { card: started, device: await started.port() };
  }

  function driver(device: string, line: number, log: string[]) {
    const cards = new SerialCards({ serial, clock, random: createRandom() });
    let frames = 0;
    let gaps = 0;
    let last: number | undefined;
    let level = 0;
    const opening = cards.open(
      { device, line, leadFrames: 4 },
      {
        onLoop: (closed, atMs) => log.push(`${closed ? "closed" : "open"} ${atMs}`),
        onWatermark: (atMs) => log.push(`watermark ${atMs}`),
        onFault: (fault) => log.push(`fault ${fault.kind} ${fault.what}`),
      },
      {
        onFrame: (captured, playout, first) => {
          frames++;
          if (last !== undefined && first !== last + 80) gaps++;
          last = first;
          level = Math.max(level, captured[40] ?? 0);
          playout.fill(7777);
        },
        onFault: (fault) => log.push(`audio fault ${fault.kind}`),
      },
    );
    return { opening, audio: () => ({ frames, gaps, level }) };
  }

  it("hook, ringing, audio and measurements cross, in real time", async () => {
    const { card: it, device } = await start("--ppm", "80");
    const log: string[] = [];
    const { opening, audio } = driver(device, 1, log);
    const line = await opening;
    expect(line.slic?.readLoop()).toEqual({ ok: true, value: false });
    const before = clock.nowMs();
    it.tell("loop 0 1");
    await waitUntil(() => log.length > 0, 2000);
    const [text = "", at = ""] = log[0]?.split(" ") ?? [];
    expect(text).toBe("closed");
    // The clocks are compared by round trips: the time is as sure as those are short.
    expect(Number(at)).toBeGreaterThan(before - SLACK_MS);
    expect(Number(at)).toBeLessThanOrEqual(clock.nowMs());
    line.slic?.requestWatermark(clock.nowMs() + 30);
    await waitUntil(() => log.length > 1, 2000);
    expect(log[1]).toContain("watermark");

    line.slic?.setRinging(true, { frequencyHz: 25 });
    await waitUntil(() => it.count("line 0 rings at 25.0 Hz") === 1, 1000);
    line.slic?.setRinging(false, { frequencyHz: 25 });
    await waitUntil(() => it.count("line 0 quiet") === 1, 1000);

    line.audio?.start();
    await waitUntil(() => audio().frames >= 200, 4000);
    // The line hears itself: what was played comes back. A machine that is busy holds the card's
    // process up now and then, which loses a frame.
    expect(audio().level).toBe(7777);
    expect(audio().gaps).toBeLessThanOrEqual(20);
    line.audio?.stop();
    const reading = await line.slic?.measure?.();
    expect(reading?.ok && reading.value.loopMilliamps).toBe(25);
    line.close();
    expect(log.filter((one) => one.startsWith("fault"))).toEqual([]);
  });

  it.each([
    ["is reset", "restart", /^fault gone .*it was reset$/],
    ["falls silent", "mute 1", /^fault gone /],
  ])("a card that %s is noticed, and can be opened again", async (_, command, fault) => {
    const { card: it, device } = await start();
    const log: string[] = [];
    const { opening } = driver(device, 2, log);
    const line = await opening;
    line.slic?.setRinging(true, { frequencyHz: 20 });
    await waitUntil(() => it.count("line 1 rings at 20.0 Hz") === 1, 1000);
    it.tell(command);
    await waitUntil(() => log.some((one) => fault.test(one)), 4000);
    line.close();
    it.tell("mute 0");
    const again = await driver(device, 2, log).opening;
    expect(again.slic?.readLoop().ok).toBe(true);
    again.close();
  });

  it("a port whose other end is gone is a fault", async () => {
    const { card: it, device } = await start();
    const log: string[] = [];
    await driver(device, 1, log).opening;
    await it.stop();
    await waitUntil(() => log.length > 0, 4000);
    expect(log[0]).toContain("fault");
  });

  it("passes the check of the protocol, its receiver lifted when asked", async () => {
    const { card: it, device } = await start();
    const tell = (text: string): void => it.tell(text.startsWith("lift") ? "loop 0 1" : "loop 0 0");
    const results = await checkCard(
      { device, baud: 921_600, line: 1, mayRing: true, tell, slackMs: SLACK_MS },
      { serial, clock },
      () => {},
    );
    const text = ({ rules, outcome }: CardCheckResult): string => `${rules} ${outcome.note ?? ""}`;
    const failed = results.filter(({ outcome }) => outcome.kind === "failed");
    expect(failed.map(text)).toEqual([]);
    expect(results.filter(({ outcome }) => outcome.kind === "passed").length).toBeGreaterThan(15);
  });
});
