import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandomStream } from "../../test/hw-sim/world/random-stream.ts";
import { L16 } from "./codec/l16.ts";
import { FixedPlayout } from "./fixed-playout.ts";

const codec = L16.createCodec();
const packet = (sequence: number, first = sequence * 160) => {
  const pcm = Int16Array.from({ length: 160 }, (_, at) => (first + at) % 30_000);
  const payload = new Uint8Array(320);
  codec.encode(pcm, payload);
  return {
    sequence,
    timestamp: (0xffff_ff00 + sequence * 160) >>> 0,
    payloadType: 96,
    payload,
    samples: 160,
  };
};
const pull = (playout: FixedPlayout): number[] => {
  const out = new Int16Array(80);
  playout.pull(out);
  return [...out];
};

/** A modem over a network; what is heard carries the number of its sample. */
function play(how: {
  readonly seconds: number;
  readonly driftPpm?: number;
  readonly jitterMs?: () => number;
  /** From then on every packet is so much later. */
  readonly stepAtMs?: number;
  readonly stepMs?: number;
  /** Packets of that moment come so much later, once. */
  readonly gapMs?: number;
  /** The modem pauses for 100 ms at the end of each such time. */
  readonly pauseEveryMs?: number | undefined;
}) {
  const { driftPpm = 0, jitterMs = () => 0, stepAtMs = 0, stepMs = 0, gapMs = 0 } = how;
  const playout = new FixedPlayout(1, () => codec);
  const every = how.pauseEveryMs;
  const isPause = (atMs: number): boolean => every !== undefined && atMs % every >= every - 100;
  const frameMs = 10 * (1 - driftPpm / 1e6);
  const waiting: { readonly atMs: number; readonly n: number }[] = [];
  const payload = new Uint8Array(320);
  const pcm = new Int16Array(160);
  const out = new Int16Array(80);
  const result = { cuts: 0, waits: 0, missing: 0, missingAfter: 0, delaysMs: [] as number[] };
  let sent = 0;
  let expected: number | undefined;
  for (let nowMs = 3; nowMs < how.seconds * 1000; nowMs += frameMs) {
    for (; (sent + 1) * 20 <= nowMs; sent++) {
      const sentMs = (sent + 1) * 20;
      const isLate = sentMs >= stepAtMs && sentMs < stepAtMs + gapMs;
      const wayMs = (sentMs >= stepAtMs ? stepMs : 0) + (isLate ? stepAtMs + gapMs - sentMs : 0);
      waiting.push({ atMs: sentMs + 200 + wayMs + jitterMs(), n: sent });
    }
    const here = waiting.filter(({ atMs }) => atMs <= nowMs).sort((a, b) => a.n - b.n);
    waiting.splice(0, waiting.length, ...waiting.filter(({ atMs }) => atMs > nowMs));
    for (const { n } of here) {
      // A sample says which of 20,000 it is; in a pause it is nothing.
      for (let at = 0; at < 160; at++) pcm[at] = 1000 + ((n * 160 + at) % 20_000);
      if (isPause(n * 20)) pcm.fill(0);
      codec.encode(pcm, payload);
      playout.put({ sequence: n, timestamp: n * 160, payloadType: 96, payload, samples: 160 });
    }
    const missingBefore = playout.framesConcealed;
    playout.pull(out);
    const missed = playout.framesConcealed - missingBefore;
    result.missing += missed;
    if (nowMs > stepAtMs + 200) result.missingAfter += missed;
    const first = out[0] ?? 0;
    if (first === 0) {
      if (expected !== undefined) result.waits++;
      expected = undefined;
    } else {
      if (expected !== undefined && first !== 1000 + (expected % 20_000)) result.cuts++;
      expected = first - 1000 + 80;
      const behind = Math.floor((nowMs - 200) * 8) - (first - 1000);
      if (nowMs > 3000 && stepMs === 0) result.delaysMs.push(modulo(behind, 20_000) / 8);
      if (nowMs > stepAtMs + 30_000 && stepMs !== 0) {
        result.delaysMs.push(modulo(behind - 8 * stepMs, 20_000) / 8);
      }
    }
  }
  return result;
}

const modulo = (value: number, modulus: number): number => ((value % modulus) + modulus) % modulus;

describe("FixedPlayout", () => {
  it.each([20, 120])("plays each sample %i ms behind, whatever the order", (delayMs) => {
    const playout = new FixedPlayout(1, () => codec, delayMs);
    const heard: number[] = [];
    const order = [0, 2, 1, 3, 3, 4, 6, 5];
    for (let n = 0; n < 40; n++) {
      const next = n % 2 === 0 ? order[n / 2] : undefined;
      // With 20 ms nothing may come later than its place.
      if (next !== undefined) playout.put(packet(delayMs === 20 ? n / 2 : next));
      heard.push(...pull(playout));
    }
    const from = delayMs * 8;
    const count = delayMs === 20 ? 8 : 7;
    expect(heard.slice(0, from).every((sample) => sample === 0)).toBe(true);
    expect(heard.slice(from, from + count * 160)).toEqual(
      Array.from({ length: count * 160 }, (_, at) => at),
    );
    expect(playout.latePackets).toBe(0);
  });

  it("what does not come is silence of its own length, and counts", () => {
    const playout = new FixedPlayout(1, () => codec, 20);
    const heard: number[] = [];
    for (let n = 0; n < 12; n++) {
      if (n % 2 === 0 && n !== 4) playout.put(packet(n / 2));
      heard.push(...pull(playout));
    }
    expect(heard.slice(160 + 320, 160 + 480).every((sample) => sample === 0)).toBe(true);
    expect(heard[160 + 480]).toBe(480);
    expect(playout.framesConcealed).toBe(2);
  });

  it("put() calls what is over late, and restart() or a jump begins anew", () => {
    const playout = new FixedPlayout(1, () => codec, 20);
    playout.put(packet(0));
    for (let n = 0; n < 6; n++) pull(playout);
    expect(playout.put(packet(0))).toBe("late");
    expect(playout.put({ ...packet(1), timestamp: 900_000 })).toBe("stored");
    playout.restart();
    expect(pull(playout).every((sample) => sample === 0)).toBe(true);
    expect(playout.put(packet(9))).toBe("stored");
  });

  it.each([
    { what: "a way that becomes 60 ms longer", stepMs: 60, gapMs: 0, loses: 0 },
    { what: "a way that becomes 150 ms longer", stepMs: 150, gapMs: 0, loses: 25 },
    { what: "a way that becomes 2 s longer", stepMs: 2000, gapMs: 0, loses: 200 + 15 },
    { what: "a way that becomes 100 ms shorter", stepMs: -100, gapMs: 0, loses: 0 },
    { what: "a stall of 90 ms, as jitter is", stepMs: 0, gapMs: 90, loses: 0 },
  ])("goes on after $what", ({ stepMs, gapMs, loses }) => {
    const way = { stepAtMs: 20_000, stepMs, gapMs };
    const { missingAfter, delaysMs } = play({ seconds: 60, ...way, pauseEveryMs: 3000 });
    expect(missingAfter).toBeLessThanOrEqual(loses);
    expect(Math.abs((delaysMs.at(-1) ?? 0) - 120)).toBeLessThanOrEqual(30);
  });

  it.each([150, 2000, 60_000])(
    "hears a far end that stood still for %i ms, its timestamps too, again at once",
    (stillMs) => {
      const playout = new FixedPlayout(1, () => codec);
      const talk = (from: number, packets: number): number[] =>
        Array.from({ length: packets }, (_, n) => {
          playout.put(packet(from + n));
          return [...pull(playout), ...pull(playout)];
        }).flat();
      talk(0, 50);
      for (let n = 0; n < stillMs / 10; n++) pull(playout);
      const heard = talk(50, 50);
      // 100 ms of packets that missed their time; the next begins what is heard 120 ms later.
      const [from, first] = [(5 + 6) * 160, (50 + 5) * 160];
      expect(heard.slice(0, from).every((sample) => sample === 0)).toBe(true);
      expect(heard.slice(from)).toEqual(heard.slice(from).map((_, at) => first + at));
      expect(playout.latePackets).toBe(5);
    },
  );

  it("has its delay after a jump of the timestamps, whatever it was waiting for", () => {
    const playout = new FixedPlayout(1, () => codec);
    const isSilent = (): boolean => pull(playout).every((sample) => sample === 0);
    for (let n = 0; n < 20; n++) {
      playout.put(packet(n));
      pull(playout);
      pull(playout);
    }
    // 90 ms less ahead than it should be: within two seconds it waits for as long.
    for (let n = 0; n < 9; n++) pull(playout);
    let next = 20;
    for (let waits = false; !waits && next < 200; next++) {
      playout.put(packet(next));
      pull(playout);
      waits = isSilent();
    }
    expect(next).toBeLessThan(130);
    const heard = Array.from({ length: 8 }, (_, n) => {
      playout.put(packet(next + 1000 + n, 25_000 + 160 * n));
      return [...pull(playout), ...pull(playout)];
    });
    expect(heard.flat().indexOf(25_000)).toBe(120 * 8);
  });

  // Ten times what clocks are apart: an hour and a half of 300 ppm in nine minutes.
  it.each([
    { driftPpm: 3000, pauseEveryMs: 5000, cuts: 0, waits: undefined },
    { driftPpm: -3000, pauseEveryMs: 5000, cuts: 0, waits: undefined },
    // Without a pause: 540 ms, a wait each 80 or a cut each 400.
    { driftPpm: 3000, pauseEveryMs: undefined, cuts: 0, waits: 6 },
    { driftPpm: -3000, pauseEveryMs: undefined, cuts: 1, waits: 0 },
  ])("clocks $driftPpm ppm apart, pauses each $pauseEveryMs ms: $cuts cuts", (row) => {
    const { cuts, waits, missing, delaysMs } = play({ seconds: 180, ...row });
    expect(cuts).toBe(row.cuts);
    if (row.waits !== undefined) expect(waits).toBe(row.waits);
    expect(missing).toBe(0);
    expect(delaysMs.length).toBeGreaterThan(10_000);
    // What it is off by, until a pause comes; a packet, a frame and a second's drift besides.
    const most = 120 + (row.pauseEveryMs === undefined ? 400 : 20 + 15) + 20 + 10 + 3;
    expect(Math.max(...delaysMs)).toBeLessThanOrEqual(most);
    expect(Math.min(...delaysMs)).toBeGreaterThanOrEqual(30);
  });

  it("leaves the delay alone while the fastest packets come as they did", () => {
    const random = createRandomStream(1, "jitter");
    const { cuts, missing, delaysMs } = play({
      ...{ seconds: 120, pauseEveryMs: 2000 },
      jitterMs: () => 100 * random.float() ** 2,
    });
    expect(cuts).toBe(0);
    expect(missing).toBe(0);
    expect(Math.min(...delaysMs)).toBeGreaterThanOrEqual(90);
  });

  it("takes any timestamps without throwing", () => {
    const one = fc.record({ timestamp: fc.nat({ max: 0xffff_ffff }), pulls: fc.nat({ max: 3 }) });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 50 }), (steps) => {
        const playout = new FixedPlayout(1, () => codec);
        for (const { timestamp, pulls } of steps) {
          playout.put({ ...packet(1), timestamp });
          for (let n = 0; n < pulls; n++) expect(pull(playout)).toHaveLength(80);
        }
      }),
    );
  });
});
