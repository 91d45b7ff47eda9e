import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SampleRing } from "./sample-ring.ts";

const bytes = (samples: readonly number[]): Uint8Array =>
  new Uint8Array(Int16Array.from(samples).buffer);

describe("SampleRing", () => {
  it("gives samples back in order, however the bytes are cut", () => {
    const pieces = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 40 });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -32_768, max: 32_767 })), pieces, (samples, cuts) => {
        const ring = new SampleRing(16);
        const all = bytes(samples);
        const out: number[] = [];
        let at = 0;
        const drain = (): void => {
          const some = new Int16Array(ring.length);
          expect(ring.read(some)).toBe(true);
          out.push(...some);
        };
        for (const cut of cuts) {
          expect(ring.writeBytes(all.subarray(at, at + cut))).toBe(true);
          at = Math.min(all.length, at + cut);
          drain();
        }
        expect(out).toEqual(samples.slice(0, Math.floor(at / 2)));
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    [3, true, 3],
    [4, true, 4],
    [5, false, 4],
  ])("%d samples into room for 4", (count, fits, length) => {
    const ring = new SampleRing(4);
    expect(ring.writeBytes(bytes(Array.from({ length: count }, () => 1)))).toBe(fits);
    expect(ring.length).toBe(length);
  });

  it("read() takes nothing where there is not enough", () => {
    const ring = new SampleRing(4);
    ring.writeBytes(bytes([1, 2]));
    expect(ring.read(new Int16Array(3))).toBe(false);
    const two = new Int16Array(2);
    expect([ring.read(two), ...two, ring.length]).toEqual([true, 1, 2, 0]);
  });

  it("clear() forgets samples but not which byte is the next", () => {
    const ring = new SampleRing(4);
    ring.writeBytes(Uint8Array.of(1, 0, 0x34));
    ring.clear();
    ring.writeBytes(Uint8Array.of(0x12));
    const one = new Int16Array(1);
    expect([ring.length, ring.read(one), one[0]]).toEqual([1, true, 0x1234]);
  });
});
