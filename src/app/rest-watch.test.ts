import { describe, expect, it } from "vitest";
import { RestWatch } from "./rest-watch.ts";

/** A watch whose looks are had one by one; `rests` are what each of them sees. */
function setUp(rests: readonly boolean[]) {
  const seen = [...rests];
  let told = 0;
  let due: (() => void) | undefined;
  const watch = new RestWatch({
    isAtRest: () => seen.shift() ?? true,
    onRest: () => told++,
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
  return { watch, look, isLooking: () => due !== undefined, told: () => told };
}

describe("RestWatch", () => {
  it.each([
    { name: "two looks in a row", rests: [true, true], looks: 2, told: 1 },
    { name: "not one alone", rests: [true], looks: 1, told: 0 },
    { name: "not two apart", rests: [true, false, true], looks: 3, told: 0 },
    { name: "once what went on is over", rests: [false, false, true, true], looks: 4, told: 1 },
    { name: "no second time", rests: [true, true, true, true], looks: 6, told: 1 },
  ])("tells of rest: $name", ({ rests, looks, told: times }) => {
    const { watch, look, told, isLooking } = setUp(rests);
    expect(isLooking()).toBe(false);
    watch.begin();
    for (let n = 0; n < looks; n++) look();
    expect(told()).toBe(times);
    expect(isLooking()).toBe(times === 0);
  });

  it("begins anew with each thing that is done, by one timer", () => {
    const { watch, look, told } = setUp([true, true, true]);
    watch.begin();
    look();
    watch.begin();
    look();
    expect(told()).toBe(0);
    look();
    expect(told()).toBe(1);
    watch.begin();
    look();
    look();
    expect(told()).toBe(2);
  });

  it("tells nothing once stopped", () => {
    const { watch, look, told, isLooking } = setUp([]);
    watch.begin();
    look();
    watch.stop();
    watch.stop();
    expect(isLooking()).toBe(false);
    look();
    expect(told()).toBe(0);
  });
});
