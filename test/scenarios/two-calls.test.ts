import { describe, expect, it } from "vitest";
import type { UserConfig } from "../../src/app/config/user-config.ts";
import { SoundSegmenter } from "../hw-sim/audio/sound-segmenter.ts";
import { type Bench, bench } from "../hw-sim/bench/bench.ts";
import type { BenchPhone } from "../hw-sim/bench/bench-phone.ts";
import { assertSettled } from "./support/settled.ts";
import { call, talk, tells } from "./support/talk.ts";

type Dialing = NonNullable<UserConfig["dialing"]>;

interface Three {
  readonly lab: Bench;
  readonly alice: BenchPhone;
  readonly bob: BenchPhone;
  readonly carol: BenchPhone;
}

/** Three telephones at the built-in exchange, their SIP through sockets: 101, 102, 103. */
async function three(seed: number, dialing: Dialing = {}): Promise<Three> {
  const lab = await bench({
    seed,
    phones: ["touch-tone", "touch-tone", "touch-tone"],
    config: { exchange: { transport: "udp" }, dialing },
  });
  const [alice, bob, carol] = lab.phones;
  if (carol === undefined) throw new Error("a bench of three telephones has three");
  return { lab, alice, bob, carol };
}

/** Alice holds Bob and calls Carol, who answers. */
async function consults({ lab, alice, bob, carol }: Three): Promise<void> {
  await call(alice, "102", bob);
  await talk(lab, alice, bob);
  await rings(alice, "103", carol);
  carol.lift();
  await alice.hearsNoTone();
  await talk(lab, alice, carol);
}

/** A flash, a number behind the dial tone, and a bell. */
async function rings(alice: BenchPhone, number: string, called: BenchPhone): Promise<void> {
  alice.flash();
  await alice.hears("dial-tone");
  await alice.dials(number);
  await called.rings();
  await alice.hears("ringback");
}

async function flash(lab: Bench, phone: BenchPhone): Promise<void> {
  phone.flash();
  await lab.world.advance(1500);
}

/** What one says does not get to the other. */
async function doesNotHear(lab: Bench, from: BenchPhone, to: BenchPhone): Promise<void> {
  const speech = lab.speech(`unheard ${lab.world.clock.nowMs()}`);
  await from.says(speech);
  await expect(to.heard(speech)).rejects.toThrow(/heard something else/);
}

describe("a second call by hook flash", () => {
  it("holds the first, goes to and fro, and ends in the one that is left", async () => {
    const all = await three(201);
    const { lab, alice, bob, carol } = all;
    await consults(all);
    await doesNotHear(lab, bob, alice);
    await flash(lab, alice);
    await talk(lab, alice, bob);
    await doesNotHear(lab, carol, alice);
    await flash(lab, alice);
    await talk(lab, alice, carol);
    carol.hang();
    await alice.hears("busy");
    alice.flash();
    await alice.hearsNoTone();
    await talk(lab, alice, bob);
    await assertSettled(lab, {
      records: [
        "1 out 101>102 answered",
        "2 in 101>102 answered",
        "1 out 101>103 answered",
        "3 in 101>103 answered",
      ],
    });
  });

  it("given up while it rings, a flash brings the first back", async () => {
    const all = await three(202);
    const { lab, alice, bob, carol } = all;
    await call(alice, "102", bob);
    await rings(alice, "103", carol);
    alice.flash();
    await carol.stopsRinging();
    await talk(lab, alice, bob);
    await assertSettled(lab, {
      records: [
        "1 out 101>102 answered",
        "2 in 101>102 answered",
        "1 out 101>103 cancelled",
        "3 in 101>103 missed",
      ],
    });
  });

  it("hung up with the first on hold: the bell reminds, and lifting takes it back", async () => {
    const all = await three(203);
    const { lab, alice, bob } = all;
    await call(alice, "102", bob);
    alice.flash();
    await alice.hears("dial-tone");
    alice.hang();
    await alice.rings({ withCallerId: "102" });
    alice.lift();
    await talk(lab, alice, bob);
    await assertSettled(lab, { records: ["1 out 101>102 answered", "2 in 101>102 answered"] });
  });

  it("joined by a flash: three hear each other, and the next one drops the last", async () => {
    const all = await three(204, { secondFlash: "conference" });
    const { lab, alice, bob, carol } = all;
    await consults(all);
    await flash(lab, alice);
    await tells(lab, alice, bob, { correlationOver: 0.8 });
    await tells(lab, bob, carol, { correlationOver: 0.8 });
    await tells(lab, carol, bob, { correlationOver: 0.8 });
    await tells(lab, carol, alice, { correlationOver: 0.8 });
    alice.flash();
    await carol.hears("busy");
    await talk(lab, alice, bob);
    await assertSettled(lab, {
      records: [
        "1 out 101>102 answered",
        "2 in 101>102 answered",
        "1 out 101>103 answered",
        "3 in 101>103 answered",
      ],
    });
  });

  it.each([
    ["1", "ends the second call"],
    ["2", "changes over"],
    ["3", "joins all"],
  ])("by the menu: %s %s", async (digit) => {
    const all = await three(205, { secondFlash: "menu" });
    const { lab, alice, bob, carol } = all;
    await consults(all);
    alice.flash();
    await alice.hears("dial-tone");
    await alice.dials(digit);
    await alice.hearsNoTone();
    if (digit === "1") await carol.hears("busy");
    await lab.world.advance(500);
    await tells(lab, alice, bob, { correlationOver: 0.8 });
    if (digit === "3") await tells(lab, bob, carol, { correlationOver: 0.8 });
    if (digit === "2") await doesNotHear(lab, alice, carol);
    bob.hang();
    carol.hang();
    // Whoever of them is on hold now has gone before Alice hangs up.
    await lab.world.advance(3000);
    await assertSettled(lab, {
      records: [
        "1 out 101>102 answered",
        "2 in 101>102 answered",
        "1 out 101>103 answered",
        "3 in 101>103 answered",
      ],
    });
  });
});

describe("a transfer", () => {
  it("attended: hanging up joins the two others", async () => {
    const all = await three(211);
    const { lab, alice, bob, carol } = all;
    await consults(all);
    alice.hang();
    await lab.world.advance(2000);
    expect(lab.box.status()[0]?.call).toBe("idle");
    await talk(lab, bob, carol);
    await assertSettled(lab, {
      records: [
        "1 out 101>102 answered",
        "2 in 101>102 answered",
        "1 out 101>103 answered",
        // Bob's telephone called in Alice's place; to Carol's it is one call.
        "2 out 102>103 answered",
        "3 in 101>103 answered",
      ],
    });
  });

  it("while it rings: the call on hold rings the other anew", async () => {
    const all = await three(212);
    const { lab, alice, bob, carol } = all;
    await call(alice, "102", bob);
    await rings(alice, "103", carol);
    alice.hang();
    await bob.hears("ringback");
    await carol.rings();
    carol.lift();
    await bob.hearsNoTone();
    await talk(lab, bob, carol);
    await assertSettled(lab, {
      records: [
        "1 out 101>102 answered",
        "2 in 101>102 answered",
        "1 out 101>103 cancelled",
        "3 in 101>103 missed",
        "2 out 102>103 answered",
        "3 in 102>103 answered",
      ],
    });
  });

  it("blind: the code and a number hand the call on hold over", async () => {
    const all = await three(213);
    const { lab, alice, bob, carol } = all;
    await call(alice, "102", bob);
    alice.flash();
    await alice.hears("dial-tone");
    await alice.dials("*98103");
    await carol.rings({ withCallerId: "102" });
    alice.hang();
    carol.lift();
    await bob.hearsNoTone();
    await carol.hearsNoTone();
    // The first words after the tone are what Bob's echo canceller learns the new call by.
    await talk(lab, bob, carol, { correlationOver: 0.8 });
    await talk(lab, bob, carol);
    expect(lab.box.status()[0]?.call).toBe("idle");
    await assertSettled(lab, {
      records: [
        "1 out 101>102 answered",
        "2 in 101>102 answered",
        "2 out 102>103 answered",
        "3 in 102>103 answered",
      ],
    });
  });

  it("blind to one who is busy: the call comes back", async () => {
    const all = await three(214);
    const { lab, alice, bob, carol } = all;
    carol.lift();
    await carol.hears("dial-tone");
    await call(alice, "102", bob);
    alice.flash();
    await alice.hears("dial-tone");
    await alice.dials("*98103");
    alice.hang();
    await alice.rings({ withCallerId: "102" });
    alice.lift();
    await talk(lab, alice, bob);
    await assertSettled(lab, {
      records: [
        "1 out 101>102 answered",
        "2 in 101>102 answered",
        "2 out 102>103 busy",
        "3 in 102>103 busy",
      ],
    });
  });

  it("by the menu: 4 hands over, and dial tone is there for the next call", async () => {
    const all = await three(215, { secondFlash: "menu" });
    const { lab, alice, bob, carol } = all;
    await consults(all);
    alice.flash();
    await alice.hears("dial-tone");
    await alice.dials("4");
    await lab.world.advance(1500);
    await alice.hears("dial-tone");
    await talk(lab, bob, carol);
    await assertSettled(lab, {
      records: [
        "1 out 101>102 answered",
        "2 in 101>102 answered",
        "1 out 101>103 answered",
        "3 in 101>103 answered",
        "2 out 102>103 answered",
      ],
    });
  });
});

/** The bursts of about 300 ms that the receiver played, by their one frequency. */
function waitingBursts(phone: BenchPhone): readonly string[] {
  const bursts: string[] = [];
  const segmenter = new SoundSegmenter({
    firstSample: 0,
    onClosed: ({ tones = [], start, end }) => {
      const [tone] = tones;
      const ms = (end - start) / 8;
      if (tone === undefined || tones.length > 1 || ms < 280 || ms > 320) return;
      bursts.push(`${Math.round(tone.frequencyHz)} Hz`);
    },
  });
  segmenter.process(phone.recorded(), () => {});
  return bursts;
}

describe("call waiting", () => {
  it("a second caller is heard of, a flash answers, another goes back", async () => {
    const all = await three(221);
    const { lab, alice, bob, carol } = all;
    await call(alice, "102", bob);
    await carol.calls("101");
    await carol.hears("ringback");
    await lab.world.advance(12_000);
    // The far end's echo of each burst keeps the ear from naming the tone: its parts are measured.
    expect(waitingBursts(alice)).toEqual(["440 Hz", "440 Hz"]);
    alice.flash();
    await carol.hearsNoTone();
    await talk(lab, alice, carol);
    await doesNotHear(lab, bob, alice);
    await flash(lab, alice);
    await talk(lab, alice, bob);
    await flash(lab, alice);
    await talk(lab, alice, carol);
    carol.hang();
    await alice.hears("busy");
    alice.flash();
    await alice.hearsNoTone();
    await talk(lab, alice, bob);
    await assertSettled(lab, {
      records: [
        "1 out 101>102 answered",
        "2 in 101>102 answered",
        "1 in 103>101 answered",
        "3 out 103>101 answered",
      ],
    });
  });

  it("hung up while one waits: the bell rings for it", async () => {
    const all = await three(222);
    const { lab, alice, bob, carol } = all;
    await call(alice, "102", bob);
    carol.lift();
    await carol.dials("101");
    await carol.hears("ringback");
    alice.hang();
    await alice.rings({ withCallerId: "103" });
    alice.lift();
    await carol.hearsNoTone();
    await talk(lab, alice, carol);
    await assertSettled(lab, {
      records: [
        "1 out 101>102 answered",
        "2 in 101>102 answered",
        "1 in 103>101 answered",
        "3 out 103>101 answered",
      ],
    });
  });

  it.each([
    ["switched off", { callWaiting: false }],
    ["at dial tone", {}],
  ] as const)("the line is busy where it is %s", async (what, dialing) => {
    const all = await three(223, dialing);
    const { lab, alice, bob, carol } = all;
    if (what === "switched off") await call(alice, "102", bob);
    else alice.lift();
    carol.lift();
    await carol.dials("101");
    await carol.hears("busy");
    await assertSettled(lab, {
      records: [
        ...(what === "switched off" ? ["1 out 101>102 answered", "2 in 101>102 answered"] : []),
        "1 in 103>101 busy",
        "3 out 103>101 busy",
      ],
    });
  });
});
