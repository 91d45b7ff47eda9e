import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PortError } from "../../src/base/port-fault.ts";
import type { PcmStream } from "../../src/hal/ports/pcm-stream.ts";
import {
  alsaPcmRig,
  cardPcmRig,
  linuxPcmRig,
  loadSound,
  type PcmRig,
  pipePcmRig,
  SAID,
  simPcmRig,
} from "./pcm-rigs.ts";

const sound = await loadSound();

const WORLDS: readonly (readonly [string, () => PcmRig])[] = [
  ["the simulated board", simPcmRig],
  ["a sound card of 8 kHz", () => linuxPcmRig(8000)],
  ["a stereo sound card of 48 kHz", () => linuxPcmRig(48_000)],
  ["arecord and aplay", pipePcmRig],
  ["a serial line card", cardPcmRig],
  ...(sound === undefined ? [] : [["ALSA's library", () => alsaPcmRig(sound)] as const]),
];

const PLAYED = 5000;

describe.each(WORLDS)("a PCM stream of %s", (_name, makeRig) => {
  let rig: PcmRig;
  const streams: PcmStream[] = [];

  beforeEach(() => {
    rig = makeRig();
  });

  afterEach(() => {
    for (const stream of streams.splice(0)) stream.close();
    rig.remove?.();
  });

  async function open(onFrame: (stream: PcmStream) => void = () => {}) {
    const frames: { first: number; said: number; length: number; silent: boolean }[] = [];
    const faults: string[] = [];
    const lost: number[] = [];
    const stream: PcmStream = await rig.open({
      onFrame: (captured, playout, first) => {
        const silent = playout.length === captured.length && playout.every((step) => step === 0);
        const said = captured[captured.length >> 1] ?? 0;
        frames.push({ first, said, length: captured.length, silent });
        playout.fill(PLAYED);
        onFrame(stream);
      },
      onFault: (fault) => faults.push(fault.kind),
      onXrun: ({ side, lostSamples, what }) => {
        expect(what).not.toBe("");
        if (side === "recording") lost.push(lostSamples);
        else expect(lostSamples).toBe(0);
      },
    });
    streams.push(stream);
    return { stream, frames, faults, lost };
  }

  async function kindOf(opening: Promise<PcmStream>): Promise<string> {
    try {
      streams.push(await opening);
      return "opened";
    } catch (error) {
      return error instanceof PortError ? error.fault.kind : String(error);
    }
  }

  it("stands still until it is started, and again once it is stopped", async () => {
    const { stream, frames } = await open();
    await rig.run(100);
    expect(frames).toEqual([]);
    stream.start();
    await rig.run(200);
    const counted = frames.length;
    expect(counted).toBeGreaterThan(5);
    stream.stop();
    // A frame that was on its way may still come where a wire lies between.
    await rig.run(50);
    const last = frames.length;
    expect(last - counted).toBeLessThanOrEqual(2);
    await rig.run(300);
    expect(frames.length).toBe(last);
  });

  it("hands in frames of its length, silence to fill, positions one after the other", async () => {
    const { stream, frames } = await open();
    stream.start();
    await rig.run(500);
    if (rig.isPaced) expect(Math.abs(frames.length - 50)).toBeLessThanOrEqual(5);
    const [{ first: begun } = { first: 0 }] = frames;
    frames.forEach(({ first, length, silent }, at) => {
      expect(first).toBe(begun + at * stream.frameSamples);
      expect(length).toBe(stream.frameSamples);
      expect(silent).toBe(true);
    });
  });

  it("carries what the line says, and plays what it is given, without a hole", async () => {
    const { stream, frames } = await open();
    stream.start();
    await rig.run(500);
    for (const { said } of frames.slice(8)) expect(Math.abs(said - SAID)).toBeLessThan(30);
    stream.stop();
    await rig.run(100);
    const played = rig.played();
    const from = played.findIndex((step) => step > PLAYED * 0.98);
    expect(from).toBeGreaterThanOrEqual(0);
    const steady = played.slice(from, from + 3000);
    expect(steady).toHaveLength(3000);
    // A filter of another rate rings where the sound begins.
    for (const step of steady.slice(100)) expect(Math.abs(step - PLAYED)).toBeLessThan(60);
  });

  it("goes on with its positions after a stop, never back", async () => {
    const { stream, frames } = await open();
    stream.start();
    await rig.run(100);
    stream.stop();
    await rig.run(400);
    const before = frames.at(-1)?.first ?? 0;
    const counted = frames.length;
    stream.start();
    await rig.run(100);
    expect(frames.length).toBeGreaterThan(counted);
    expect(frames[counted]?.first).toBeGreaterThan(before);
  });

  it("takes a start or a stop that changes nothing as none", async () => {
    const { stream, frames } = await open();
    stream.stop();
    stream.start();
    stream.start();
    await rig.run(200);
    const firsts = frames.map(({ first }) => first);
    expect(new Set(firsts).size).toBe(firsts.length);
    stream.stop();
    stream.stop();
    await rig.run(100);
  });

  it("may be stopped, and started again, within a frame", async () => {
    let rounds = 0;
    const { stream, frames } = await open((own) => {
      if (rounds++ !== 3) return;
      own.stop();
      own.start();
    });
    stream.start();
    await rig.run(400);
    expect(frames.length).toBeGreaterThan(10);
    const firsts = frames.map(({ first }) => first);
    expect([...firsts].sort((a, b) => a - b)).toEqual(firsts);
    const stopped = await stopsItself();
    expect(stopped).toBe(1);
  });

  /** How many frames come to a stream that stops itself in its first. */
  async function stopsItself(): Promise<number> {
    for (const stream of streams.splice(0)) stream.close();
    await rig.run(100);
    const { stream, frames } = await open((own) => own.stop());
    stream.start();
    await rig.run(200);
    return frames.length;
  }

  it("has its channel for itself until it is closed, and nothing comes then", async () => {
    const { stream, frames } = await open();
    const silent = { onFrame: () => {}, onFault: () => {} };
    expect(await kindOf(rig.open(silent))).toBe("busy");
    stream.start();
    await rig.run(100);
    stream.close();
    const counted = frames.length;
    stream.start();
    await rig.run(200);
    expect(frames.length).toBe(counted);
    expect(await kindOf(rig.open(silent))).toBe("opened");
  });

  it("says that there is no such channel", async () => {
    expect(await kindOf(rig.open({ onFrame: () => {}, onFault: () => {} }, "missing"))).toBe(
      "not-found",
    );
  });

  it("tells that its device went, and brings nothing any more", async () => {
    if (rig.unplug === undefined) return;
    const { stream, frames, faults } = await open();
    stream.start();
    await rig.run(100);
    rig.unplug();
    await rig.run(200);
    expect(new Set(faults)).toEqual(new Set(["gone"]));
    const counted = frames.length;
    await rig.run(200);
    expect(frames.length).toBe(counted);
  });

  it("shows what was lost as a gap in its positions, and tells of it", async () => {
    if (rig.lose === undefined) return;
    const { stream, frames, lost } = await open();
    stream.start();
    await rig.run(100);
    expect(lost).toEqual([]);
    rig.lose();
    await rig.run(400);
    const gaps = frames.flatMap(({ first }, at) => {
      const before = frames[at - 1]?.first;
      return before === undefined ? [] : [first - before - stream.frameSamples];
    });
    expect(gaps.filter((gap) => gap !== 0)).toHaveLength(1);
    expect(Math.max(...gaps)).toBeGreaterThanOrEqual(80);
    expect(lost).toEqual(gaps.filter((gap) => gap !== 0));
  });
});
