import { describe, expect, it } from "vitest";
import { RunQueue } from "./run-queue.ts";

describe("RunQueue", () => {
  it("runs a task at once, and what it posts after it, in order", () => {
    const queue = new RunQueue();
    const ran: string[] = [];
    queue.post(() => {
      expect(queue.isIdle).toBe(false);
      queue.post(() => {
        ran.push("b");
        queue.post(() => ran.push("d"));
      });
      queue.post(() => ran.push("c"));
      ran.push("a");
    });
    expect(ran).toEqual(["a", "b", "c", "d"]);
    expect(queue.isIdle).toBe(true);
  });

  it("hand() has an input taken at once, or after what runs", () => {
    const queue = new RunQueue();
    const taken: number[] = [];
    const taker = {
      take(input: number) {
        expect(queue.isIdle).toBe(false);
        if (input === 1) queue.hand(taker, 2);
        taken.push(input);
      },
    };
    queue.hand(taker, 1);
    queue.hand(taker, 3);
    expect(taken).toEqual([1, 2, 3]);
    expect(queue.isIdle).toBe(true);
  });

  it("stops cores that feed each other without end", () => {
    const queue = new RunQueue();
    const again = (): void => queue.post(again);
    expect(() => queue.post(again)).toThrow(/without end/);
  });

  it("drops what waited behind a task that threw, and takes new ones", () => {
    const queue = new RunQueue();
    const ran: string[] = [];
    expect(() =>
      queue.post(() => {
        queue.post(() => ran.push("never"));
        throw new Error("a bug");
      }),
    ).toThrow("a bug");
    queue.post(() => ran.push("next"));
    expect(ran).toEqual(["next"]);
  });
});
