import { describe, expect, it } from "vitest";
import type { Clock } from "../ports/clock.ts";
import type { PcmStream } from "../ports/pcm-stream.ts";
import { CardStreams } from "./card-streams.ts";
import { soundGains } from "./sound-levels.ts";
import { type FakeCardOptions, FakeSoundCard } from "./testing/fake-sound-card.ts";
import { HandClock } from "./testing/hand-clock.ts";

const CLICK = 12_000;

/** A line on a card that hears what it plays: it clicks when told, and notes what it hears. */
function rig(options: FakeCardOptions) {
  const hand = new HandClock();
  let lateMs = 0;
  const clock: Clock = {
    nowMs: () => hand.nowMs(),
    wallMs: () => hand.wallMs(),
    at: (atMs, run) => hand.at(atMs + lateMs, run),
  };
  const card = new FakeSoundCard(clock, options);
  const streams = new CardStreams(card, clock, () => {});
  const heard: { position: number; sample: number }[] = [];
  let clickAt: number | undefined;
  let shouldClick = false;
  const stream: PcmStream = streams.open("whole", {
    onFrame: (captured, playout, first) => {
      captured.forEach((sample, n) => {
        if (Math.abs(sample) > 50) heard.push({ position: first + n, sample: Math.abs(sample) });
      });
      if (!shouldClick) return;
      shouldClick = false;
      playout[3] = CLICK;
      clickAt = first + 3;
    },
    onFault: (fault) => expect.fail(fault.what),
  });
  /** Clicks, and measures how long after that position it is heard. */
  const measure = (): number => {
    heard.length = 0;
    shouldClick = true;
    hand.runFor(200);
    const loudest = heard.reduce((best, one) => (one.sample > best.sample ? one : best), {
      ...{ position: Number.NaN, sample: 0 },
    });
    return loudest.position - (clickAt ?? Number.NaN);
  };
  return { hand, card, stream, measure, setLate: (ms: number) => (lateMs = ms) };
}

describe("PcmStream.bulkDelaySamples of a card", () => {
  it.each<[string, FakeCardOptions]>([
    ["8 kHz", { echo: { fifoSamples: 0 } }],
    ["8 kHz with converters that hold 3 ms", { echo: { fifoSamples: 24 } }],
    ["48 kHz", { rateHz: 48_000, echo: { fifoSamples: 0 } }],
    ["44.1 kHz, stereo", { rateHz: 44_100, channels: 2, echo: { fifoSamples: 100 } }],
    [
      "48 kHz, moving on by a millisecond at a time",
      {
        ...{ rateHz: 48_000, grainSamples: 48, echo: { fifoSamples: 48 } },
      },
    ],
  ])("is how late a click comes back, %s", (_, options) => {
    const { hand, stream, measure } = rig(options);
    expect(stream.bulkDelaySamples).toBeUndefined();
    stream.start();
    hand.runFor(300);
    const measured = measure();
    expect(measured).toBeGreaterThan(80);
    expect(Math.abs((stream.bulkDelaySamples ?? Number.NaN) - measured)).toBeLessThanOrEqual(8);
  });

  it.each([60, 95, 150])(
    "is right again when the machine was %d ms late, what was lost or not",
    (lateMs) => {
      const { hand, stream, measure, setLate } = rig({ echo: { fifoSamples: 10 } });
      stream.start();
      hand.runFor(300);
      const before = measure();
      setLate(lateMs);
      hand.runFor(lateMs + 15);
      setLate(0);
      hand.runFor(400);
      const measured = measure();
      expect(measured, "this lateness changes it").not.toBe(before);
      expect(Math.abs((stream.bulkDelaySamples ?? Number.NaN) - measured)).toBeLessThanOrEqual(8);
    },
  );

  it("is right again after each of ten xruns", () => {
    const { hand, stream, measure, setLate } = rig({ echo: { fifoSamples: 10 } });
    stream.start();
    hand.runFor(300);
    for (let xrun = 0; xrun < 10; xrun++) {
      const lateMs = 90 + 7 * xrun;
      setLate(lateMs);
      hand.runFor(lateMs + 15);
      setLate(0);
      hand.runFor(400);
      const measured = measure();
      const told = stream.bulkDelaySamples ?? Number.NaN;
      expect(Math.abs(told - measured), `after xrun ${xrun + 1}`).toBeLessThanOrEqual(8);
    }
  });

  it("is right again after a stop and a start", () => {
    const { hand, stream, measure } = rig({ echo: { fifoSamples: 0 } });
    stream.start();
    hand.runFor(100);
    stream.stop();
    hand.runFor(1000);
    stream.start();
    hand.runFor(100);
    expect(stream.bulkDelaySamples).toBe(measure());
  });

  it("follows a queue that is corrected because two clocks drift apart", () => {
    const { hand, stream, measure } = rig({ playoutPpm: -900, echo: { fifoSamples: 0 } });
    stream.start();
    for (let second = 0; second < 60; second++) {
      hand.runFor(1000);
      const measured = measure();
      const told = stream.bulkDelaySamples ?? Number.NaN;
      expect(Math.abs(told - measured), `in second ${second}`).toBeLessThanOrEqual(12);
    }
  });
});

describe("PcmStream.driftPpm of a card", () => {
  it.each([0, 80, -150])("a clock that runs %d ppm fast is measured", (capturePpm) => {
    const { hand, stream } = rig({ capturePpm, playoutPpm: capturePpm });
    stream.start();
    hand.runFor(10_000);
    expect(stream.driftPpm).toBeUndefined();
    hand.runFor(90_000);
    expect(Math.abs((stream.driftPpm ?? Number.NaN) - capturePpm)).toBeLessThan(15);
  });
});

describe("levels of a card", () => {
  it("what is recorded and what is played are brought to their levels, each way", () => {
    const hand = new HandClock();
    const card = new FakeSoundCard(hand, { said: () => 1000 });
    const streams = new CardStreams(card, hand, () => {});
    const heard: number[] = [];
    const gains = soundGains({ captureFullScaleDbm0: -2.7, playbackFullScaleDbm0: 9.36 });
    const stream = streams.open(
      "whole",
      {
        onFrame: (captured, playout) => {
          heard.push(captured[5] ?? 0);
          playout.fill(10_000);
        },
        onFault: (fault) => expect.fail(fault.what),
      },
      gains,
    );
    stream.start();
    hand.runFor(50);
    expect(new Set(heard)).toEqual(new Set([Math.round(1000 * gains.capture)]));
    expect(gains.capture).toBeCloseTo(0.5, 2);
    expect(card.played.at(-1)).toBe(Math.round(10_000 * gains.playout));
    expect(gains.playout).toBeCloseTo(0.5, 2);
  });
});
