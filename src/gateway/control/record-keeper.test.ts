import { describe, expect, it } from "vitest";
import { World } from "../../../test/hw-sim/world/world.ts";
import type { CallRecord } from "../../call/index.ts";
import { CALL_RECORDS_FILE, RECORDS_WAITING_MAX, RecordKeeper } from "./record-keeper.ts";

const record = (id: number): CallRecord => ({
  id: `call ${id}`,
  line: 1,
  direction: "out",
  from: "101",
  to: "102",
  startedAt: "2026-11-27T00:00:00.000Z",
  durationMs: 0,
  result: "answered",
  endedBy: "near",
});

/** A keeper on a disk that is full or not. */
function setUp() {
  const world = new World({ seed: 1 });
  const kept: string[] = [];
  const told: string[] = [];
  let tries = 0;
  let isFull = false;
  const keeper = new RecordKeeper({
    clock: world.clock,
    log: ({ level, text }) => void told.push(`${level}: ${text}`),
    store: {
      append: (name, line) =>
        world.promise(() => {
          tries++;
          if (isFull) throw new Error("no space");
          expect(name).toBe(CALL_RECORDS_FILE);
          kept.push((JSON.parse(line) as CallRecord).id);
        }),
    },
  });
  return {
    keeper,
    kept,
    told,
    tries: () => tries,
    full: (full: boolean) => {
      isFull = full;
    },
    advance: (ms: number) => world.advance(ms),
    complete: (promise: Promise<void>) => world.complete(promise, 10_000),
  };
}

const FAILED = "error: call records cannot be kept, they wait: no space";

describe("RecordKeeper", () => {
  it("keeps records in their order and says nothing", async () => {
    const { keeper, kept, told, complete } = setUp();
    for (const id of [1, 2, 3]) keeper.keep(record(id));
    await complete(keeper.close());
    expect([kept, told]).toEqual([["call 1", "call 2", "call 3"], []]);
  });

  it("keeps what waited once the disk takes it, told once each way", async () => {
    const { keeper, kept, told, full, advance } = setUp();
    full(true);
    for (const id of [1, 2, 3]) {
      keeper.keep(record(id));
      await advance(1000);
    }
    expect([kept, told]).toEqual([[], [FAILED]]);
    full(false);
    await advance(300_000);
    expect(kept).toEqual(["call 1", "call 2", "call 3"]);
    expect(told.slice(1)).toEqual([
      "warn: call records can be kept again: 3 records were written that waited",
    ]);
  });

  it("tries again less and less often, five minutes apart in the end", async () => {
    const { keeper, tries, full, advance } = setUp();
    full(true);
    keeper.keep(record(1));
    await advance(36_000);
    // At 0, 5, 15 and 35 s.
    expect(tries()).toBe(4);
    await advance(3_600_000);
    const before = tries();
    await advance(3_000_000);
    expect(tries() - before).toBe(10);
  });

  it("loses the oldest where too many wait, and counts them", async () => {
    const { keeper, kept, told, full, advance } = setUp();
    full(true);
    for (let id = 1; id <= RECORDS_WAITING_MAX + 2; id++) keeper.keep(record(id));
    await advance(1);
    full(false);
    await advance(60_000);
    expect([kept.length, kept[0]]).toEqual([RECORDS_WAITING_MAX, "call 3"]);
    expect(told[1]).toMatch(/1000 records were written that waited; 2 records were lost$/);
  });

  it("tries once more at its end, and says what is lost for good", async () => {
    const { keeper, kept, told, full, complete } = setUp();
    full(true);
    keeper.keep(record(1));
    keeper.keep(record(2));
    await complete(keeper.close());
    expect(kept).toEqual([]);
    expect(told.at(-1)).toBe("error: 2 records were lost, since the disk took none");
  });
});
