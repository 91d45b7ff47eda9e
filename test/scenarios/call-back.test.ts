import { describe, expect, it } from "vitest";
import { bench } from "../hw-sim/bench/bench.ts";
import { assertSettled } from "./support/settled.ts";

const CODE = { callBackCode: "*37", callWaiting: false };

describe("a number was busy", () => {
  it("the telephone rings when it is free, and lifting calls it", async () => {
    const lab = await bench({
      seed: 251,
      phones: ["touch-tone", "touch-tone", "touch-tone"],
      config: { dialing: CODE },
    });
    const [alice, bob, carol] = lab.phones;
    await bob.calls("103");
    await carol?.rings();
    carol?.lift();
    await lab.world.advance(1000);

    await alice.calls("102");
    await alice.hears("busy");
    alice.hang();
    await lab.world.advance(1000);
    await alice.calls("*37");
    await lab.world.advance(3000);
    alice.hang();
    await alice.doesNotRing(20_000);

    carol?.hang();
    bob.hang();
    await alice.rings({ withCallerId: "102" });
    alice.lift();
    await bob.rings({ withCallerId: "101" });
    bob.lift();
    await lab.world.advance(2000);
    alice.hang();
    bob.hang();
    await assertSettled(lab, {
      records: [
        "1 out 101>102 answered",
        "1 out 101>102 busy",
        "2 in 101>102 answered",
        "2 in 101>102 busy",
        "2 out 102>103 answered",
        "3 in 102>103 answered",
      ],
    });
  });

  it("the code alone comes to nothing", async () => {
    const lab = await bench({ seed: 252, config: { dialing: CODE } });
    const [alice] = lab.phones;
    await alice.calls("*37");
    await alice.hears("reorder", { withinMs: 10_000 });
    const why = /there is nobody to call back: the last call met no busy number/;
    expect(lab.logs.some(({ text }) => why.test(text))).toBe(true);
    alice.hang();
    await assertSettled(lab, { records: [] });
    expect(alice.phone.observations.some(({ kind }) => kind === "ringing-started")).toBe(false);
  });
});
