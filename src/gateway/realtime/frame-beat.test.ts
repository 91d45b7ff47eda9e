import { describe, expect, it } from "vitest";
import { World } from "../../../test/hw-sim/world/world.ts";
import type { Clock } from "../../hal/ports/clock.ts";
import { beatingClock, FrameBeat, FrameBeats } from "./frame-beat.ts";

/** Somebody who does so at each beat. */
function member(run: (nowMs: number, frame: number) => void) {
  return { beat: run };
}

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
    beat.join(member((nowMs, frame) => heard.push(`a ${nowMs} ${frame}`)));
    beat.join(member((nowMs, frame) => heard.push(`b ${nowMs} ${frame}`)));
    expect(beat.nextFrame).toBe(1);
    world.runUntil(40);
    expect(heard).toEqual(["a 20 1", "b 20 1", "a 40 2", "b 40 2"]);
    expect(asked).toEqual([20, 40, 60].map((atMs) => ({ atMs, kind: "frame" })));
  });

  it("calls before all others who is to come before them, while anybody is there", () => {
    const { world, clock } = setUp();
    const heard: string[] = [];
    const beat = new FrameBeat(clock, 20, () => heard.push("before"));
    const one = member((nowMs) => heard.push(`a ${nowMs}`));
    beat.join(one);
    world.runUntil(40);
    beat.leave(one);
    world.runUntil(100);
    expect(heard).toEqual(["before", "a 20", "before", "a 40"]);
  });

  it("calls nobody who left, be it during a beat, and rests without anybody", () => {
    const { world, clock, asked } = setUp();
    const beat = new FrameBeat(clock, 10);
    const heard: string[] = [];
    const a = member(() => {
      heard.push("a");
      beat.leave(b);
      beat.leave(a);
    });
    const b = member(() => heard.push("b"));
    const c = member(() => heard.push("c"));
    beat.join(a);
    beat.join(b);
    world.runUntil(100);
    expect(heard).toEqual(["a"]);
    expect(asked).toHaveLength(1);
    beat.leave(b);
    beat.join(c);
    beat.leave(c);
    world.runUntil(200);
    expect(heard).toEqual(["a"]);
  });

  it("who joins in a beat is called from the next one on, also where all others left", () => {
    const { world, clock } = setUp();
    const beat = new FrameBeat(clock, 10);
    const heard: number[] = [];
    const first = member(() => {
      beat.leave(first);
      beat.join(member((nowMs) => heard.push(nowMs)));
    });
    beat.join(first);
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
    const broken = member(() => {
      throw new Error("a bug");
    });
    beat.join(broken);
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
    expect([beats.of(10).nextFrame, beats.of(20).nextFrame]).toEqual([2, 1]);
    expect(beats.of(5).nextFrame).toBe(4);
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
