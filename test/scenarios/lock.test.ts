import { describe, expect, it } from "vitest";
import { bench } from "../hw-sim/bench/bench.ts";
import { assertSettled } from "./support/settled.ts";

describe("a telephone in a hall", () => {
  it("is locked by its PIN but for the office, and rings for nobody whom it blocks", async () => {
    const lock = { pin: "4711", allowed: "103" };
    const lab = await bench({
      seed: 291,
      phones: ["touch-tone", "touch-tone", "touch-tone"],
      config: { lines: [{ number: "101", lock }, { number: "102" }, { number: "103" }] },
    });
    const [hall, guest, office] = lab.phones;
    if (office === undefined) throw new Error("there is no third telephone");
    const { world } = lab;
    const hangUp = async (phone = hall): Promise<void> => {
      phone.hang();
      await world.advance(2000);
    };
    const says = async (code: string): Promise<void> => {
      await hall.calls(code);
      await world.advance(3000);
      expect(hall.phone.hears).toBeUndefined();
      await hangUp();
    };
    await says("*33*4711#");
    await hall.calls("102");
    await hall.hears("reorder");
    await hangUp();
    await hall.calls("103");
    await office.rings({ withCallerId: "101" });
    await hangUp();
    await guest.calls("101");
    await hall.rings({ withCallerId: "102" });
    await hangUp(guest);
    await says("*60");
    await guest.calls("101");
    await guest.hears("busy");
    await hall.doesNotRing(4000);
    await hangUp(guest);
    await says("#33*4711#");
    await hall.calls("102");
    await guest.rings({ withCallerId: "101" });
    expect(lab.logs.filter(({ text }) => text.includes("4711"))).toEqual([]);
    await assertSettled(lab, {
      records: [
        "1 out 101>103 cancelled",
        "3 in 101>103 missed",
        "2 out 102>101 cancelled",
        "1 in 102>101 missed",
        "2 out 102>101 busy",
        "1 in 102>101 failed",
        "1 out 101>102 cancelled",
        "2 in 101>102 missed",
      ],
    });
  });
});
