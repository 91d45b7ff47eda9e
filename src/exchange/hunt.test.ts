import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { words } from "./exchange-script.fixture.ts";
import { EXCHANGE_LIMITS } from "./exchange-types.ts";
import { Hunt, type HuntLeg } from "./hunt.ts";

const leg = (session: string, preference = 1000, instance?: string): HuntLeg => ({
  session,
  preference,
  ...(instance === undefined ? {} : { instance }),
  invite: { kind: "invite", session, uri: `sip:${session}@h` },
});

const called = (hunt: Hunt, nowMs = 0): readonly string[] =>
  hunt.next(nowMs).map((output) => words(output).replace(/^invite (\S+).*/, "$1"));

describe("Hunt next()", () => {
  it.each<
    readonly [name: string, legs: readonly HuntLeg[], groups: readonly (readonly string[])[]]
  >([
    ["nobody", [], []],
    ["all of one preference at once", [leg("a"), leg("b")], [["a", "b"]]],
    ["the preferred ones first", [leg("a", 500), leg("b"), leg("c", 999)], [["b"], ["c"], ["a"]]],
    ["those that nobody wants, too", [leg("a", 0), leg("b", 1)], [["b"], ["a"]]],
    [
      "one way to a device at a time",
      [leg("a", 1000, "x"), leg("b", 1000, "x"), leg("c", 1000, "y")],
      [["a", "c"], ["b"]],
    ],
    ["devices without a name apart", [leg("a"), leg("b", 1000, "x")], [["a", "b"]]],
  ])("calls %s", (_, legs, groups) => {
    const hunt = new Hunt(legs);
    for (const group of groups) {
      expect(called(hunt)).toEqual(group);
      for (const session of group) hunt.drop(session, 408);
    }
    expect(called(hunt)).toEqual([]);
  });

  it.each([
    [408, ["b"]],
    [430, ["b"]],
    [503, ["b"]],
    [486, []],
    [404, []],
  ])("after %i over one way to a device calls %j", (status, expected) => {
    const hunt = new Hunt([leg("a", 1000, "x"), leg("b", 1000, "x")]);
    hunt.next(0);
    hunt.drop("a", status);
    expect(called(hunt)).toEqual(expected);
  });
});

describe("Hunt deadlineMs() and overdue()", () => {
  it("gives the last ones until timer C, which a provisional response starts anew", () => {
    const hunt = new Hunt([leg("a"), leg("b")]);
    hunt.next(1000);
    expect(hunt.deadlineMs()).toBe(1000 + EXCHANGE_LIMITS.ringMs);
    hunt.progress("a", 5000);
    expect(hunt.overdue(1000 + EXCHANGE_LIMITS.ringMs - 1)).toEqual([]);
    expect(hunt.overdue(1000 + EXCHANGE_LIMITS.ringMs)).toEqual(["b"]);
    expect(hunt.overdue(5000 + EXCHANGE_LIMITS.ringMs)).toEqual(["a", "b"]);
  });

  it("gives those with others behind them less", () => {
    const hunt = new Hunt([leg("a"), leg("b", 1)]);
    hunt.next(0);
    hunt.progress("a", 19_000);
    expect(hunt.deadlineMs()).toBe(EXCHANGE_LIMITS.serialRingMs);
    expect(hunt.overdue(EXCHANGE_LIMITS.serialRingMs - 1)).toEqual([]);
    expect(hunt.overdue(EXCHANGE_LIMITS.serialRingMs)).toEqual(["a"]);
  });

  it("has none where nobody rings", () => {
    const hunt = new Hunt([leg("a"), leg("b", 1)]);
    expect(hunt.deadlineMs()).toBeUndefined();
    hunt.next(0);
    hunt.drop("a", 486);
    expect(hunt.deadlineMs()).toBeUndefined();
  });
});

describe("Hunt", () => {
  it("takes a refusal once, and none of who does not ring", () => {
    const hunt = new Hunt([leg("a"), leg("b", 1)]);
    hunt.next(0);
    expect([hunt.drop("b", 486), hunt.drop("a", 404), hunt.drop("a", 486)]).toEqual([
      false,
      true,
      false,
    ]);
    expect(hunt.refusals).toEqual([404]);
  });

  it("is over with end(): who rang is told, and nobody else is called", () => {
    const hunt = new Hunt([leg("a"), leg("b"), leg("c", 1)]);
    hunt.next(0);
    expect(hunt.end("b")).toEqual(["a"]);
    expect([hunt.isRinging, called(hunt), hunt.end()]).toEqual([false, [], []]);
  });

  it("calls everybody exactly once in the order of preference, whatever they are", () => {
    const legs = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })));
    fc.assert(
      fc.property(legs, (given) => {
        const hunt = new Hunt(given.map(([q, device], at) => leg(`l${at}`, q, `d${device}`)));
        const order: number[] = [];
        for (let group = called(hunt); group.length > 0; group = called(hunt)) {
          for (const session of group) {
            order.push(given[Number(session.slice(1))]?.[0] ?? -1);
            hunt.drop(session, 408);
          }
        }
        expect(order).toEqual(given.map(([q]) => q).sort((a, b) => b - a));
      }),
    );
  });
});
