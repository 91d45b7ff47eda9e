import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BoundedQueue } from "./bounded-queue.ts";

describe("BoundedQueue", () => {
  it("is a list with a limit, whatever is pushed and shifted", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.option(fc.nat()), { maxLength: 60 }),
        (limit, steps) => {
          const queue = new BoundedQueue<number>(limit);
          const model: number[] = [];
          for (const step of steps) {
            if (step === null) expect(queue.shift()).toBe(model.shift());
            else {
              const room = model.length < limit;
              if (room) model.push(step);
              expect(queue.push(step)).toBe(room);
            }
            expect(queue.length).toBe(model.length);
          }
        },
      ),
    );
  });

  it("is empty after clear()", () => {
    const queue = new BoundedQueue<string>(2);
    queue.push("a");
    queue.clear();
    expect([queue.length, queue.shift()]).toEqual([0, undefined]);
  });
});
