import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AGAIN_LONGEST_MS,
  ASKED_AGAIN_MS,
  FetchSchedule,
  FIRST_SPREAD_MS,
  type ScheduleConfig,
  type ScheduleInput,
} from "./fetch-schedule.ts";

const DAY_MS = 86_400_000;

function setUp(config: Partial<ScheduleConfig> = {}) {
  const schedule = new FetchSchedule({ everyMs: DAY_MS, chance: 0, isKept: false, ...config });
  const fetches = (input: ScheduleInput, nowMs: number): boolean =>
    schedule.handle(input, nowMs).length > 0;
  return { schedule, fetches };
}

describe("FetchSchedule", () => {
  it.each([
    [{ isKept: false }, 1000],
    [{ isKept: true, chance: 0.5 }, 1000 + FIRST_SPREAD_MS / 2],
    [{ isKept: false, everyMs: 0 }, 1000],
    [{ isKept: true, everyMs: 0 }, undefined],
  ])("started with %j at 1000 it fetches at %s", (config, atMs) => {
    const { schedule, fetches } = setUp(config);
    if (fetches({ kind: "start" }, 1000)) expect(atMs).toBe(1000);
    else expect(schedule.deadlineMs()).toBe(atMs);
    if (atMs !== undefined && atMs > 1000) {
      expect(fetches({ kind: "timeout" }, atMs - 1)).toBe(false);
      expect(fetches({ kind: "timeout" }, atMs)).toBe(true);
    }
  });

  it.each([
    [0, 0.9],
    [0.5, 1],
    [0.999, 1.0998],
  ])("after one that went well it waits, by chance %d, %d of the time told", (chance, part) => {
    const { schedule, fetches } = setUp({ chance });
    fetches({ kind: "start" }, 0);
    expect(schedule.deadlineMs()).toBeUndefined();
    fetches({ kind: "ended", isGood: true }, 500);
    expect(schedule.deadlineMs()).toBeCloseTo(500 + DAY_MS * part, 3);
  });

  it("waits longer after each failure, an hour at most, and begins anew", () => {
    const { schedule, fetches } = setUp();
    fetches({ kind: "start" }, 0);
    const waits: number[] = [];
    let nowMs = 0;
    for (let at = 0; at < 12; at++) {
      fetches({ kind: "ended", isGood: false }, nowMs);
      const dueMs = schedule.deadlineMs() ?? 0;
      waits.push((dueMs - nowMs) / 750);
      nowMs = dueMs;
      expect(fetches({ kind: "timeout" }, nowMs)).toBe(true);
    }
    expect(waits).toEqual([10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600]);
    fetches({ kind: "ended", isGood: true }, nowMs);
    expect(fetches({ kind: "timeout" }, nowMs + DAY_MS)).toBe(true);
    fetches({ kind: "ended", isGood: false }, 0);
    expect(schedule.deadlineMs()).toBe(7500);
  });

  it.each([
    [5000, 7500],
    [60_000, 60_000],
    [10 * AGAIN_LONGEST_MS, AGAIN_LONGEST_MS],
  ])("a server that asks for %i ms is left alone for %i", (waitMs, ms) => {
    const { schedule, fetches } = setUp();
    fetches({ kind: "start" }, 0);
    fetches({ kind: "ended", isGood: false, waitMs }, 0);
    expect(schedule.deadlineMs()).toBe(ms);
  });

  it.each([
    [ASKED_AGAIN_MS - 1, false],
    [ASKED_AGAIN_MS, true],
  ])("asked %i ms after the last fetch it fetches: %s", (ms, isFetched) => {
    const { fetches } = setUp();
    fetches({ kind: "start" }, 0);
    fetches({ kind: "ended", isGood: true }, 10);
    expect(fetches({ kind: "asked" }, ms)).toBe(isFetched);
  });

  it("asked while it fetches it does so once more", () => {
    const { fetches } = setUp();
    fetches({ kind: "start" }, 0);
    expect(fetches({ kind: "asked" }, 1)).toBe(false);
    expect(fetches({ kind: "asked" }, 2)).toBe(false);
    expect(fetches({ kind: "ended", isGood: true }, 3)).toBe(true);
    expect(fetches({ kind: "ended", isGood: true }, 4)).toBe(false);
  });

  it("never fetches twice at a time, and always goes on, whatever happens", () => {
    const inputs = fc.oneof(
      fc.constant<ScheduleInput>({ kind: "asked" }),
      fc.constant<ScheduleInput>({ kind: "timeout" }),
      fc.record({ kind: fc.constant("ended" as const), isGood: fc.boolean() }),
    );
    const steps = fc.array(fc.tuple(inputs, fc.integer({ min: 0, max: 2 * DAY_MS })));
    fc.assert(
      fc.property(steps, (happenings) => {
        const { schedule, fetches } = setUp({ chance: 0.3 });
        let isFetching = fetches({ kind: "start" }, 0);
        let nowMs = 0;
        for (const [input, ms] of happenings) {
          nowMs += ms;
          const isOver = input.kind === "ended" || !isFetching;
          const begins = fetches(input, nowMs);
          if (begins) expect(isOver).toBe(true);
          isFetching = begins || (isFetching && input.kind !== "ended");
          expect(schedule.deadlineMs() === undefined).toBe(isFetching);
        }
      }),
    );
  });
});
