import { describe, expect, it } from "vitest";
import { World } from "../../../test/hw-sim/world/world.ts";
import type { Clock } from "../../hal/ports/clock.ts";
import { beatingClock, FrameBeat, FrameBeats } from "./frame-beat.ts";

/** A world's clock that counts what is asked of it. */
function setUp(startMs = 0) {
  const world = new World({ seed: 1 });
  world.runUntil(startMs);
  const asked: { atMs: number; kind: string | undefined }[] = [];
  const clock: Clock = {
    nowMs: () => world.clock.nowMs(),
    wallMs: () => world.clock.wallMs(),
    at(atMs, run, kind) {
      asked.push({ atMs, kind });
      return world.clock.at(atMs, run, kind);
    },
  };
  return { world, clock, asked };
}

describe("FrameBeat", () => {
  it("beats at whole frames for all who joined, by one timer", () => {
    const { world, clock, asked } = setUp(7);
    const beat = new FrameBeat(clock, 20);
    const heard: string[] = [];
    beat.join((nowMs) => heard.push(`a ${nowMs}`));
    beat.join((nowMs) => heard.push(`b ${nowMs}`));
    expect(beat.nextMs).toBe(20);
    world.runUntil(40);
    expect(heard).toEqual(["a 20", "b 20", "a 40", "b 40"]);
    expect(asked).toEqual([20, 40, 60].map((atMs) => ({ atMs, kind: "frame" })));
  });

  it("calls before all others who is to come before them, while anybody is there", () => {
    const { world, clock } = setUp();
    const heard: string[] = [];
    const beat = new FrameBeat(clock, 20, () => heard.push("before"));
    const leave = beat.join((nowMs) => heard.push(`a ${nowMs}`));
    world.runUntil(40);
    leave();
    world.runUntil(100);
    expect(heard).toEqual(["before", "a 20", "before", "a 40"]);
  });

  it("calls nobody who left, be it during a beat, and rests without anybody", () => {
    const { world, clock, asked } = setUp();
    const beat = new FrameBeat(clock, 10);
    const heard: string[] = [];
    const leaveA = beat.join(() => {
      heard.push("a");
      leaveB();
      leaveA();
    });
    const leaveB = beat.join(() => heard.push("b"));
    world.runUntil(100);
    expect(heard).toEqual(["a"]);
    expect(asked).toHaveLength(1);
    leaveB();
    beat.join(() => heard.push("c"))();
    world.runUntil(200);
    expect(heard).toEqual(["a"]);
  });

  it("who joins in a beat is called from the next one on, also where all others left", () => {
    const { world, clock } = setUp();
    const beat = new FrameBeat(clock, 10);
    const heard: number[] = [];
    const leave = beat.join(() => {
      leave();
      beat.join((nowMs) => heard.push(nowMs));
    });
    world.runUntil(30);
    expect(heard).toEqual([20, 30]);
  });

  it("goes on after one that threw, and beats once for a standstill", () => {
    let nowMs = 0;
    const due: { atMs: number; run: () => void }[] = [];
    const clock: Clock = {
      nowMs: () => nowMs,
      wallMs: () => nowMs,
      at(atMs, run) {
        due.push({ atMs, run });
        return { cancel() {} };
      },
    };
    const beat = new FrameBeat(clock, 10);
    beat.join(() => {
      throw new Error("a bug");
    });
    nowMs = 35;
    expect(() => due[0]?.run()).toThrow("a bug");
    expect(due.map(({ atMs }) => atMs)).toEqual([10, 40]);
  });
});

describe("FrameBeats", () => {
  it("has one beat for each length of frames", () => {
    const beats = new FrameBeats(setUp(15).clock);
    expect(beats.of(10)).toBe(beats.of(10));
    expect(beats.of(10)).not.toBe(beats.of(20));
    expect([beats.of(10).nextMs, beats.of(20).nextMs]).toEqual([20, 20]);
    expect(beats.of(30).nextMs).toBe(30);
  });
});

describe("beatingClock()", () => {
  it.each([
    { name: "a whole beat", atMs: 40, comesMs: 40.001 },
    { name: "a little later", atMs: 40.25, comesMs: 60.001 },
    { name: "what is past", atMs: -5, comesMs: 0.001 },
  ])("brings $name right behind a beat, and can be cancelled", ({ atMs, comesMs }) => {
    const { world, clock, asked } = setUp();
    const came: number[] = [];
    const beating = beatingClock(clock);
    beating.at(atMs, () => came.push(beating.nowMs()));
    beating.at(atMs, () => came.push(-1)).cancel();
    world.runUntil(100);
    expect(came).toEqual([comesMs]);
    expect(asked[0]?.kind).toBe("frame");
  });
});
