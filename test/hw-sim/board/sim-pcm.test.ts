import { describe, expect, it } from "vitest";
import { PortError, type PortFault } from "../../../src/base/port-fault.ts";
import type { PcmStream } from "../../../src/hal/ports/pcm-stream.ts";
import { World } from "../world/world.ts";
import { type PcmChannelOptions, type PcmLine, SimPcm } from "./sim-pcm.ts";

/** A line that records what it is played, and gives back the number of the frame. */
class Line implements PcmLine {
  readonly begun: { startMs: number; first: number; level: number }[] = [];
  abandoned = 0;
  #frames = 0;

  beginFrame(playout: Int16Array, startMs: number, _: number, firstSample: number): void {
    this.begun.push({ startMs, first: firstSample, level: playout[0] ?? -1 });
  }

  endFrame(captured: Int16Array): void {
    captured.fill(++this.#frames);
  }

  abandonFrame(): void {
    this.abandoned++;
  }
}

async function setUp(options: PcmChannelOptions = {}, onFrame?: (stream: PcmStream) => void) {
  const world = new World({ seed: 1 });
  const pcm = new SimPcm(world);
  const line = new Line();
  pcm.addChannel("line1", line, options);
  const frames: { atMs: number; captured: number; first: number; silent: boolean }[] = [];
  const faults: PortFault[] = [];
  const open = () =>
    pcm.open("line1", {
      onFrame: (captured, playout, first) => {
        const silent = playout.every((step) => step === 0);
        frames.push({ atMs: world.clock.nowMs(), captured: captured[0] ?? -1, first, silent });
        playout.fill(100 + frames.length);
        onFrame?.(stream);
      },
      onFault: (fault) => faults.push(fault),
    });
  const stream: PcmStream = await open();
  return { world, pcm, line, frames, faults, stream, open };
}

describe("SimPcm", () => {
  it("gives a frame every 10 ms while started, and plays the answer next", async () => {
    const { world, line, frames, stream } = await setUp();
    world.runUntil(100);
    expect([frames.length, world.nextMs()]).toEqual([0, undefined]);
    stream.start();
    world.runUntil(130);
    expect(frames).toEqual([
      { atMs: 110, captured: 1, first: 0, silent: true },
      { atMs: 120, captured: 2, first: 80, silent: true },
      { atMs: 130, captured: 3, first: 160, silent: true },
    ]);
    expect(line.begun).toEqual([
      { startMs: 100, first: 800, level: 0 },
      { startMs: 110, first: 880, level: 101 },
      { startMs: 120, first: 960, level: 102 },
      { startMs: 130, first: 1040, level: 103 },
    ]);
    stream.stop();
    stream.stop();
    expect([world.nextMs(), line.abandoned]).toEqual([undefined, 1]);
  });

  it("goes on with the position after a stop, and with silence", async () => {
    const { world, line, frames, stream } = await setUp();
    stream.start();
    world.runUntil(25);
    stream.stop();
    world.runUntil(1000);
    stream.start();
    stream.start();
    world.runUntil(1010);
    expect(frames.map(({ atMs, first }) => [atMs, first])).toEqual([
      [10, 0],
      [20, 80],
      [1010, 160],
    ]);
    expect(line.begun.find(({ startMs }) => startMs === 1000)).toMatchObject({ level: 0 });
  });

  it.each([
    { name: "stop()", act: (stream: PcmStream) => stream.stop(), frames: 1 },
    { name: "close()", act: (stream: PcmStream) => stream.close(), frames: 1 },
    {
      name: "stop() and start()",
      act: (stream: PcmStream) => {
        stream.stop();
        stream.start();
      },
      frames: 5,
    },
  ])("allows $name within onFrame", async ({ act, frames: count }) => {
    const { world, frames, stream } = await setUp({}, act);
    stream.start();
    world.runUntil(50);
    expect(frames).toHaveLength(count);
  });

  it("drifts to another rate while it runs", async () => {
    const { world, pcm, frames, stream } = await setUp();
    stream.start();
    world.runUntil(10_000);
    expect(frames).toHaveLength(1000);
    pcm.setSkew("line1", 100_000); // a tenth faster, to be seen at once
    world.runUntil(10_010);
    world.runUntil(20_010);
    expect(frames.length - 1001).toBe(1100);
    expect(frames.map(({ first }) => first).every((first, at) => first === at * 80)).toBe(true);
  });

  it.each([
    { skewPpm: 100, frames: 6000 },
    { skewPpm: 200, frames: 6001 },
    { skewPpm: -100, frames: 5999 },
    { skewPpm: 0, frames: 6000 },
  ])("runs $skewPpm ppm fast: $frames frames a minute", async ({ skewPpm, frames: count }) => {
    const { world, frames, stream } = await setUp({ skewPpm });
    stream.start();
    world.runUntil(60_000);
    expect(frames).toHaveLength(count);
  });

  it("has the frame length of its channel", async () => {
    const { world, frames, stream } = await setUp({ frameSamples: 160 });
    expect(stream.frameSamples).toBe(160);
    stream.start();
    world.runUntil(40);
    expect(frames.map(({ atMs, first }) => [atMs, first])).toEqual([
      [20, 0],
      [40, 160],
    ]);
  });

  it("loses frames when told: a gap for the user, silence for the line", async () => {
    const { world, pcm, line, frames, stream } = await setUp();
    stream.start();
    world.runUntil(10);
    pcm.loseFrames("line1", 2);
    world.runUntil(40);
    expect(frames.map(({ first }) => first)).toEqual([0, 240]);
    expect(line.begun.map(({ level }) => level)).toEqual([0, 101, 0, 0, 102]);
  });

  it("rejects unknown, busy and unplugged channels", async () => {
    const { world, pcm, stream, faults, frames, open } = await setUp();
    const kind = async (opening: Promise<unknown>) => {
      const outcome = await opening.catch((reason: unknown) => reason);
      return outcome instanceof PortError ? outcome.fault.kind : "opened";
    };
    const quiet = { onFrame: () => {}, onFault: () => {} };
    expect(await kind(pcm.open("line9", quiet))).toBe("not-found");
    expect(await kind(open())).toBe("busy");
    stream.start();
    pcm.unplug("line1");
    world.runUntil(50);
    expect([faults.map((fault) => fault.kind), frames.length]).toEqual([["gone"], 0]);
    expect(await kind(open())).toBe("not-found");
    pcm.refuse("line1", undefined);
    expect(await kind(open())).toBe("opened");
  });

  it("a closed stream does nothing more and frees its channel", async () => {
    const { world, frames, stream, open } = await setUp();
    stream.close();
    stream.start();
    world.runUntil(50);
    expect(frames).toEqual([]);
    await expect(open()).resolves.toBeDefined();
  });
});
