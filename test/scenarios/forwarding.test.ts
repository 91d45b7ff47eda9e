import { describe, expect, it } from "vitest";
import type { UserConfig } from "../../src/app/config/user-config.ts";
import { bench } from "../hw-sim/bench/bench.ts";
import { assertSettled } from "./support/settled.ts";

type Lab = Awaited<ReturnType<typeof bench>>;
type Phone = Lab["phones"][number];

/** Lifts, dials a code, hears three short bursts, not the reorder tone, and hangs up. */
async function keys(lab: Lab, phone: Phone, code: string): Promise<void> {
  await phone.calls(code);
  await lab.world.advance(3000);
  expect(phone.phone.hears).toBeUndefined();
  expect(lab.events).toContainEqual(
    expect.objectContaining({ command: { kind: "tone", tone: "confirm" } }),
  );
  phone.hang();
  await lab.world.advance(1000);
}

async function threePhones(seed: number, config: UserConfig = {}) {
  const lab = await bench({ seed, phones: ["touch-tone", "touch-tone", "touch-tone"], config });
  const [alice, bob, carol] = lab.phones;
  if (carol === undefined) throw new Error("there is no third telephone");
  return { lab, alice, bob, carol };
}

describe("who calls is sent on", () => {
  it("every call, from the code until its end; the dial tone tells of it", async () => {
    const { lab, alice, bob, carol } = await threePhones(261);
    await keys(lab, bob, "*72103");
    bob.lift();
    await bob.hears("stutter-dial-tone");
    bob.hang();
    await lab.world.advance(1000);
    expect(lab.box.status()[1]?.diversions).toEqual({ doNotDisturb: false, always: "103" });

    await alice.calls("102");
    await carol.rings({ withCallerId: "101" });
    carol.lift();
    await lab.world.advance(2000);
    alice.hang();
    carol.hang();
    await lab.world.advance(1000);
    // Who calls goes to can still reach him.
    await carol.calls("102");
    await bob.rings({ withCallerId: "103" });
    carol.hang();
    await lab.world.advance(2000);

    await keys(lab, bob, "*73");
    await alice.calls("102");
    await bob.rings({ withCallerId: "101" });
    alice.hang();
    await assertSettled(lab, {
      records: [
        "1 out 101>102 answered",
        "1 out 101>102 cancelled",
        "2 in 101>102 forwarded",
        "2 in 101>102 missed",
        "2 in 103>102 missed",
        "3 in 101>103 answered",
        "3 out 103>102 cancelled",
      ],
    });
  });

  it("one that nobody lifts for, and one that finds the line busy", async () => {
    const { lab, alice, bob, carol } = await threePhones(262, {
      dialing: { forwardAfterMs: 8000, callWaiting: false },
      lines: [
        { number: "101" },
        { number: "102", forward: { noAnswer: "103", busy: "103" } },
        { number: "103" },
      ],
    });
    await alice.calls("102");
    await bob.rings();
    await carol.rings({ withCallerId: "101" });
    alice.hang();
    await lab.world.advance(2000);
    bob.lift();
    await bob.hears("dial-tone");
    await alice.calls("102");
    await carol.rings({ withCallerId: "101" });
    alice.hang();
    bob.hang();
    await assertSettled(lab, {
      records: [
        "1 out 101>102 cancelled",
        "1 out 101>102 cancelled",
        "2 in 101>102 forwarded",
        "2 in 101>102 forwarded",
        "3 in 101>103 missed",
        "3 in 101>103 missed",
      ],
    });
  });
});

describe("nobody is to be disturbed", () => {
  it("by the code, over a restart, until the other code", async () => {
    const { lab, alice, bob } = await threePhones(263, { dialing: { featureCodes: "etsi" } });
    await keys(lab, bob, "*26#");
    await lab.stop();
    await lab.start();
    await lab.world.advance(2000);
    await alice.calls("102");
    await alice.hears("reorder");
    await bob.doesNotRing(5000);
    alice.hang();
    await lab.world.advance(1000);
    await keys(lab, bob, "#26#");
    await alice.calls("102");
    await bob.rings({ withCallerId: "101" });
    alice.hang();
    await assertSettled(lab, {
      records: [
        "1 out 101>102 cancelled",
        "1 out 101>102 failed",
        "2 in 101>102 missed",
        "2 in 101>102 missed",
      ],
    });
  });
});
