import { describe, expect, it } from "vitest";
import type { PortFault } from "../../base/port-fault.ts";
import type { Clock } from "../ports/clock.ts";
import type { PcmStream } from "../ports/pcm-stream.ts";
import { CardStreams } from "./card-streams.ts";
import type { ChannelSide } from "./sound-channel.ts";
import { type FakeCardOptions, FakeSoundCard } from "./testing/fake-sound-card.ts";
import { HandClock } from "./testing/hand-clock.ts";

interface Frame {
  readonly atMs: number;
  readonly first: number;
  readonly captured: Int16Array;
}

/** A line on the card: it notes its frames, and answers each with its number. */
interface Line {
  readonly stream: PcmStream;
  readonly frames: Frame[];
  readonly faults: PortFault[];
  onFrame: (playout: Int16Array) => void;
}

class Rig {
  readonly hand = new HandClock();
  /** How much later than asked the clock calls back: a busy machine. */
  lateMs = 0;
  ended = 0;
  readonly clock: Clock = {
    nowMs: () => this.hand.nowMs(),
    wallMs: () => this.hand.wallMs(),
    at: (atMs, run) => this.hand.at(atMs + this.lateMs, run),
  };
  readonly card: FakeSoundCard;
  readonly streams: CardStreams;

  constructor(options: FakeCardOptions = {}) {
    this.card = new FakeSoundCard(this.clock, options);
    this.streams = new CardStreams(this.card, this.clock, () => this.ended++);
  }

  line(side: ChannelSide = "whole"): Line {
    const frames: Frame[] = [];
    const faults: PortFault[] = [];
    const stream = this.streams.open(side, {
      onFrame: (captured, playout, first) => {
        frames.push({ atMs: this.clock.nowMs(), first, captured: captured.slice() });
        line.onFrame(playout);
      },
      onFault: (fault) => faults.push(fault),
    });
    const line: Line = {
      stream,
      frames,
      faults,
      onFrame: (playout) => playout.fill(frames.length),
    };
    return line;
  }

  run(ms: number): void {
    this.hand.runFor(ms);
  }
}

const firsts = (line: Line): number[] => line.frames.map(({ first }) => first);

describe("CardStreams on a card of 8 kHz", () => {
  it("gives a frame every 10 ms while started, and nothing before and after", () => {
    const rig = new Rig({ said: (n) => n });
    const line = rig.line();
    rig.run(100);
    expect([rig.card.journal, rig.card.looks, rig.hand.nextMs()]).toEqual([[], 0, undefined]);
    line.stream.start();
    rig.run(50);
    expect(line.frames.map(({ atMs }) => atMs)).toEqual([110, 120, 130, 140, 150]);
    expect(firsts(line)).toEqual([0, 80, 160, 240, 320]);
    expect(line.frames.flatMap(({ captured }) => [...captured])).toEqual(
      Array.from({ length: 400 }, (_, n) => n),
    );
    expect(rig.card.played).toEqual(Array.from({ length: 400 }, (_, n) => Math.floor(n / 80) + 1));
    line.stream.stop();
    line.stream.stop();
    const { looks } = rig.card;
    rig.run(1000);
    expect([rig.card.looks, rig.hand.nextMs(), line.frames.length]).toEqual([looks, undefined, 5]);
    expect(rig.card.journal.slice(-2)).toEqual(["capture stop", "playout stop"]);
  });

  it("starts with two frames of silence queued, and keeps the queue there", () => {
    const rig = new Rig();
    const line = rig.line();
    line.stream.start();
    rig.run(60_000);
    expect(rig.card.journal).toEqual(["playout start 160", "capture start"]);
    expect(new Set(rig.card.queueLengths)).toEqual(new Set([80]));
    expect([line.frames.length, rig.card.looks]).toEqual([6000, 12_000]);
  });

  it("goes on with the position after a stop", () => {
    const rig = new Rig();
    const line = rig.line();
    line.stream.start();
    rig.run(25);
    line.stream.stop();
    rig.run(500);
    line.stream.start();
    line.stream.start();
    rig.run(10);
    expect(firsts(line)).toEqual([0, 80, 160]);
    expect(rig.card.journal.filter((entry) => entry === "capture start")).toHaveLength(2);
  });

  it.each([
    ["stop()", (stream: PcmStream) => stream.stop(), 1],
    ["close()", (stream: PcmStream) => stream.close(), 1],
    [
      "stop() and start()",
      (stream: PcmStream) => {
        stream.stop();
        stream.start();
      },
      5,
    ],
  ] as const)("allows %s within onFrame", (_, act, count) => {
    const rig = new Rig();
    const line = rig.line();
    line.onFrame = () => act(line.stream);
    line.stream.start();
    rig.run(50);
    expect(line.frames).toHaveLength(count);
  });

  it.each([
    ["a late machine", 7, 1],
    ["a card that counts by the millisecond", 0, 8],
    ["a card that counts by the frame, a late machine", 5, 80],
  ])("loses nothing on %s", (_, lateMs, grainSamples) => {
    const rig = new Rig({ grainSamples, said: (n) => n % 30_000 });
    const line = rig.line();
    rig.lateMs = lateMs;
    line.stream.start();
    rig.run(20_000);
    expect(line.frames.length).toBeGreaterThan(1990);
    expect(firsts(line).every((first, n) => first === n * 80)).toBe(true);
    expect(rig.card.journal).toHaveLength(2);
  });

  it("takes over all that is there after a pause, and plays on after running dry", () => {
    const rig = new Rig();
    const line = rig.line();
    line.stream.start();
    rig.run(100);
    rig.lateMs = 50;
    rig.run(15);
    rig.lateMs = 0;
    rig.run(5000);
    expect(firsts(line).every((first, n) => first === n * 80)).toBe(true);
    expect(line.frames.length).toBeGreaterThan(505);
    expect(rig.card.journal).toEqual(["playout start 160", "capture start", "playout start 80"]);
    // It now starts with three frames, as this machine has been late once; one is always there.
    expect(Math.min(...rig.card.queueLengths.slice(-100))).toBeGreaterThanOrEqual(80);
    expect(Math.max(...rig.card.queueLengths.slice(-100))).toBeLessThanOrEqual(240);
  });

  it("counts what was lost when the card ran over", () => {
    const rig = new Rig();
    const line = rig.line();
    line.stream.start();
    rig.run(100);
    rig.lateMs = 200;
    rig.run(15);
    rig.lateMs = 0;
    rig.run(400);
    const gaps = firsts(line).map((first, n, all) => first - (all[n - 1] ?? first - 80));
    expect(gaps.filter((gap) => gap !== 80)).toHaveLength(1);
    const last = line.frames.at(-1);
    // A frame ends when it is handed over: position and time still belong together.
    expect(Math.abs((last?.atMs ?? 0) * 8 - (last?.first ?? 0) - 80)).toBeLessThanOrEqual(16);
    expect(rig.card.journal).toContain("capture start");
  });

  it.each([
    [300, 0],
    [-300, 0],
    [0, 300],
    [0, -300],
  ])("slips a frame now and then: recording %d ppm fast, playing %d ppm", (capture, playout) => {
    const rig = new Rig({ capturePpm: capture, playoutPpm: playout });
    const line = rig.line();
    line.stream.start();
    rig.run(120_000);
    const underruns = rig.card.journal.filter((entry) => entry.startsWith("playout start"));
    expect(underruns).toHaveLength(1);
    expect(Math.max(...rig.card.queueLengths)).toBeLessThanOrEqual(240);
    const slipped = rig.card.played.length / 80 - line.frames.length;
    // 300 ppm of 120 s are 36 ms.
    expect(Math.sign(slipped)).toBe(Math.sign(playout - capture));
    expect(Math.abs(slipped)).toBeGreaterThanOrEqual(2);
    expect(Math.abs(slipped)).toBeLessThanOrEqual(5);
  });

  it("tells a fault once to each line, closes the card, and again when started anew", () => {
    const rig = new Rig({ channels: 2 });
    const left = rig.line("left");
    const right = rig.line("right");
    left.stream.start();
    rig.run(30);
    rig.card.fault = { kind: "gone", what: "card", advice: "plug it in" };
    rig.run(1000);
    expect([left.faults.length, right.faults.length]).toEqual([1, 1]);
    expect(left.faults[0]?.kind).toBe("gone");
    expect([left.frames.length, rig.ended, rig.streams.isOpen]).toEqual([3, 1, false]);
    expect(rig.card.journal.at(-1)).toBe("close");
    expect(rig.hand.nextMs()).toBeUndefined();
    right.stream.start();
    expect(right.faults).toHaveLength(1);
    rig.run(1);
    expect([left.faults.length, right.faults.length]).toEqual([1, 2]);
    left.stream.close();
    right.stream.close();
    expect(rig.ended).toBe(1);
  });

  it("tells the fault of a start, but not inside it", () => {
    const rig = new Rig();
    const line = rig.line();
    rig.card.fault = { kind: "gone", what: "card", advice: "plug it in" };
    line.stream.start();
    expect(line.faults).toEqual([]);
    rig.run(0);
    expect(line.faults).toHaveLength(1);
  });

  it("a card that brings nothing is out of order after 2 s, not before", () => {
    const rig = new Rig();
    const line = rig.line();
    rig.card.isHung = true;
    line.stream.start();
    rig.run(1990);
    expect(line.faults).toEqual([]);
    rig.run(30);
    expect(line.faults.map(({ kind }) => kind)).toEqual(["io"]);
    expect(rig.card.looks).toBeLessThan(300);
  });

  it("a device without a clock is held to real time", () => {
    const rig = new Rig();
    const line = rig.line();
    // ALSA's null device: the whole buffer is always there.
    const capture = { ...rig.card.capture, waiting: () => ({ ok: true, value: 640 }) as const };
    Object.defineProperty(rig.card, "capture", { value: capture });
    line.stream.start();
    rig.run(10_000);
    expect(line.frames.length).toBeGreaterThanOrEqual(990);
    expect(line.frames.length).toBeLessThanOrEqual(1020);
  });

  it("close() of the last line closes the card; a closed line does nothing more", () => {
    const rig = new Rig({ channels: 2 });
    const left = rig.line("left");
    const right = rig.line("right");
    left.stream.start();
    left.stream.close();
    left.stream.start();
    expect(rig.card.journal).not.toContain("close");
    right.stream.close();
    right.stream.close();
    expect([rig.card.journal.at(-1), rig.ended]).toEqual(["close", 1]);
    rig.run(100);
    expect(left.frames).toEqual([]);
  });
});

describe("CardStreams with two lines", () => {
  it.each([
    [[], { whole: true, left: true, right: true }],
    [["whole"], { whole: false, left: false, right: false }],
    [["left"], { whole: false, left: false, right: true }],
    [["left", "right"], { whole: false, left: false, right: false }],
  ] as const)("with %j open there is room for %j", (open, room) => {
    const rig = new Rig({ channels: 2 });
    for (const side of open) rig.line(side);
    for (const side of ["whole", "left", "right"] as const) {
      expect([side, rig.streams.hasRoomFor(side)]).toEqual([side, room[side]]);
    }
  });

  it("what all have captured is told before one is to answer", () => {
    const rig = new Rig({ channels: 2, said: (n, channel) => (channel === 0 ? n : -n) });
    const told: string[] = [];
    const open = (side: "left" | "right", stopsAt: number) => {
      const stream = rig.streams.open(side, {
        onCaptured(captured, first) {
          told.push(`${side} said ${captured[1]} at ${first}`);
          if (first === stopsAt) stream.stop();
        },
        onFrame: (captured, _, first) => told.push(`${side} hears ${captured[1]} at ${first}`),
        onFault() {},
      });
      stream.start();
    };
    open("left", 80);
    open("right", 160);
    rig.run(40);
    expect(told).toEqual([
      ...["left said 1 at 0", "right said -1 at 0", "left hears 1 at 0", "right hears -1 at 0"],
      ...["left said 81 at 80", "right said -81 at 80", "right hears -81 at 80"],
      "right said -161 at 160",
    ]);
  });

  it("each has its own channel, start, stop and position", () => {
    const rig = new Rig({ channels: 2, said: (n, channel) => (channel === 0 ? n : -n) });
    const left = rig.line("left");
    const right = rig.line("right");
    left.onFrame = (playout) => playout.fill(1000);
    right.onFrame = (playout) => playout.fill(2000);
    left.stream.start();
    rig.run(20);
    right.stream.start();
    rig.run(20);
    left.stream.stop();
    rig.run(10);
    expect(firsts(left)).toEqual([0, 80, 160, 240]);
    expect(firsts(right)).toEqual([0, 80, 160]);
    expect(left.frames.map(({ captured }) => captured[1])).toEqual([1, 81, 161, 241]);
    expect(right.frames.map(({ captured }) => captured[1])).toEqual([-161, -241, -321]);
    const perFrame = Array.from({ length: 5 }, (_, n) =>
      rig.card.played.slice(n * 160, n * 160 + 2),
    );
    expect(perFrame).toEqual([
      [1000, 0],
      [1000, 0],
      [1000, 2000],
      [1000, 2000],
      [0, 2000],
    ]);
    expect(rig.card.journal).toEqual(["playout start 160", "capture start"]);
  });

  it("a line that begins in a frame of the other's plays nothing in that", () => {
    const rig = new Rig({ channels: 2 });
    const left = rig.line("left");
    const right = rig.line("right");
    right.onFrame = (playout) => playout.fill(2000);
    left.stream.start();
    right.stream.start();
    rig.run(10);
    right.stream.stop();
    left.onFrame = (playout) => {
      playout.fill(1000);
      right.stream.start();
    };
    rig.run(20);
    const perFrame = [1, 2].map((n) => rig.card.played.slice(n * 160, n * 160 + 2));
    expect(perFrame).toEqual([
      [1000, 0],
      [1000, 2000],
    ]);
    expect(firsts(right)).toEqual([0, 80]);
  });

  it("a line that has a stereo card for itself hears the left and plays on both", () => {
    const rig = new Rig({ channels: 2, said: (_, channel) => (channel === 0 ? 5 : 9) });
    const line = rig.line("whole");
    line.stream.start();
    rig.run(10);
    expect([...new Set(line.frames[0]?.captured)]).toEqual([5]);
    expect([...new Set(rig.card.played)]).toEqual([1]);
  });
});

const rms = (samples: readonly number[]): number =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);

describe("CardStreams on a card of 48 kHz", () => {
  it("carries a tone both ways at its level", () => {
    const tone = (hz: number, rateHz: number, n: number): number =>
      Math.round(10_000 * Math.sin((2 * Math.PI * hz * n) / rateHz));
    const rig = new Rig({ rateHz: 48_000, said: (n) => tone(1000, 48_000, n) });
    const line = rig.line();
    let spoken = 0;
    line.onFrame = (playout) => {
      for (let n = 0; n < playout.length; n++) playout[n] = tone(500, 8000, spoken++);
    };
    line.stream.start();
    rig.run(200);
    const heard = line.frames.slice(5).flatMap(({ captured }) => [...captured]);
    expect(rms(heard)).toBeCloseTo(10_000 / Math.SQRT2, -1);
    expect(heard.slice(8).every((sample, n) => Math.abs(sample - (heard[n] ?? 0)) < 20)).toBe(true);
    const played = rig.card.played.slice(2400);
    expect(played).toHaveLength(480 * 20 - 2400);
    expect(rms(played)).toBeCloseTo(10_000 / Math.SQRT2, -1);
    expect(played.slice(96).every((sample, n) => Math.abs(sample - (played[n] ?? 0)) < 20)).toBe(
      true,
    );
  });
});
