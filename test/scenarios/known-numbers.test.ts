import { describe, expect, it } from "vitest";
import { bench } from "../hw-sim/bench/bench.ts";
import { assertSettled } from "./support/settled.ts";

type Lab = Awaited<ReturnType<typeof bench>>;
type Phone = Lab["phones"][number];

async function hangUp({ world }: Lab, phone: Phone): Promise<void> {
  phone.hang();
  await world.advance(2000);
}

/** Lifts, keys, and hears that it was taken. */
async function says(lab: Lab, phone: Phone, code: string): Promise<void> {
  await phone.calls(code);
  await lab.world.advance(2500);
  expect(phone.phone.hears).toBeUndefined();
  await hangUp(lab, phone);
}

describe("a person who does not dial whole numbers", () => {
  it("sets a key, calls by it over a restart, again, and back", async () => {
    const lab = await bench({ seed: 281, phones: ["touch-tone", "touch-tone"] });
    const [alice, bob] = lab.phones;
    await says(lab, alice, "*742102");
    await lab.stop();
    await lab.start();
    await lab.world.advance(2000);
    expect(lab.box.status()[0]?.choices?.speedDials).toEqual({ "2": "102" });
    await alice.calls("2#");
    await bob.rings({ withCallerId: "101" });
    await hangUp(lab, alice);
    await bob.calls("*69");
    await alice.rings({ withCallerId: "102" });
    await hangUp(lab, bob);
    await alice.calls("*07");
    await bob.rings({ withCallerId: "101" });
    await hangUp(lab, alice);
    await says(lab, alice, "#742");
    await alice.calls("2#");
    await alice.hears("reorder");
    await bob.doesNotRing(6000);
    await assertSettled(lab, {
      records: [
        "1 out 101>102 cancelled",
        "2 in 101>102 missed",
        "2 out 102>101 cancelled",
        "1 in 102>101 missed",
        "1 out 101>102 cancelled",
        "2 in 101>102 missed",
      ],
    });
  });
});
