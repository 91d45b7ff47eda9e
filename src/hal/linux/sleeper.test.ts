import { describe, expect, it } from "vitest";
import { createSleeper, TURN_EVERY_MS } from "./sleeper.ts";

/** A sleeper whose sleep is a jump of its own clock; runs so many frames of 10 ms. */
function setUp() {
  let nowMs = 0;
  const happened: string[] = [];
  const sleeper = createSleeper(
    () => nowMs,
    (untilMs) => {
      nowMs = Math.max(nowMs, untilMs);
    },
  );
  const frames = (count: number, isSettled: boolean): void => {
    const next = (): void => {
      happened.push(`${nowMs}`);
      if (--count > 0) sleeper(nowMs + 10, next, isSettled);
    };
    sleeper(nowMs + 10, next, isSettled);
  };
  const turn = (): Promise<void> =>
    new Promise((resolve) => {
      setImmediate(() => {
        happened.push("turn");
        resolve();
      });
    });
  return { sleeper, frames, happened, turn };
}

describe("createSleeper()", () => {
  it("lets the event loop turn after each deadline that is not settled", async () => {
    const { frames, happened, turn } = setUp();
    frames(3, false);
    expect(happened).toEqual([]);
    for (let n = 0; n < 3; n++) await turn();
    expect(happened).toEqual(["10", "turn", "20", "turn", "30", "turn"]);
  });

  it("lets it turn after every second of those that are", async () => {
    const { frames, happened, turn } = setUp();
    frames(6, true);
    for (let n = 0; n < 3; n++) await turn();
    expect(happened).toEqual(["10", "20", "turn", "30", "40", "turn", "50", "60", "turn"]);
    expect(TURN_EVERY_MS).toBeGreaterThan(10);
    expect(TURN_EVERY_MS).toBeLessThan(20);
  });

  it("runs nothing that was taken back, and what came in its place", async () => {
    const { sleeper, happened, turn } = setUp();
    const cancel = sleeper(10, () => happened.push("first"), false);
    cancel();
    await turn();
    sleeper(10, () => happened.push("second"), false)();
    sleeper(5, () => happened.push("third"), false);
    await turn();
    cancel();
    expect(happened).toEqual(["turn", "third", "turn"]);
  });

  it("goes on after a deadline that threw", async () => {
    const { sleeper, happened, turn } = setUp();
    const told = new Promise<unknown>((resolve) => process.once("uncaughtException", resolve));
    sleeper(
      10,
      () => {
        sleeper(20, () => happened.push("after"), false);
        throw new Error("of a callback");
      },
      false,
    );
    expect(String(await told)).toContain("of a callback");
    await turn();
    expect(happened).toContain("after");
  });
});
