import { describe, expect, it } from "vitest";
import { bench } from "../../hw-sim/bench/bench.ts";
import { DisplayWatch } from "./watch-displays.ts";

describe("DisplayWatch tells a number that nobody called from", () => {
  it.each([
    ["nothing where the records have the call", true, []],
    ["the number where they have not", false, ["line 2 shows 101 at some ms, who has not called"]],
  ])("%s", async (_, looksAtRecords, faults) => {
    const lab = await bench({ seed: 272 });
    const watch = new DisplayWatch(lab);
    const [alice, bob] = lab.phones;
    await alice.calls("102");
    await bob.rings({ withCallerId: "101" });
    alice.hang();
    await lab.world.advance(5000);
    // Judged a long time later, the call is none of that time.
    const judgedMs = lab.world.clock.nowMs() + (looksAtRecords ? 0 : 3_600_000);
    const told = watch.judge(judgedMs).map((text) => text.replace(/\d+ ms/, "some ms"));
    expect(watch.shownCount).toBe(1);
    expect(told).toEqual(faults);
    await lab.stop();
  });
});
