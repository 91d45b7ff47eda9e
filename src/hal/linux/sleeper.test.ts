import { describe, expect, it } from "vitest";
import { Sleeper, TURN_AT_LEAST_MS, TURN_AT_MOST_MS, TURN_EVERY_MS } from "./sleeper.ts";

/**
 * A sleeper whose sleep is a jump of its own clock; runs so many frames of 10 ms. `wantedAtMs` is
 * when the event loop gets something to do; undefined where that cannot be known.
 */
function setUp(wantedAtMs?: readonly number[]) {
  let nowMs = 0;
  const wanted = [...(wantedAtMs ?? [])];
  const happened: string[] = [];
  /** When each run ended. */
  const runs: number[] = [];
  const sleep = (untilMs: number): void => {
    nowMs = Math.max(nowMs, untilMs);
  };
  const sleepLightly = (untilMs: number): boolean => {
    const [first] = wanted;
    const isWanted = first !== undefined && first <= Math.max(nowMs, untilMs);
    sleep(isWanted ? first : untilMs);
    return isWanted;
  };
  const sleeper = new Sleeper({
    nowMs: () => nowMs,
    sleep,
    knowsLoop: wantedAtMs !== undefined,
    sleepLightly,
    beforeRun: () => happened.push("poll"),
    afterRun: () => void runs.push(nowMs),
    soon: (run) => void setImmediate(run),
  });
  const frames = (count: number, isSettled: boolean): void => {
    const next = (): void => {
      happened.push(`${nowMs}`);
      if (--count > 0) sleeper.wake(nowMs + 10, next, isSettled);
    };
    sleeper.wake(nowMs + 10, next, isSettled);
  };
  const turn = (): Promise<void> =>
    new Promise((resolve) => {
      setImmediate(() => {
        happened.push("turn");
        // What the loop had to do is done.
        while (wanted[0] !== undefined && wanted[0] <= nowMs) wanted.shift();
        resolve();
      });
    });
  const withoutPolls = (): readonly string[] => happened.filter((one) => one !== "poll");
  return { sleeper, frames, happened, runs, withoutPolls, turn };
}

describe("Sleeper", () => {
  it("lets the event loop turn after each deadline that is not settled", async () => {
    const { frames, happened, turn } = setUp();
    frames(3, false);
    expect(happened).toEqual([]);
    for (let n = 0; n < 3; n++) await turn();
    const frame = (at: string): readonly string[] => ["poll", at, "turn"];
    expect(happened).toEqual([...frame("10"), ...frame("20"), ...frame("30")]);
  });

  it("lets it turn after every second of those that are", async () => {
    const { frames, withoutPolls, turn } = setUp();
    frames(6, true);
    for (let n = 0; n < 3; n++) await turn();
    expect(withoutPolls()).toEqual(["10", "20", "turn", "30", "40", "turn", "50", "60", "turn"]);
    expect(TURN_EVERY_MS).toBeGreaterThan(10);
    expect(TURN_EVERY_MS).toBeLessThan(20);
  });

  it("lets it turn as soon as it has something to do, where that is known", async () => {
    const { frames, withoutPolls, turn } = setUp([13, 30, 43.5]);
    frames(6, true);
    for (let n = 0; n < 4; n++) await turn();
    // Within a frame at once; at the moment of a frame after that one.
    expect(withoutPolls()).toEqual([
      "10",
      "turn",
      "20",
      "30",
      "turn",
      "40",
      "turn",
      "50",
      "60",
      "turn",
    ]);
  });

  it("lets it turn no more often than after some ms, whatever it has to do", async () => {
    const { frames, happened, sleeper, turn } = setUp(
      Array.from({ length: 40 }, (_, at) => at / 4),
    );
    frames(1, true);
    let turns = 0;
    for (; !happened.includes("10"); turns++) await turn();
    expect(turns).toBeLessThanOrEqual(10 / TURN_AT_MOST_MS + 1);
    expect(turns).toBeGreaterThan(2);
    // A deadline taken back meanwhile stays so.
    sleeper.wake(20, () => happened.push("cancelled"), true).cancel();
    await turn();
    expect(happened).not.toContain("cancelled");
  });

  it("lets it turn now and then where it has nothing to do: it may have timers", async () => {
    const { frames, happened, turn } = setUp([]);
    frames((3 * TURN_AT_LEAST_MS) / 10, true);
    for (let n = 0; n < 3; n++) await turn();
    const before = (at: number): number =>
      happened.slice(0, at).filter((one) => one !== "poll").length;
    const turns = happened.flatMap((one, at) => (one === "turn" ? [before(at)] : []));
    // Frames at 10, 20, …: the first turn is due after the one that lies past the limit.
    const first = TURN_AT_LEAST_MS / 10 + 1;
    expect(turns[0]).toBe(first);
    expect(turns).toHaveLength(3);
  });

  it("runs nothing that was taken back, and what came in its place", async () => {
    const { sleeper, withoutPolls, happened, turn } = setUp();
    const first = sleeper.wake(10, () => happened.push("first"), false);
    first.cancel();
    await turn();
    sleeper.wake(10, () => happened.push("second"), false).cancel();
    sleeper.wake(5, () => happened.push("third"), false);
    await turn();
    first.cancel();
    expect(withoutPolls()).toEqual(["turn", "third", "turn"]);
  });

  it("goes on after a deadline that threw, whose run has ended all the same", async () => {
    const { sleeper, happened, runs, turn } = setUp();
    const told = new Promise<unknown>((resolve) => process.once("uncaughtException", resolve));
    sleeper.wake(
      10,
      () => {
        sleeper.wake(20, () => happened.push("after"), false);
        throw new Error("of a callback");
      },
      false,
    );
    expect(String(await told)).toContain("of a callback");
    await turn();
    expect(happened).toContain("after");
    expect(runs).toEqual([10, 20]);
  });
});
