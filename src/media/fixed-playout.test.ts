import fc from "fast-check";
import { describe, expect, it } from "vitest";
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
