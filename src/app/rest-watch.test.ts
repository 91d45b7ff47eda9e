import { describe, expect, it } from "vitest";
import { type RestTurn, RestWatch } from "./rest-watch.ts";

/** A watch whose looks are had one by one; `rests` are what each of them sees. */
function setUp(rests: readonly boolean[]) {
  const seen = [...rests];
  const told: RestTurn[] = [];
  let due: (() => void) | undefined;
  const watch = new RestWatch({
    isAtRest: () => seen.shift() ?? true,
    onRest: (turn) => told.push(turn),
    later(run) {
      due = run;
      return () => {
        due = undefined;
      };
    },
  });
  const look = (): void => {
    const run = due;
    due = undefined;
    run?.();
  };
  return { watch, look, isLooking: () => due !== undefined, told };
}

describe("RestWatch", () => {
  it.each([
    { name: "two looks in a row", rests: [true, true], told: ["first"] },
    { name: "not one alone", rests: [true], told: [] },
    { name: "not two apart", rests: [true, false, true], told: [] },
    { name: "once what went on is over", rests: [false, false, true, true], told: ["first"] },
    { name: "again at the look after these", rests: [true, true, true], told: ["first", "last"] },
    { name: "not again where it ended", rests: [true, true, false, true], told: ["first"] },
    {
      name: "anew where it ended",
      rests: [true, true, false, true, true, true],
      told: ["first", "first", "last"],
    },
    { name: "no third time", rests: [true, true, true, true, true], told: ["first", "last"] },
  ])("tells of rest: $name", ({ rests, told: times }) => {
    const { watch, look, told, isLooking } = setUp(rests);
    expect(isLooking()).toBe(false);
    watch.begin();
    for (const _ of rests) look();
    expect(told).toEqual(times);
    expect(isLooking()).toBe(times.at(-1) !== "last");
  });

  it("begins anew with each thing that is done, by one timer", () => {
    const { watch, look, told } = setUp([true, true, true]);
    watch.begin();
    look();
    watch.begin();
    look();
    expect(told).toEqual([]);
    look();
    expect(told).toEqual(["first"]);
    watch.begin();
    look();
    expect(told).toEqual(["first"]);
    look();
    look();
    expect(told).toEqual(["first", "first", "last"]);
  });

  it("tells nothing once stopped", () => {
    const { watch, look, told, isLooking } = setUp([]);
    watch.begin();
    look();
    watch.stop();
    watch.stop();
    expect(isLooking()).toBe(false);
    look();
    expect(told).toEqual([]);
  });
});
