import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SeenPackets } from "./seen-packets.ts";

/** Packets of 160 units, the numbers of which are given; across the wrap of timestamps. */
const stamp = (n: number): number => (0xffff_ff00 + n * 160) >>> 0;

function seen(...numbers: readonly number[]): SeenPackets {
  const packets = new SeenPackets();
  for (const n of numbers) packets.note(1000 + n, stamp(n));
  return packets;
}

const newest = (n: number) => ({ sequence: 1000 + n, timestamp: stamp(n) });

describe("SeenPackets.missing()", () => {
  it.each([
    { what: "the last one", came: [0, 1], of: 2, by: 3, position: 1, is: 2 },
    { what: "two in a row, the older", came: [0, 1], of: 2, by: 4, position: 2, is: 2 },
    { what: "two in a row, the newer", came: [0, 1], of: 3, by: 4, position: 1, is: 3 },
    { what: "one of a sender that repeats the third alone", came: [0, 2, 3], of: 1, by: 4, is: 1 },
    { what: "the same of two in a row", came: [0, 3], of: 1, by: 4, position: 1, is: 1 },
    { what: "what came", came: [0, 1, 2], of: 2, by: 3, position: 1, is: undefined },
    { what: "the packet itself", came: [0, 1], of: 3, by: 3, position: 1, is: undefined },
    { what: "what is later than it", came: [0, 1], of: 4, by: 3, position: 1, is: undefined },
    { what: "one before the first that came", came: [], of: 0, by: 1, position: 1, is: 0 },
    { what: "one before those", came: [2], of: 1, by: 3, position: 2, is: 1 },
  ])("$what", ({ came, of, by, position = 1, is }) => {
    const number = seen(...came).missing(stamp(of), newest(by), position);
    expect(number).toBe(is === undefined ? undefined : 1000 + is);
  });

  it("finds the place of one behind events, which have numbers and no time of their own", () => {
    const packets = new SeenPackets();
    packets.note(10, 1600);
    // 11 to 13 told of a digit of three packet times; 14 was lost.
    expect(packets.missing(1600 + 4 * 160, { sequence: 15, timestamp: 2400 }, 1)).toBe(14);
  });

  it("finds the place of one behind a pause, in which nothing is sent", () => {
    const packets = new SeenPackets();
    packets.note(10, 1600);
    expect(packets.missing(17_600, { sequence: 12, timestamp: 17_760 }, 1)).toBe(11);
  });

  it("clear() forgets", () => {
    const packets = seen(0, 1, 2);
    packets.clear();
    expect(packets.missing(stamp(2), newest(3), 1)).toBe(1002);
  });

  it("whatever is lost: each is found once, in its place, by copies of the last two", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 3, maxLength: 200 }), (losses) => {
        const packets = new SeenPackets();
        const taken = new Set<number>();
        losses.forEach((isLost, n) => {
          if (isLost && n > 0) return;
          for (const position of [2, 1]) {
            const of = n - position;
            const number = of < 0 ? undefined : packets.missing(stamp(of), newest(n), position);
            if (number === undefined) continue;
            expect(number).toBe(1000 + of);
            expect(taken.has(number)).toBe(false);
            packets.note(number, stamp(of));
            taken.add(number);
          }
          packets.note(1000 + n, stamp(n));
          taken.add(1000 + n);
        });
        // What is left lost had no packet within two behind it.
        losses.forEach((_, n) => {
          const isCovered = [0, 1, 2].some(
            (k) => n + k < losses.length && (n + k === 0 || !losses[n + k]),
          );
          expect(taken.has(1000 + n)).toBe(isCovered);
        });
      }),
    );
  });
});
