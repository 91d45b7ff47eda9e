import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DeadlineQueue } from "./deadline-queue.ts";

describe("DeadlineQueue", () => {
  it("set() and takeDue() agree with a plain sorted list", () => {
    const command = fc.oneof(
      fc.record({ key: fc.nat(20), atMs: fc.option(fc.nat(50), { nil: undefined }) }),
      fc.record({ takeMs: fc.nat(60) }),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 300 }), (commands) => {
        const queue = new DeadlineQueue<number>();
        let list: { key: number; atMs: number }[] = [];
        for (const at of commands) {
          if ("takeMs" in at) {
            const first = list.toSorted((a, b) => a.atMs - b.atMs)[0];
            const due = first !== undefined && first.atMs <= at.takeMs ? first : undefined;
            expect(queue.takeDue(at.takeMs)).toBe(due?.key);
            list = list.filter((entry) => entry !== due);
          } else if (list.find(({ key }) => key === at.key)?.atMs !== at.atMs) {
            list = list.filter(({ key }) => key !== at.key);
            if (at.atMs !== undefined) list.push({ key: at.key, atMs: at.atMs });
            queue.set(at.key, at.atMs);
          } else {
            queue.set(at.key, at.atMs);
          }
          expect(queue.size).toBe(list.length);
          const times = list.map(({ atMs }) => atMs);
          expect(queue.earliestMs()).toBe(times.length === 0 ? undefined : Math.min(...times));
        }
      }),
      { numRuns: 200 },
    );
  });

  it("set() does not grow when one deadline moves for ever", () => {
    const queue = new DeadlineQueue<string>();
    queue.set("other", 1e9);
    for (let at = 1; at < 5000; at++) queue.set("moving", at);
    expect(queue.takeDue(4999)).toBe("moving");
    expect(queue.takeDue(1e9 - 1)).toBe(undefined);
    expect(queue.size).toBe(1);
  });
});
