import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type QueuedTimer, TimerQueue } from "./timer-queue.ts";

/** Runs the queue empty and gives what the callbacks wrote down. */
function drain(queue: TimerQueue): void {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) next.run();
}

describe("TimerQueue", () => {
  it("shift() gives one instant's callbacks in the order asked", () => {
    const ran: string[] = [];
    const queue = new TimerQueue();
    for (const [atMs, name] of [
      [20, "d"],
      [10, "a"],
      [10, "b"],
      [10.5, "c"],
      [20, "e"],
    ] as const) {
      queue.add(atMs, () => ran.push(name));
    }
    drain(queue);
    expect(ran.join("")).toBe("abcde");
  });

  it("remove frees its place at once and does nothing a second time", () => {
    const queue = new TimerQueue();
    const timer = queue.add(5, () => {});
    queue.add(6, () => {});
    queue.remove(timer);
    queue.remove(timer);
    expect(queue.length).toBe(1);
    expect(queue.peek()?.atMs).toBe(6);
  });

  it("keeps the order of a stable sort, whatever is added and removed", () => {
    const step = fc.record({ atMs: fc.integer({ min: 0, max: 20 }), remove: fc.nat(200) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const queue = new TimerQueue();
        const model = new Map<number, number>();
        const timers: QueuedTimer[] = [];
        const ran: number[] = [];
        steps.forEach(({ atMs, remove }, id) => {
          timers.push(queue.add(atMs, () => ran.push(id)));
          model.set(id, atMs);
          const removed = timers[remove % timers.length];
          if (remove % 3 === 0 && removed !== undefined) {
            queue.remove(removed);
            model.delete(remove % timers.length);
          }
        });
        drain(queue);
        const expected = [...model].sort((a, b) => a[1] - b[1] || a[0] - b[0]).map(([id]) => id);
        expect(ran).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });
});
