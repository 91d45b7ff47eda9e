import { describe, expect, it } from "vitest";
import { bench } from "../hw-sim/bench/bench.ts";
import { assertSettled } from "./support/settled.ts";

const LINES = [{ number: "101" }, { number: "102" }, { number: "103" }] as const;

describe("a line that calls by itself", () => {
  it("has a door call the kitchen, and the office where nobody is there", async () => {
    const hotline = { number: "102", otherwise: ["103"], tryMs: 8000 };
    const lab = await bench({
      seed: 271,
      phones: ["touch-tone", "touch-tone", "touch-tone"],
      config: { lines: [{ ...LINES[0], hotline }, LINES[1], LINES[2]] },
    });
    const [door, kitchen, office] = lab.phones;
    if (office === undefined) throw new Error("there is no third telephone");
    door.lift();
    await kitchen.rings({ withCallerId: "101", withinMs: 4000 });
    await door.hears("ringback");
    await office.rings({ withCallerId: "101", withinMs: 12_000 });
    await kitchen.doesNotRing(8000);
    office.lift();
    await lab.world.advance(1000);
    const words = lab.speech("who is there", 1200);
    await office.says(words);
    await door.heard(words, { correlationOver: 0.7 });
    office.hang();
    await door.hears("busy", { withinMs: 4000 });
    await office.doesNotRing(8000);
    await assertSettled(lab, {
      records: [
        "1 out 101>102 no-answer",
        "1 out 101>103 answered",
        "2 in 101>102 missed",
        "3 in 101>103 answered",
      ],
    });
  });

  it("waits on a rotary telephone until nobody dials, and calls whom is dialled", async () => {
    const hotline = { number: "103", afterMs: 5000 };
    const lab = await bench({
      seed: 272,
      phones: ["rotary", "touch-tone", "touch-tone"],
      config: { country: "de", lines: [{ ...LINES[0], hotline }, LINES[1], LINES[2]] },
    });
    const [old, kitchen, office] = lab.phones;
    if (office === undefined) throw new Error("there is no third telephone");
    old.lift();
    await old.hears("dial-tone");
    await old.dials("102");
    await kitchen.rings({ withCallerId: "101" });
    await office.doesNotRing(6000);
    old.hang();
    await lab.world.advance(2000);
    old.lift();
    await old.hears("dial-tone");
    await office.doesNotRing(3000);
    await office.rings({ withCallerId: "101", withinMs: 5000 });
    await old.hears("ringback");
    expect(lab.box.status()[0]?.call).toBe("ringback");
    await assertSettled(lab, {
      records: [
        "1 out 101>102 cancelled",
        "1 out 101>103 cancelled",
        "2 in 101>102 missed",
        "3 in 101>103 missed",
      ],
    });
  });
});
