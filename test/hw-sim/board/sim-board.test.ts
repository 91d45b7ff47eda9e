import { describe, expect, it } from "vitest";
import { ZERO_DBM0_PEAK } from "../../../src/base/audio.ts";
import type { Level } from "../../../src/hal/ports/gpio.ts";
import { VOLTS_PER_STEP, voltsFromDbm } from "../loop/levels.ts";
import type { LoopState, Terminal } from "../loop/terminal.ts";
import { Trace } from "../trace/trace.ts";
import { World } from "../world/world.ts";
import { createSimBoard } from "./sim-board.ts";
import type { SimLineOptions } from "./sim-line.ts";

class Probe implements Terminal {
  readonly offHookOhms = 300;
  readonly offHookVolts = 0;
  readonly ren = 1;
  readonly states: LoopState[] = [];
  readonly heard: number[] = [];
  toneVolts = 0;

  onLoopState(state: LoopState): void {
    this.states.push(state);
  }

  transmit(out: Float64Array, firstSample: number): void {
    for (let at = 0; at < out.length; at++) {
      out[at] = this.toneVolts * Math.sin((2 * Math.PI * 1000 * (firstSample + at)) / 8000);
    }
  }

  receive(heard: Float64Array): void {
    this.heard.push(...heard);
  }
}

/** The program under test, reduced to its ports. */
async function setUp(options: Partial<SimLineOptions> = {}, seed = 1) {
  const world = new World({ seed });
  const trace = new Trace();
  const board = createSimBoard(world, {
    lines: [{ chip: "ag1171", ...options }, { chip: "ag1171" }],
    trace: trace.add,
  });
  const line = board.lines[0];
  if (line === undefined) throw new Error("a board of two lines has a first");
  const edges: { level: Level; atMs: number }[] = [];
  const fr = await board.gpio.openOutput(line.names.forwardReverse, { initial: 1 });
  const rm = await board.gpio.openOutput(line.names.ringMode, { initial: 0 });
  const pd = await board.gpio.openOutput(line.names.powerDown, { initial: 1, drive: "open-drain" });
  const shk = await board.gpio.openInput(line.names.switchHook, {
    onEdge: (edge) => edges.push({ ...edge }),
    onWatermark: () => {},
    onFault: () => {},
  });
  const captured: number[] = [];
  let sent = 0;
  const tone = { peak: 0 };
  const stream = await board.pcm.open(line.names.pcmChannel, {
    onFrame: (frame, playout) => {
      captured.push(...frame);
      for (let at = 0; at < playout.length; at++) {
        playout[at] = Math.round(tone.peak * Math.sin((2 * Math.PI * 1000 * sent++) / 8000));
      }
    },
    onFault: () => {},
  });
  const probe = new Probe();
  const end = line.attach(probe);
  await world.settle();
  world.runFor(0);
  return { world, trace, board, line, edges, fr, rm, pd, shk, captured, tone, stream, probe, end };
}

function rms(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

describe("createSimBoard()", () => {
  it("names pins and channels by line", async () => {
    const { board } = await setUp();
    expect(board.lines.map(({ names }) => names)).toEqual(
      ["line1", "line2"].map((line) => ({
        forwardReverse: `${line}-fr`,
        ringMode: `${line}-rm`,
        switchHook: `${line}-shk`,
        powerDown: `${line}-pd`,
        spi: `${line}-spi`,
        interrupt: `${line}-int`,
        reset: `${line}-reset`,
        serial: "card1",
        pcmChannel: line,
      })),
    );
  });

  it("leads the hook switch to SHK and the pins to the pair", async () => {
    const { world, line, edges, shk, fr, rm, pd, probe, end } = await setUp();
    world.runUntil(10);
    end.setClosed(true);
    world.runUntil(20);
    end.setClosed(false);
    world.runUntil(30);
    expect(edges).toEqual([
      { level: 1, atMs: 10 },
      { level: 0, atMs: 20 },
    ]);
    expect(shk.read()).toEqual({ ok: true, value: 0 });
    const before = probe.states.length;
    rm.write(1);
    fr.write(0);
    fr.write(1);
    world.runFor(11);
    rm.write(0);
    pd.write(0);
    pd.write(1);
    expect(probe.states.slice(before).map(({ volts }) => Math.round(volts))).toEqual([
      -65, 65, -65, -48, 0, -48,
    ]);
    expect(line.chip.violations).toEqual([]);
  });

  it("keeps lines apart", async () => {
    const { world, board, edges } = await setUp();
    const second = board.lines[1];
    const end = second?.attach(new Probe());
    end?.setClosed(true);
    world.runFor(10);
    expect(edges).toEqual([]);
    expect(board.gpio.output("line2-fr")).toBe("floating");
    expect(second?.loop.figures.feedMilliamps).toBeCloseTo(30, 6);
  });

  it.each([
    { name: "off-hook", closed: true, ohtBias: false, heard: true },
    { name: "on-hook", closed: false, ohtBias: false, heard: false },
    { name: "on-hook with bias", closed: false, ohtBias: true, heard: true },
  ])("a card's 0 dBm0 is heard as 0 dBm $name: $heard", async ({ closed, ohtBias, heard }) => {
    const { world, stream, tone, probe, end } = await setUp({ ohtBias, loop: { lengthKm: 0 } });
    end.setClosed(closed);
    tone.peak = ZERO_DBM0_PEAK;
    stream.start();
    world.runUntil(1000);
    const level = rms(probe.heard.slice(800));
    expect(level).toBeCloseTo(heard ? voltsFromDbm(0) : 0, 3);
  });

  it("captures a −10 dBm set as −10 dBm0, and what the chip sends 16 dB down", async () => {
    const { world, stream, tone, captured, probe, end } = await setUp({ loop: { lengthKm: 0 } });
    end.setClosed(true);
    probe.toneVolts = voltsFromDbm(-10) * Math.SQRT2;
    stream.start();
    world.runUntil(1000);
    expect(rms(captured.slice(800)) * VOLTS_PER_STEP).toBeCloseTo(voltsFromDbm(-10), 3);
    probe.toneVolts = 0;
    tone.peak = ZERO_DBM0_PEAK;
    const from = captured.length + 800;
    world.runUntil(2000);
    const echoDb = 20 * Math.log10((rms(captured.slice(from)) * VOLTS_PER_STEP) / voltsFromDbm(0));
    // For one tone the taps of the echo add otherwise than for noise.
    expect(echoDb).toBeGreaterThan(-22);
    expect(echoDb).toBeLessThan(-13);
  });

  it("costs no event while the sound card stands still", async () => {
    const { world, stream } = await setUp();
    expect(world.nextMs()).toBeUndefined();
    stream.start();
    world.runUntil(100);
    stream.stop();
    expect(world.nextMs()).toBeUndefined();
  });

  it("is the same run for the same seed and another for another", async () => {
    const run = async (seed: number): Promise<string> => {
      const { world, trace, board, stream, captured, fr, rm, end } = await setUp({}, seed);
      board.gpio.setLateness(5);
      stream.start();
      const random = world.random("hook");
      for (let count = 0; count < 20; count++) {
        world.runFor(10 + random.float() * 50);
        end.setClosed(count % 2 === 0);
        rm.write(count % 3 === 0 ? 1 : 0);
        fr.write(count % 2 === 0 ? 0 : 1);
      }
      world.runFor(100);
      trace.add({ atMs: 0, source: "test", kind: "captured", samples: captured });
      expect(trace.count).toBeGreaterThan(60);
      return trace.sha256();
    };
    const first = await run(7);
    expect(await run(7)).toBe(first);
    expect(await run(8)).not.toBe(first);
  });
});
