import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventQueue } from "./event-queue.ts";

describe("EventQueue", () => {
  it("take() gives callbacks by time, equal times in the order asked", () => {
    const queue = new EventQueue();
    const ran: string[] = [];
    queue.add(2, () => ran.push("c"));
    queue.add(1, () => ran.push("a"));
    queue.add(2, () => ran.push("d"));
    queue.add(1, () => ran.push("b"));
    for (let next = queue.take(); next !== undefined; next = queue.take()) next.run();
    expect(ran).toEqual(["a", "b", "c", "d"]);
  });

  it("cancel() of a callback that was taken, or twice, changes nothing", () => {
    const queue = new EventQueue();
    const first = queue.add(1, () => {});
    const second = queue.add(2, () => {});
    queue.add(3, () => {});
    queue.take();
    first.cancel();
    second.cancel();
    second.cancel();
    expect(queue.length).toBe(1);
    expect(queue.nextMs()).toBe(3);
  });

  it("addAgain() takes the handle of a callback that was taken, and no other", () => {
    const queue = new EventQueue();
    const ran: string[] = [];
    const taken = queue.add(1, () => ran.push("first"));
    const pending = queue.add(5, () => ran.push("pending"));
    const cancelled = queue.add(3, () => ran.push("cancelled"));
    cancelled.cancel();
    queue.take()?.run();
    expect(queue.addAgain(taken, 5, () => ran.push("again"))).toBe(taken);
    expect(queue.addAgain(taken, 6, () => ran.push("other"))).not.toBe(taken);
    expect(queue.addAgain(pending, 2, () => ran.push("new"))).not.toBe(pending);
    expect(queue.addAgain(cancelled, 4, () => ran.push("fresh"))).not.toBe(cancelled);
    expect(new EventQueue().addAgain(taken, 4, () => {})).not.toBe(taken);
    expect(queue.length).toBe(5);
    for (let next = queue.take(); next !== undefined; next = queue.take()) next.run();
    expect(ran).toEqual(["first", "new", "fresh", "pending", "again", "other"]);
    queue.addAgain(taken, 7, () => ran.push("never")).cancel();
    expect(queue.take()).toBeUndefined();
  });

  it("keeps order and count whatever is added, taken and cancelled", () => {
    const operation = fc.oneof(
      { weight: 5, arbitrary: fc.record({ add: fc.integer({ min: 0, max: 20 }) }) },
      { weight: 4, arbitrary: fc.record({ cancel: fc.nat() }) },
      { weight: 1, arbitrary: fc.constant({ take: true }) },
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 1500, size: "max" }), (operations) => {
        const queue = new EventQueue();
        const model: { atMs: number; id: number }[] = [];
        const timers: { cancel(): void }[] = [];
        let taken = -1;
        const takeBoth = (): void => {
          model.sort((a, b) => a.atMs - b.atMs || a.id - b.id);
          const expected = model.shift();
          expect(queue.nextMs()).toBe(expected?.atMs);
          queue.take()?.run();
          if (expected !== undefined) expect(taken).toBe(expected.id);
        };
        for (const each of operations) {
          if ("add" in each) {
            const id = timers.length;
            model.push({ atMs: each.add, id });
            timers.push(
              queue.add(each.add, () => {
                taken = id;
              }),
            );
          } else if ("cancel" in each) {
            const id = timers.length === 0 ? 0 : each.cancel % timers.length;
            timers[id]?.cancel();
            const at = model.findIndex((entry) => entry.id === id);
            if (at >= 0) model.splice(at, 1);
          } else takeBoth();
          expect(queue.length).toBe(model.length);
        }
        while (model.length > 0) takeBoth();
        expect(queue.take()).toBeUndefined();
      }),
      { numRuns: 30 },
    );
  });

  it("does not fill up when a timer is re-armed for ever", () => {
    const queue = new EventQueue();
    let timer = queue.add(1e9, () => {});
    for (let count = 0; count < 100_000; count++) {
      timer.cancel();
      timer = queue.add(1e9 + count, () => {});
    }
    expect(queue.length).toBe(1);
    expect(queue.nextMs()).toBe(1e9 + 99_999);
  });
});
