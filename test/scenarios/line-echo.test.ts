import { describe, expect, it } from "vitest";
import { type EchoRow, measureEcho } from "../../src/app/cli/line-echo.ts";
import { betterImpedance, echoWords } from "../../src/app/cli/line-echo-words.ts";
import { countryProfile } from "../../src/fxs/index.ts";
import { simBoardFile } from "../hw-sim/bench/sim-board-file.ts";
import type { SimLineOptions } from "../hw-sim/index.ts";
import { createSimBoard, createTouchTonePhone, TONE_TABLES, World } from "../hw-sim/index.ts";
import { VirtualNetwork } from "../hw-sim/world/network.ts";

const us = countryProfile("us");
/** Copper that sends nothing back by itself. */
const PLAIN = { ohms: 0, lossDb: 0, noiseDbm0: undefined, echoTaps: [] } as const;
const EUROPEAN = { seriesOhms: 270, parallel: { ohms: 750, farads: 150e-9 } };

/** A line with a telephone, and a person who lifts it when asked. */
function setUp(options: SimLineOptions, does: "lifts" | "nothing" | "lifts and hangs" = "lifts") {
  const world = new World({ seed: 3 });
  const board = createSimBoard(world, { lines: [options] });
  const [line] = board.lines;
  // A second chip of another kind, so that each line is written out.
  const other = options.chip === "serial-card" ? "ag1171" : "serial-card";
  const { lines } = simBoardFile([options, { chip: other }]);
  const wired = "each" in lines ? undefined : lines[0];
  if (line === undefined || !us.ok || wired === undefined) throw new Error("no line");
  const phone = createTouchTonePhone({
    ...{ name: "alice", clock: world.clock, random: world.random("alice"), tones: TONE_TABLES.us },
  });
  phone.attach(line.attach(phone.terminal));
  const { gpio, pcm, spi, serial } = board;
  const { udp } = new VirtualNetwork(world).host("10.0.0.1");
  const ports = { clock: world.clock, random: world.random("box"), udp, gpio, pcm, spi, serial };
  const { ringSupply: _, levels: __, ...wiring } = wired;
  const config = { ...wiring, line: 1, country: us.value, pulseDialing: true, relaysDigits: true };
  const stop = new AbortController();
  let asked = 0;
  const measuring = measureEcho(ports, config, {
    stop: stop.signal,
    askToLift: () => {
      asked++;
      if (does !== "nothing") world.clock.at(world.clock.nowMs() + 900, () => phone.lift());
      if (does === "lifts and hangs") {
        world.clock.at(world.clock.nowMs() + 3500, () => phone.hang());
      }
    },
  });
  const done = () => world.complete(measuring, 300_000);
  return { world, line, stop, asked: () => asked, done };
}

const lossOf = (rows: readonly EchoRow[], impedance: string): number =>
  rows.find((row) => row.impedance === impedance)?.report.lossDb ?? Number.NaN;

describe("tipring line-test --echo on simulated cards", () => {
  it.each([
    ["900 Ω", { seriesOhms: 900 }, "900", 13.98],
    ["the European network", EUROPEAN, "270+750||150nF", 11.1],
  ] as const)("a ProSLIC on %s: that one sends least back", async (_, impedance, fit, db) => {
    const { done, asked, line } = setUp({ chip: "si3210", loop: { ...PLAIN, impedance } });
    const rows = await done();
    expect(rows.map(({ isNow }) => isNow)).toEqual([true, ...Array<boolean>(7).fill(false)]);
    const best = rows.toSorted((a, b) => b.report.lossDb - a.report.lossDb)[0];
    expect(best?.impedance).toBe(fit);
    expect(best?.report.lossDb).toBeGreaterThan(40);
    expect(betterImpedance(rows)).toBe(fit);
    // 600 Ω, which it is run with, against the loop at 1 kHz: |(L − 600) / (L + 600)|
    expect(Math.abs(lossOf(rows, "600") - db)).toBeLessThan(1.5);
    // Asked once, though the line was opened eight times.
    expect(asked()).toBe(1);
    expect(line.chip.isRinging).toBe(false);
  });

  it("of a module without settings is one row: the copper's own echo", async () => {
    const echo = { ...PLAIN, echoTaps: [{ delaySamples: 16, gain: 0.1 }] };
    const rows = await setUp({ chip: "ag1171", ohtBias: true, loop: echo }).done();
    expect(rows).toMatchObject([{ isNow: true }]);
    expect(rows[0]?.impedance).toBeUndefined();
    expect(rows[0]?.report.lossDb).toBeCloseTo(20, 0);
    const words = echoWords(rows, false).join("\n");
    expect(words).toMatch(/^as the card is built {2}echo (20|19|21)\.\d dB below what is sent/);
    expect(words).toMatch(/levels are not measured/);
  });

  it("of a serial card that has no impedances is one row", async () => {
    const echo = { ...PLAIN, echoTaps: [{ delaySamples: 16, gain: 0.3 }] };
    const rows = await setUp({ chip: "serial-card", loop: echo }).done();
    expect(rows).toMatchObject([{ isNow: true }]);
    expect(rows[0]?.report.lossDb).toBeCloseTo(10.5, 0);
  });

  it.each([
    ["nobody lifts", "nothing", /nobody lifted the receiver of line 1/],
    ["it is hung up", "lifts and hangs", /the receiver was hung up/],
  ] as const)("says so where %s", async (_, does, why) => {
    const { done, line } = setUp({ chip: "ag1171", loop: PLAIN }, does);
    await expect(done()).rejects.toThrow(why);
    expect(line.chip.isRinging).toBe(false);
  });

  it.each([0, 500, 2000, 4000])("stopped after %i ms ends, the line at rest", async (ms) => {
    const { done, stop, world } = setUp({ chip: "ag1171", loop: PLAIN });
    world.clock.at(world.clock.nowMs() + ms, () => stop.abort());
    const startMs = world.clock.nowMs();
    await expect(done()).rejects.toThrow("stopped");
    expect(world.clock.nowMs() - startMs).toBeLessThan(ms + 1000);
  });
});
