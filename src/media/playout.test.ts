import { describe, expect, it } from "vitest";
import type { JitterSettings } from "../base/media-messages.ts";
import { PCMU } from "./codec/g711.ts";
import { createToneSource } from "./dsp/tone-source.ts";
import { Playout } from "./playout.ts";

const FRAME = 80;
const PACKET = 160;
const codec = PCMU.createCodec();

/** A small generator of reproducible numbers in [0, 1). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Network {
  readonly seconds: number;
  /** Delay of packet `n` sent at `atMs`; undefined loses it. */
  readonly delayMs: (n: number, atMs: number) => number | undefined;
  /** Level of the 440 Hz that is said at a time; silence where undefined. */
  readonly levelDbm0?: (atMs: number) => number | undefined;
  /** Receiver's clock against the sender's, parts per million. */
  readonly driftPpm?: number;
  readonly settings?: JitterSettings;
}

/** Sends speech-like packets of 20 ms over a network into a playout; returns what was heard. */
function listen(network: Network) {
  const playout = new Playout(FRAME, 1, () => codec, network.settings);
  const tone = createToneSource({ segments: [{ frequenciesHz: [440], levelDbm0: -10 }] });
  const arrivals: { atMs: number; n: number; payload: Uint8Array }[] = [];
  for (let n = 0; n < network.seconds * 50; n++) {
    const sentMs = (n + 1) * 20;
    const pcm = new Int16Array(PACKET);
    tone.render(pcm);
    const level = network.levelDbm0 === undefined ? -10 : network.levelDbm0(sentMs);
    if (level === undefined) pcm.fill(0);
    const payload = new Uint8Array(PACKET);
    codec.encode(pcm, payload);
    const delayMs = network.delayMs(n, sentMs);
    if (delayMs !== undefined) arrivals.push({ atMs: sentMs + delayMs, n, payload });
  }
  arrivals.sort((a, b) => a.atMs - b.atMs);
  const heard: number[] = [];
  const delays: number[] = [];
  const frameMs = 10 * (1 + (network.driftPpm ?? 0) / 1e6);
  let next = 0;
  let beforeMs = 0;
  // Frames fall between packets: 3 ms after.
  for (let atMs = 3; atMs < network.seconds * 1000; atMs += frameMs) {
    for (;;) {
      const arrival = arrivals[next];
      if (arrival === undefined || arrival.atMs > atMs) break;
      const { n, payload } = arrival;
      const packet = {
        sequence: n,
        timestamp: n * PACKET,
        payloadType: 0,
        payload,
        samples: PACKET,
      };
      playout.put(packet, (arrival.atMs - beforeMs) / frameMs);
      next++;
    }
    beforeMs = atMs;
    const frame = new Int16Array(FRAME);
    playout.pull(frame);
    heard.push(...frame);
    delays.push(playout.delaySamples / 8);
  }
  return { playout, heard, delays };
}

const largestStep = (samples: readonly number[]) =>
  samples.reduce(
    (most, s, at) => Math.max(most, at === 0 ? 0 : Math.abs(s - (samples[at - 1] ?? 0))),
    0,
  );

describe("Playout", () => {
  it("adds nothing on a perfect network", () => {
    const { playout, delays } = listen({ seconds: 5, delayMs: () => 0 });
    expect(Math.max(...delays)).toBe(0);
    expect(playout.framesConcealed).toBe(0);
    expect(playout.latePackets).toBe(0);
  });

  it("learns the jitter: few frames are made up, and the delay stays near it", () => {
    const random = createRandom(1);
    const { playout, delays } = listen({ seconds: 60, delayMs: () => random() * 40 });
    expect(playout.framesConcealed).toBeLessThan(6000 * 0.02);
    const settled = delays.slice(500);
    expect(Math.max(...settled)).toBeLessThanOrEqual(60);
    expect(Math.min(...settled)).toBeGreaterThanOrEqual(20);
  });

  it("does not hunt: steady jitter in a pause is cut no shorter than it is", () => {
    const random = createRandom(5);
    const { playout } = listen({
      seconds: 60,
      delayMs: () => random() * 40,
      levelDbm0: () => undefined,
    });
    expect(playout.framesConcealed).toBeLessThan(6000 * 0.02);
  });

  it("grows for packets that others overtake, until they are in time", () => {
    const { playout } = listen({
      seconds: 20,
      delayMs: (n) => (n % 10 === 5 ? 55 : 0),
      levelDbm0: () => undefined,
    });
    // One packet in ten would be too late, 100 in all, were the delay not grown.
    expect(playout.latePackets).toBeLessThan(10);
  });

  it("carries 5 % loss with jitter: made up is about what was lost", () => {
    const random = createRandom(2);
    const delayMs = () => (random() < 0.05 ? undefined : random() * 30);
    const { playout } = listen({ seconds: 60, delayMs });
    expect(playout.framesConcealed).toBeGreaterThan(6000 * 0.03);
    expect(playout.framesConcealed).toBeLessThan(6000 * 0.08);
  });

  it("shrinks again in a pause after the network calmed down", () => {
    const random = createRandom(3);
    const { delays } = listen({
      seconds: 20,
      delayMs: (_, atMs) => (atMs < 8000 ? random() * 60 : 5),
      levelDbm0: (atMs) => (atMs % 3000 < 1500 ? -10 : undefined),
    });
    expect(Math.max(...delays.slice(300, 800))).toBeGreaterThanOrEqual(40);
    // Packets no longer begin with frames: one is wanted up to half a frame before its time.
    expect(Math.max(...delays.slice(1700))).toBeLessThanOrEqual(15);
  });

  it("shrinks in steady sound too, within seconds", () => {
    // The network stands still for 60 ms once: three packets come together.
    const stall = (n: number) => Math.max(0, n < 100 ? 0 : 60 - (n - 100) * 20);
    const { delays } = listen({ seconds: 20, delayMs: stall });
    expect(Math.max(...delays.slice(200, 300))).toBeGreaterThanOrEqual(40);
    expect(delays.at(-1)).toBeLessThanOrEqual(10);
  });

  it.each([{ driftPpm: 300 }, { driftPpm: -300 }])(
    "follows a clock $driftPpm ppm off without piling up or running dry",
    ({ driftPpm }) => {
      const { playout, delays } = listen({ seconds: 300, delayMs: () => 1, driftPpm });
      // 300 s of 300 ppm are 90 ms: cut or put in, not made up.
      expect(Math.max(...delays.slice(100))).toBeLessThanOrEqual(25);
      expect(playout.framesConcealed).toBeLessThanOrEqual(3);
      expect(playout.latePackets).toBe(0);
    },
  );

  it("makes no click where packets are lost, cut or late", () => {
    const random = createRandom(4);
    const clean = listen({ seconds: 5, delayMs: () => 0 });
    const rough = listen({
      seconds: 20,
      delayMs: () => (random() < 0.05 ? undefined : random() * 40),
    });
    // A steady 440 Hz: no step is much larger than the steepest of the tone itself.
    expect(largestStep(rough.heard)).toBeLessThan(largestStep(clean.heard) * 1.6);
  });

  it("keeps to the law of 10 ms on average: hardly any frame made up, little more delay", () => {
    const random = createRandom(6);
    // Exponential, clipped at 80 ms; 99.5 % are within 53.
    const delayMs = () => Math.min(80, -10 * Math.log(1 - random()));
    const { playout, delays } = listen({ seconds: 120, delayMs });
    expect(playout.framesConcealed).toBeLessThan(12_000 * 0.01);
    const settled = delays.slice(1000);
    const mean = settled.reduce((sum, one) => sum + one, 0) / settled.length;
    expect(mean).toBeLessThanOrEqual(63);
  });

  it.each([20, 60, 100])("waits %i ms where that is fixed, no more and no less", (minMs) => {
    const random = createRandom(7);
    const settings = { mode: "fixed", minMs, maxMs: 200 } as const;
    for (const delayMs of [() => 0, () => random() * 15]) {
      const { playout, delays } = listen({ seconds: 20, delayMs, settings });
      const settled = delays.slice(300);
      expect(Math.min(...settled)).toBeGreaterThanOrEqual(minMs - 10);
      expect(Math.max(...settled)).toBeLessThanOrEqual(minMs + 20);
      expect(playout.framesConcealed).toBeLessThanOrEqual(10);
    }
  });

  it.each([
    // What comes late is played all the same, and the delay cut back behind it.
    { mode: "fixed", fromMs: 15, toMs: 70 },
    { mode: "adaptive", fromMs: 75, toMs: 110 },
  ] as const)("waits for jitter of 100 ms where that is adaptive: $mode", (row) => {
    const random = createRandom(9);
    const settings = { mode: row.mode, minMs: 20, maxMs: 200 };
    const { delays } = listen({ seconds: 40, delayMs: () => random() * 100, settings });
    const late = delays.slice(1000);
    const meanMs = late.reduce((sum, one) => sum + one, 0) / late.length;
    expect(meanMs).toBeGreaterThan(row.fromMs);
    expect(meanMs).toBeLessThan(row.toMs);
  });

  it("follows a clock that drifts where the delay is fixed, too", () => {
    const settings = { mode: "fixed", minMs: 40, maxMs: 40 } as const;
    for (const driftPpm of [300, -300]) {
      const { playout, delays } = listen({ seconds: 300, delayMs: () => 1, driftPpm, settings });
      expect(Math.min(...delays.slice(300))).toBeGreaterThanOrEqual(20);
      expect(Math.max(...delays.slice(300))).toBeLessThanOrEqual(65);
      expect(playout.framesConcealed).toBeLessThanOrEqual(6);
    }
  });

  it("keeps within the least and the most that adaptive delay may be", () => {
    const random = createRandom(8);
    const least = { mode: "adaptive", minMs: 50, maxMs: 200 } as const;
    const calm = listen({ seconds: 20, delayMs: () => 0, settings: least });
    expect(Math.min(...calm.delays.slice(300))).toBeGreaterThanOrEqual(40);
    const most = { mode: "adaptive", minMs: 0, maxMs: 30 } as const;
    const wild = listen({ seconds: 60, delayMs: () => random() * 100, settings: most });
    const late = wild.delays.slice(1000);
    expect(late.reduce((sum, one) => sum + one, 0) / late.length).toBeLessThan(70);
  });

  it("says nothing before the first packet and after the last", () => {
    const playout = new Playout(FRAME, 1, () => codec);
    const frame = new Int16Array(FRAME).fill(7);
    playout.pull(frame);
    expect(frame.every((sample) => sample === 0)).toBe(true);
    expect(playout.framesConcealed).toBe(0);
  });

  it("plays packets of 60 ms, and of other lengths in turn", () => {
    const playout = new Playout(FRAME, 1, () => codec);
    const heard: number[] = [];
    let timestamp = 0;
    for (const [sequence, samples] of [480, 80, 240, 160].entries()) {
      const payload = new Uint8Array(samples).fill(0x80 + sequence);
      playout.put({ sequence, timestamp, payloadType: 0, payload, samples });
      timestamp += samples;
      for (let n = 0; n < samples / FRAME; n++) {
        const frame = new Int16Array(FRAME);
        playout.pull(frame);
        heard.push(...frame);
      }
    }
    // The very first samples fade in.
    const lengths = [32124, 31100, 30076, 29052].map(
      (value) => heard.slice(FRAME).filter((sample) => sample === value).length,
    );
    expect(lengths).toEqual([480 - FRAME, 80, 240, 160]);
  });
});
