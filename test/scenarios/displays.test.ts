import { describe, expect, it } from "vitest";
import { bench } from "../hw-sim/bench/bench.ts";

/** Countries by the way in which a caller's number reaches the display there. */
const COUNTRIES = ["us", "de", "uk", "jp", "se", "dk", "nl", "fi", "br", "in", "tw", "cn", "fr"];

describe("a display of the country", () => {
  it.each(COUNTRIES)("shows the caller in %s", async (country) => {
    const lab = await bench({ seed: 5, phones: ["touch-tone", "touch-tone"], config: { country } });
    const [alice, bob] = lab.phones;
    alice.lift();
    await lab.world.advance(1500);
    await alice.dials("102");
    await bob.rings({ withCallerId: "101", withinMs: 20_000 });
    bob.lift();
    await lab.world.advance(500);
    expect(lab.records).toEqual([]);
    bob.hang();
    alice.hang();
    await lab.world.advance(2000);
    await lab.stop();
  });
});

describe("a display during a call", () => {
  it.each(["us", "uk"])("shows who waits, and the talk goes on, in %s", async (country) => {
    const lab = await bench({
      seed: 6,
      phones: ["touch-tone", "touch-tone", "touch-tone"],
      config: { country },
    });
    const [alice, bob, carol] = lab.phones;
    if (carol === undefined) throw new Error("a bench of three has a third");
    await alice.calls("102");
    await bob.rings();
    bob.lift();
    await alice.hearsNoTone();
    bob.forget();
    await carol.calls("102");
    const seen = await bob.shows("103", { withinMs: 15_000 });
    expect(seen.duringCall).toBe(true);
    // Once the display has its data, ear and microphone are back.
    await lab.world.advance(1000);
    const speech = lab.speech("after");
    await alice.says(speech);
    await bob.heard(speech, { correlationOver: 0.85 });
    for (const phone of [carol, bob, alice]) phone.hang();
    await lab.world.advance(3000);
    await lab.stop();
  });
});

describe("a display of another country", () => {
  it("shows nothing where the other modem speaks, and says so", async () => {
    const lab = await bench({
      seed: 7,
      phones: ["touch-tone", { kind: "touch-tone", callerId: "v23" }],
      config: { country: "us" },
    });
    const [alice, bob] = lab.phones;
    await alice.calls("102");
    await bob.rings();
    const seen = await bob.notices("caller-id-unreadable");
    expect(seen.why).toBe("wrong-modem");
    expect(bob.phone.display).toBe(undefined);
    alice.hang();
    await bob.stopsRinging();
    await lab.stop();
  });
});
