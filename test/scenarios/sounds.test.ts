import { describe, expect, it } from "vitest";
import type { UserConfig } from "../../src/app/config/user-config.ts";
import { alignedCorrelation } from "../hw-sim/audio/correlation.ts";
import { pcm16FromVolts, voltsFromPcm16 } from "../hw-sim/audio/levels.ts";
import { speechLike } from "../hw-sim/audio/speech-like.ts";
import { type Bench, bench } from "../hw-sim/bench/bench.ts";
import type { BenchPhone } from "../hw-sim/bench/bench-phone.ts";
import { MemorySounds } from "../hw-sim/board/memory-sounds.ts";
import { World } from "../hw-sim/world/world.ts";
import { assertSettled } from "./support/settled.ts";
import { call, tells } from "./support/talk.ts";

/** Something recorded beforehand. */
const recorded = (name: string, durationMs: number): Int16Array =>
  pcm16FromVolts(speechLike(new World({ seed: 1 }).random(name), durationMs));

async function laid(seed: number, dialing: UserConfig["dialing"], sounds: MemorySounds) {
  const config = { ...(dialing === undefined ? {} : { dialing }) };
  return bench({ seed, phones: ["touch-tone", "touch-tone"], sounds, config });
}

/** What a receiver plays while something is done. */
async function hearing(phone: BenchPhone, act: () => Promise<void>): Promise<Float64Array> {
  const heard: number[] = [];
  let isOn = true;
  phone.phone.onHeard((volts) => {
    if (isOn) heard.push(...volts);
  });
  await act();
  isOn = false;
  return Float64Array.from(heard);
}

/** How much a sound is in what was heard, wherever: 1 is wholly. */
const likeness = (sound: Int16Array, heard: Float64Array): number =>
  alignedCorrelation(voltsFromPcm16(sound), heard).correlation;

const warnings = (lab: Bench): readonly string[] =>
  lab.logs.filter(({ level }) => level === "warn").map(({ text }) => text);

const ANSWERED = ["1 out 101>102 answered", "2 in 101>102 answered"];

describe("music on hold", () => {
  it("is heard by who is put on hold, again and again, and no longer once taken back", async () => {
    const music = recorded("music", 3000);
    const lab = await laid(311, { musicOnHold: "music" }, new MemorySounds({ music }));
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    await tells(lab, alice, bob);
    const first = await hearing(bob, async () => {
      alice.flash();
      await alice.hears("dial-tone");
      await lab.world.advance(3500);
    });
    expect(likeness(music, first)).toBeGreaterThan(0.9);
    // It does not end with the file: any 3.2 s hold it whole, wherever they begin in it.
    const again = await hearing(bob, () => lab.world.advance(6200));
    expect(likeness(music, again)).toBeGreaterThan(0.9);
    alice.flash();
    await alice.hearsNoTone();
    await lab.world.advance(500);
    const back = await hearing(bob, async () => {
      await tells(lab, alice, bob);
      await lab.world.advance(3500);
    });
    expect(likeness(music, back)).toBeLessThan(0.5);
    await tells(lab, bob, alice);
    await assertSettled(lab, { records: ANSWERED });
  });

  it("that is not there is told of at the start, and silence is heard", async () => {
    const lab = await laid(312, { musicOnHold: "gone" }, new MemorySounds());
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    expect(warnings(lab).join()).toContain("sound gone: not-found");
    alice.flash();
    await alice.hears("dial-tone");
    await lab.world.advance(2000);
    alice.flash();
    await alice.hearsNoTone();
    await lab.world.advance(500);
    await tells(lab, alice, bob);
    await assertSettled(lab, { records: ANSWERED });
  });
});

describe("announcements", () => {
  it("a number that nobody has: the announcement, then reorder tone", async () => {
    const notFound = recorded("no such number", 2500);
    const sounds = new MemorySounds({ "no-such-number": notFound });
    const dialing = { announcements: { notFound: "no-such-number", refused: "unused" } };
    const lab = await laid(313, dialing, sounds);
    const [alice] = lab.phones;
    alice.lift();
    await alice.hears("dial-tone");
    expect(warnings(lab).join()).toContain("sound unused: not-found");
    const heard = await hearing(alice, async () => {
      await alice.dials("199");
      await alice.hears("reorder");
    });
    expect(likeness(notFound, heard)).toBeGreaterThan(0.9);
    await assertSettled(lab, { records: [] });
  });

  it("hanging up in the middle of it ends it: dial tone is all that is heard next", async () => {
    const sounds = new MemorySounds({ long: recorded("long", 20_000) });
    const lab = await laid(314, { announcements: { notFound: "long" } }, sounds);
    const [alice] = lab.phones;
    await alice.calls("199");
    await lab.world.advance(1000);
    alice.hang();
    await lab.world.advance(2000);
    alice.lift();
    await alice.hears("dial-tone");
    await assertSettled(lab, { records: [] });
  });

  it("one that is not there: the tone at once", async () => {
    const lab = await laid(315, { announcements: { notFound: "gone" } }, new MemorySounds());
    const [alice] = lab.phones;
    await alice.calls("199");
    await alice.hears("reorder", { withinMs: 3000 });
    await assertSettled(lab, { records: [] });
  });
});
