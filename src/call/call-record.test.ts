import { describe, expect, it } from "vitest";
import { STATS_LIMIT_MS, WAITING_RECORDS_LIMIT, WaitingRecords } from "./call-record.ts";
import type { CallRecord } from "./call-types.ts";

const recordOf = (id: string): CallRecord => ({
  id,
  line: 1,
  direction: "out",
  from: "101",
  to: "102",
  startedAt: "",
  durationMs: 0,
  result: "failed",
  endedBy: "box",
});

describe("WaitingRecords", () => {
  it("writes a record at the end of its wait, not before, and not twice", () => {
    const records = new WaitingRecords();
    expect(records.add(recordOf("a"), 10)).toEqual([]);
    expect(records.deadlineMs()).toBe(10 + STATS_LIMIT_MS);
    expect(records.expire(9 + STATS_LIMIT_MS)).toEqual([]);
    expect(records.expire(10 + STATS_LIMIT_MS)).toEqual([recordOf("a")]);
    expect(records.expire(99 + STATS_LIMIT_MS)).toEqual([]);
    expect(records.complete("a", undefined)).toEqual([]);
    expect(records.deadlineMs()).toBeUndefined();
  });

  it("waits for the cost where that is asked for, whichever comes first", () => {
    const charge = { amount: 5, unit: "EUR" };
    const records = new WaitingRecords();
    records.add(recordOf("a"), 0, true);
    expect(records.complete("a", undefined)).toEqual([]);
    expect(records.completeCost("a", charge)).toEqual([{ ...recordOf("a"), charge }]);
    records.add(recordOf("b"), 0, true);
    expect(records.completeCost("b", undefined)).toEqual([]);
    expect(records.complete("b", undefined)).toEqual([recordOf("b")]);
    records.add(recordOf("c"), 0);
    expect(records.completeCost("c", charge)).toEqual([]);
    records.add({ ...recordOf("d"), charge }, 0, true);
    records.complete("d", undefined);
    expect(records.expire(STATS_LIMIT_MS).map(({ id }) => id)).toEqual(["c", "d"]);
  });

  it("writes the oldest when one too many waits", () => {
    const records = new WaitingRecords();
    for (let at = 0; at < WAITING_RECORDS_LIMIT; at++) {
      expect(records.add(recordOf(`r${at}`), at)).toEqual([]);
    }
    expect(records.add(recordOf("last"), 100)).toEqual([recordOf("r0")]);
    expect(records.complete("r0", undefined)).toEqual([]);
    expect(records.complete("r1", undefined)).toEqual([recordOf("r1")]);
  });

  it("knows nothing of a session that is not its own", () => {
    expect(new WaitingRecords().complete("x", undefined)).toEqual([]);
  });
});
