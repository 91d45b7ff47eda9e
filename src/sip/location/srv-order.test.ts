import { describe, expect, it } from "vitest";
import { fractionOf } from "../fraction.ts";
import { orderSrv } from "./srv-order.ts";

const record = (target: string, priority: number, weight: number) => ({
  ...{ target, priority, weight, port: 5060 },
});
const names = (records: readonly { readonly target: string }[]) => records.map((r) => r.target);

describe("orderSrv()", () => {
  it("goes by priority whatever the weights are", () => {
    const records = [record("c", 30, 1000), record("a", 10, 0), record("b", 20, 5)];
    for (const draw of [0, 0.5, 0.999]) {
      expect(names(orderSrv(records, () => draw))).toEqual(["a", "b", "c"]);
    }
  });

  it.each([
    ["the least", 0, "none"],
    // 91 numbers, 0 to 90: 0 is none's, 1 to 30 light's, the rest heavy's.
    ["just above", 1 / 91, "light"],
    ["at the end of a weight", 30 / 91, "light"],
    ["behind it", 31 / 91, "heavy"],
    ["the most", 0.9999, "heavy"],
  ])("a draw of %s takes the record whose share it falls in", (_what, draw, first) => {
    const records = [record("heavy", 1, 60), record("none", 1, 0), record("light", 1, 30)];
    expect(orderSrv(records, () => draw)[0]?.target).toBe(first);
  });

  it("draws in the ratio of the weights", () => {
    const records = [record("a", 1, 75), record("b", 1, 25)];
    let first = 0;
    for (let run = 0; run < 4000; run++) {
      if (orderSrv(records, (n) => fractionOf(`${run} ${n}`))[0]?.target === "a") first++;
    }
    expect(first / 4000).toBeGreaterThan(0.71);
    expect(first / 4000).toBeLessThan(0.79);
  });

  it("keeps every record once", () => {
    const records = Array.from({ length: 40 }, (_, at) => record(`${at}`, at % 3, at % 5));
    const ordered = orderSrv(records, (n) => fractionOf(`x ${n}`));
    expect(new Set(names(ordered)).size).toBe(40);
  });

  it("has nothing to order of nothing", () => {
    expect(orderSrv([], () => 0)).toEqual([]);
  });
});
