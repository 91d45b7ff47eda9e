import { describe, it } from "vitest";
import { bench } from "../hw-sim/bench/bench.ts";
import { assertSettled } from "./support/settled.ts";
import { talk } from "./support/talk.ts";

describe("a call that is parked", () => {
  it("goes on at another telephone of the house", async () => {
    const lab = await bench({
      seed: 301,
      phones: ["touch-tone", "touch-tone", "touch-tone"],
      config: { exchange: { retrieveCode: "*88" }, dialing: { parkMs: 20_000 } },
    });
    const [kitchen, friend, study] = lab.phones;
    if (study === undefined) throw new Error("there is no third telephone");
    await kitchen.calls("102");
    await friend.rings();
    friend.lift();
    await lab.world.advance(1000);
    kitchen.phone.flash(300);
    await kitchen.hears("dial-tone");
    await kitchen.dials("*68");
    await lab.world.advance(2500);
    kitchen.hang();
    await kitchen.doesNotRing(8000);
    await study.calls("*88101");
    await lab.world.advance(2000);
    await talk(lab, study, friend);
    await kitchen.doesNotRing(20_000);
    study.hang();
    await friend.hears("busy");
    await assertSettled(lab, {
      records: ["1 out 101>102 answered", "2 in 101>102 answered", "3 out 103>*88101 answered"],
    });
  });
});
