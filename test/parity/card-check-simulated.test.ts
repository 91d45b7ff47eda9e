import { describe, expect, it } from "vitest";
import { type CardCheckResult, checkCard } from "../../src/hal/drivers/index.ts";
import { LINE_RULES } from "../../src/hal/drivers/serial-card/check/line-rules.ts";
import { SESSION_RULES } from "../../src/hal/drivers/serial-card/check/session-rules.ts";
import { createSimBoard } from "../hw-sim/board/sim-board.ts";
import type { SimLineOptions } from "../hw-sim/board/sim-line.ts";
import { createTouchTonePhone, TONE_TABLES } from "../hw-sim/index.ts";
import type { LoopState, Terminal } from "../hw-sim/loop/terminal.ts";
import { World } from "../hw-sim/world/world.ts";

const text = ({ rules, title, outcome }: CardCheckResult): string =>
  `${rules} ${title}: ${outcome.kind} ${outcome.note ?? ""}`;

/** The check on the simulator's card, which was written from the protocol's document alone. */
async function check(line: Partial<SimLineOptions>, baud: number) {
  const world = new World({ seed: 1 });
  const options = { chip: "serial-card" as const, ohtBias: true, ...line };
  const board = createSimBoard(world, { lines: [options, options] });
  const checked = checkCard(
    { device: "card1", baud, line: 1, mayRing: true },
    { serial: board.serial, clock: world.clock },
    () => {},
  );
  return world.complete(checked, 120_000);
}

/** A telephone on hook that notes when it was rung last. */
class Bell implements Terminal {
  readonly offHookOhms = 300;
  readonly offHookVolts = 0;
  readonly ren = 1;
  rungMs = 0;

  onLoopState({ volts }: LoopState, atMs: number): void {
    if (volts > 20) this.rungMs = atMs;
  }

  transmit(): void {}
  receive(): void {}
}

describe("checkCard() on the simulated card", () => {
  it.each([
    ["while the bell rings", "ringing ends at the burst limit", 1000, 1],
    ["before anything was tried", undefined, 0, 0],
  ] as const)("stopped %s: ends at once, and no bell rings on", async (_, during, ms, least) => {
    const world = new World({ seed: 1 });
    const board = createSimBoard(world, { lines: [{ chip: "serial-card" }] });
    const bell = new Bell();
    board.lines[0]?.attach(bell);
    const stop = new AbortController();
    if (during === undefined) stop.abort();
    let stoppedMs = 0;
    const tried: string[] = [];
    const titles = [...SESSION_RULES, ...LINE_RULES].map(({ title }) => title);
    const before = titles[titles.findIndex((one) => one.startsWith(during ?? "?")) - 1];
    const checked = checkCard(
      { device: "card1", baud: 921_600, line: 1, mayRing: true, stop: stop.signal },
      { serial: board.serial, clock: world.clock },
      ({ title }) => {
        tried.push(title);
        if (title !== before) return;
        world.clock.at(world.clock.nowMs() + ms, () => {
          stoppedMs = world.clock.nowMs();
          expect(stoppedMs - bell.rungMs).toBeLessThan(60);
          stop.abort();
        });
      },
    );
    const results = await world.complete(checked, 120_000);
    expect(results.map(({ title }) => title)).toEqual(tried);
    expect(tried.length).toBeGreaterThanOrEqual(least);
    expect(tried.at(-1)).toBe(before);
    expect(world.clock.nowMs() - stoppedMs).toBeLessThan(100);
    await world.advance(2000);
    expect(bell.rungMs).toBeLessThanOrEqual(stoppedMs + 60);
  });

  it.each([
    ["while it rings", 900],
    // A burst of 2 s is over before current has flowed for long enough.
    ["as a burst ends", 1995],
    ["between two bursts", 2500],
  ])("finds that it ends ringing by itself at a receiver lifted %s", async (_, liftMs) => {
    const world = new World({ seed: 1 });
    const board = createSimBoard(world, { lines: [{ chip: "serial-card", ohtBias: true }] });
    const tones = TONE_TABLES.us;
    const { clock } = world;
    const phone = createTouchTonePhone({ name: "p", clock, random: world.random("p"), tones });
    const [line] = board.lines;
    if (line === undefined) throw new Error("no line");
    phone.attach(line.attach(phone.terminal));
    const tell = (text: string): void => {
      const lifts = text.startsWith("lift");
      world.clock.at(world.clock.nowMs() + liftMs, () => (lifts ? phone.lift() : phone.hang()));
    };
    const checked = checkCard(
      { device: "card1", baud: 921_600, line: 1, mayRing: true, tell, only: "R30" },
      { serial: board.serial, clock: world.clock },
      () => {},
    );
    const results = await world.complete(checked, 120_000);
    expect(results.map(text)).toEqual([expect.stringMatching(/^R30 .*: passed/)]);
    expect(line.chip.violations).toEqual([]);
  });

  it.each([
    ["on USB", {}, 921_600],
    ["on a UART at 460800 baud", { cardBaud: 460_800 }, 460_800],
  ] as const)("%s: finds nothing wrong", async (_, line, baud) => {
    const results = await check(line, baud);
    expect(results.filter(({ outcome }) => outcome.kind === "failed").map(text)).toEqual([]);
    expect(results.filter(({ outcome }) => outcome.kind === "passed").length).toBeGreaterThan(14);
  });
});
