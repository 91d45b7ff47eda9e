import { describe, expect, it } from "vitest";
import { type Bench, bench } from "../hw-sim/index.ts";

/** A whole call: tone and dial, bell and display, both voices, the end. */
async function callsAndIsHeard(lab: Bench): Promise<void> {
  const [alice, bob] = lab.phones;
  alice.forget();
  bob.forget();
  alice.lift();
  await alice.hears("dial-tone");
  await alice.dials("102");
  await bob.rings({ withCallerId: "101" });
  bob.lift();
  await lab.world.advance(500);
  const there = lab.speech("there", 1500);
  await alice.says(there);
  await bob.heard(there);
  const back = lab.speech("back", 1500);
  await bob.says(back);
  await alice.heard(back);
  bob.hang();
  await alice.hears("busy");
  alice.hang();
  await lab.world.advance(2000);
}

describe.each(["si3210", "si3215", "serial-card"] as const)("lines on %s", (chip) => {
  it("a touch-tone calls a rotary phone: bell, display and both voices", async () => {
    const lab = await bench({ seed: 4, line: { chip } });
    await callsAndIsHeard(lab);
    await lab.stop();
  });

  it("a rotary phone dials, and flashes nothing", async () => {
    const lab = await bench({ seed: 9, line: { chip }, phones: ["rotary", "touch-tone"] });
    await callsAndIsHeard(lab);
    expect(lab.events.filter((e) => e.kind === "line" && e.event.kind === "hook-flash")).toEqual(
      [],
    );
    await lab.stop();
  });
});
