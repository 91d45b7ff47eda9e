import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RECEIPT_LOG_PACKETS, ReceiptLog } from "./receipt-log.ts";

describe("ReceiptLog", () => {
  it("take() tells what came since the last time, each packet once", () => {
    const log = new ReceiptLog();
    expect(log.take()).toBeUndefined();
    for (const sequence of [70_000, 70_001, 70_004, 70_003]) log.received(sequence);
    expect(log.take()).toEqual({ begin: 70_000, came: [true, true, false, true, true] });
    expect(log.take()).toBeUndefined();
    // Too late to be told of.
    log.received(70_002);
    expect(log.take()).toBeUndefined();
    log.received(70_006);
    expect(log.take()).toEqual({ begin: 70_005, came: [false, true] });
  });

  it("tells no more than it remembers", () => {
    const log = new ReceiptLog();
    for (let n = 0; n < 3 * RECEIPT_LOG_PACKETS; n++) if (n % 2 === 0) log.received(n);
    const { begin, came } = log.take() ?? { begin: -1, came: [] };
    expect(begin).toBe(2 * RECEIPT_LOG_PACKETS - 1);
    expect(came).toHaveLength(RECEIPT_LOG_PACKETS);
    expect(came.every((one, at) => one === (at % 2 === 1))).toBe(true);
  });

  it.each([RECEIPT_LOG_PACKETS, -RECEIPT_LOG_PACKETS])("begins anew after a jump of %i", (jump) => {
    const log = new ReceiptLog();
    log.received(70_000);
    log.received(70_000 + jump);
    expect(log.take()).toEqual({ begin: 70_000 + jump, came: [true] });
  });

  it("restart() forgets", () => {
    const log = new ReceiptLog();
    log.received(70_000);
    log.restart();
    expect(log.take()).toBeUndefined();
    log.received(70_010);
    expect(log.take()).toEqual({ begin: 70_010, came: [true] });
  });

  it("tells every packet once, whatever comes in whatever order", () => {
    const steps = fc.array(fc.record({ skip: fc.nat({ max: 5 }), take: fc.boolean() }));
    fc.assert(
      fc.property(steps, (all) => {
        const log = new ReceiptLog();
        const came = new Set<number>();
        const told: number[] = [];
        let sequence = 65_536;
        let next: number | undefined;
        const take = () => {
          const receipts = log.take();
          if (receipts === undefined) return;
          if (next !== undefined) expect(receipts.begin).toBe(next);
          next = receipts.begin + receipts.came.length;
          for (const [at, one] of receipts.came.entries()) if (one) told.push(receipts.begin + at);
        };
        for (const { skip, take: now } of all) {
          sequence += 1 + skip;
          log.received(sequence);
          came.add(sequence);
          if (now) take();
        }
        take();
        expect(told).toEqual([...came]);
      }),
    );
  });
});
