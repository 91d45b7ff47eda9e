import { describe, expect, it } from "vitest";
import { type Bench, bench } from "../hw-sim/index.ts";
import { talk } from "./support/talk.ts";

/** A whole call: tone and dial, bell and display, both voices, the end. */
async function wholeCall(lab: Bench): Promise<void> {
  const [alice, bob] = lab.phones;
  alice.forget();
  bob.forget();
  await alice.calls("102");
  await bob.rings({ withCallerId: "101" });
  bob.lift();
  await lab.world.advance(500);
  await talk(lab, alice, bob);
  bob.hang();
  await alice.hears("busy");
  alice.hang();
  await lab.world.advance(2000);
}

describe.each(["si3210", "si3215", "serial-card"] as const)("lines on %s", (chip) => {
  it("a touch-tone calls a rotary phone: bell, display and both voices", async () => {
    const lab = await bench({ seed: 4, line: { chip } });
    await wholeCall(lab);
    await lab.stop();
  });

  it("a rotary phone dials, and flashes nothing", async () => {
    const lab = await bench({ seed: 9, line: { chip }, phones: ["rotary", "touch-tone"] });
    await wholeCall(lab);
    expect(lab.events.filter((e) => e.kind === "line" && e.event.kind === "hook-flash")).toEqual(
      [],
    );
    await lab.stop();
  });

  it("the battery turns round at the answer, and back; ringing has its frequency", async () => {
    const lab = await bench({
      seed: 7,
      line: { chip },
      phones: ["touch-tone", "touch-tone"],
      config: { countryOverrides: { supervision: { answerReversal: true, openLoopMs: 0 } } },
    });
    const [alice, bob] = lab.phones;
    await alice.calls("102");
    await bob.rings({});
    bob.lift();
    await lab.world.advance(1000);
    bob.hang();
    await alice.hears("busy");
    await lab.world.advance(1000);
    const reversals = alice.phone.observations.flatMap((seen) =>
      seen.kind === "polarity" ? [seen.reversed] : [],
    );
    expect(reversals).toEqual([true, false]);
    const rung = bob.phone.observations.find((seen) => seen.kind === "ringing-started");
    expect(rung?.kind === "ringing-started" && Math.round(rung.ringHz)).toBe(20);
    await lab.stop();
  });
});

describe.each(["si3210", "si3215"] as const)("lines on %s", (chip) => {
  it("the loop is opened when the far end has gone, for as long as was said", async () => {
    const lab = await bench({
      seed: 9,
      line: { chip },
      phones: ["touch-tone", "touch-tone"],
      config: { countryOverrides: { supervision: { openLoopMs: 600 } } },
    });
    const [alice, bob] = lab.phones;
    await alice.calls("102");
    await bob.rings({});
    bob.lift();
    await lab.world.advance(1000);
    const hungMs = lab.world.clock.nowMs();
    bob.hang();
    await alice.hears("busy");
    // The line was dead once before: while its chip was brought up.
    const seen = alice.phone.observations.filter(({ atMs }) => atMs > hungMs);
    const dead = seen.find(({ kind }) => kind === "line-dead")?.atMs ?? 0;
    const back = seen.find(({ kind }) => kind === "line-back")?.atMs ?? 0;
    expect(back - dead).toBeGreaterThan(500);
    expect(back - dead).toBeLessThan(700);
    // The receiver never left the ear: this is no hook flash and no end of the call.
    const hooks = lab.events.flatMap((event) =>
      event.kind === "line" && event.line === 1 ? [event.event.kind] : [],
    );
    expect(hooks.filter((kind) => kind === "on-hook" || kind === "hook-flash")).toEqual([]);
    await lab.stop();
  });
});
