import { describe, expect, it } from "vitest";
import type { UserConfig } from "../../src/app/config/user-config.ts";
import { alignedCorrelation } from "../hw-sim/audio/correlation.ts";
import { sineMeanSquare } from "../hw-sim/audio/dtmf-decoder.ts";
import {
  dbmFromMeanSquare,
  pcm16FromVolts,
  sineMix,
  voltsFromPcm16,
} from "../hw-sim/audio/levels.ts";
import { type Bench, bench } from "../hw-sim/bench/bench.ts";
import type { BenchPhone } from "../hw-sim/bench/bench-phone.ts";
import { assertSettled } from "./support/settled.ts";
import { call } from "./support/talk.ts";

/** Sines that lie in no tone of a country and near no key: whole periods of each in 100 ms. */
const ALICE_HZ = 310;
const BOB_HZ = 560;
const CAROL_HZ = 1890;
const ALL_HZ = [ALICE_HZ, BOB_HZ, CAROL_HZ];

const tone = (hz: number, dbm: number, ms: number): Int16Array =>
  pcm16FromVolts(sineMix([hz], dbm, ms));

interface Ear {
  readonly name: string;
  /** Level of each sine that is looked for, dBm at the receiver, and of all else. */
  readonly sines: readonly number[];
  readonly elseDbm: number;
}

/** What a receiver hears of some sines while something is done: its last second. */
async function listening(
  phones: readonly BenchPhone[],
  hz: readonly number[],
  act: () => Promise<void>,
): Promise<readonly Ear[]> {
  const pieces = phones.map(() => [] as number[]);
  let isOn = true;
  phones.forEach((phone, at) => {
    phone.phone.onHeard((volts) => {
      if (isOn) pieces[at]?.push(...volts);
    });
  });
  await act();
  isOn = false;
  return phones.map(({ name }, at) => {
    const last = Float64Array.from(pieces[at]?.slice(-8800, -800) ?? []);
    const powers = hz.map((one) => sineMeanSquare(last, one));
    const all = last.reduce((sum, volts) => sum + volts * volts, 0) / last.length;
    const rest = Math.max(1e-12, all - powers.reduce((sum, power) => sum + power, 0));
    return { name, sines: powers.map(dbmFromMeanSquare), elseDbm: dbmFromMeanSquare(rest) };
  });
}

type Gain = NonNullable<NonNullable<UserConfig["lines"]>[number]["gain"]>;

/** What Bob hears of Alice's sine of −20 dBm. */
async function heardWith(alices: Gain, bobs: Gain): Promise<number> {
  const lines = [
    { number: "101", gain: alices },
    { number: "102", gain: bobs },
  ];
  const lab = await bench({ seed: 301, phones: ["touch-tone", "touch-tone"], config: { lines } });
  const [alice, bob] = lab.phones;
  await call(alice, "102", bob);
  const [ear] = await listening([bob], [ALICE_HZ], () => alice.says(tone(ALICE_HZ, -20, 1500)));
  await assertSettled(lab, { records: ["1 out 101>102 answered", "2 in 101>102 answered"] });
  return ear?.sines[0] ?? Number.NaN;
}

describe("the gain of a line", () => {
  it.each([
    { alices: {}, bobs: {}, moreDb: 0 },
    { alices: { txDb: 6 }, bobs: {}, moreDb: 6 },
    { alices: { txDb: -9.5 }, bobs: {}, moreDb: -9.5 },
    { alices: { rxDb: 6 }, bobs: { txDb: 6 }, moreDb: 0 },
    { alices: {}, bobs: { rxDb: 4 }, moreDb: 4 },
    { alices: { txDb: 3 }, bobs: { rxDb: -12 }, moreDb: -9 },
  ])("$alices, $bobs: $moreDb dB at the telephone", async ({ alices, bobs, moreDb }) => {
    // The two loops take 0.7 dB.
    expect((await heardWith(alices, bobs)) + 20.7).toBeCloseTo(moreDb, 0);
  });
});

describe("the levels of a call", () => {
  it("are told while it lasts, and stand in its record", async () => {
    const lab = await bench({ seed: 302, phones: ["touch-tone", "touch-tone"] });
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    // Half of the time she says nothing.
    for (let n = 0; n < 8; n++) {
      await alice.says(tone(ALICE_HZ, -18, 500));
      await lab.world.advance(500);
    }
    const [hers, his] = lab.box.status().map(({ levels }) => levels);
    // G.711 without loss, E-model's best.
    expect(lab.box.status().map(({ mos }) => mos)).toEqual([4.41, 4.41]);
    const loud = hers?.said.activeDbm0 ?? Number.NaN;
    // A loop of some hundred ohms takes little away.
    expect(loud).toBeGreaterThan(-20.5);
    expect(loud).toBeLessThan(-16);
    expect(hers?.said.meanDbm0).toBeCloseTo(loud - 3, 0);
    expect(hers?.heard).not.toHaveProperty("activeDbm0");
    expect(his?.heard.activeDbm0).toBeCloseTo(loud, 0);
    expect(his?.said).not.toHaveProperty("activeDbm0");
    // One in two seconds of each line, whatever goes on.
    const told = lab.events.filter(({ kind, ...rest }) => kind === "line" && isLevel(rest));
    expect(told.length).toBeGreaterThanOrEqual(6);
    expect(told.length).toBeLessThanOrEqual(12);
    await assertSettled(lab, { records: ["1 out 101>102 answered", "2 in 101>102 answered"] });
    expect(lab.box.status()[0]).not.toHaveProperty("levels");
    expect(lab.box.status()[0]).not.toHaveProperty("mos");
    const [out] = lab.records.filter(({ direction }) => direction === "out");
    expect(out?.levels?.saidDbm0).toBeCloseTo(loud, 0);
    expect(out?.levels).not.toHaveProperty("heardDbm0");
  });
});

const isLevel = (rest: object): boolean => JSON.stringify(rest).includes('"kind":"level"');

async function conference(seed: number): Promise<Bench> {
  const lab = await bench({
    seed,
    phones: ["touch-tone", "touch-tone", "touch-tone"],
    config: { dialing: { secondFlash: "conference" } },
  });
  const [alice, bob, carol] = lab.phones;
  if (carol === undefined) throw new Error("a bench of three telephones has three");
  await call(alice, "102", bob);
  alice.flash();
  await alice.hears("dial-tone");
  await alice.dials("103");
  await carol.rings();
  carol.lift();
  await alice.hearsNoTone();
  alice.flash();
  await lab.world.advance(1500);
  return lab;
}

/** Two say their sines at a time, and the third listens. */
async function twoSay(lab: Bench, silent: number, dbm: number): Promise<Ear> {
  const [ear] = await listening(lab.phones.slice(silent, silent + 1), ALL_HZ, async () => {
    const said = lab.phones.map((phone, at) =>
      at === silent ? undefined : phone.says(tone(ALL_HZ[at] ?? 0, dbm, 1800)),
    );
    await Promise.all(said);
  });
  if (ear === undefined) throw new Error("there are three");
  return ear;
}

/** What a telephone hears of the voice into it, while all others are silent. */
async function ownVoice(lab: Bench, at: number, dbm: number): Promise<number> {
  const hz = ALL_HZ[at] ?? 0;
  const phones = lab.phones.slice(at, at + 1);
  const [ear] = await listening(phones, [hz], async () => {
    await lab.phones[at]?.says(tone(hz, dbm, 1500));
  });
  return ear?.sines[0] ?? Number.NaN;
}

describe("a conference of three", () => {
  it("each hears the two others, as loud as in a call of two, and not itself", async () => {
    const lab = await conference(303);
    for (const at of [0, 1, 2]) {
      const { sines, elseDbm } = await twoSay(lab, at, -20);
      for (const [of, dbm] of sines.entries()) {
        if (of === at) expect(dbm).toBeLessThan(-60);
        else expect(Math.abs(dbm + 20.7)).toBeLessThan(2);
      }
      expect(elseDbm).toBeLessThan(-45);
      // The own voice only as every telephone lets it through, 12 dB down: nothing comes back.
      expect(await ownVoice(lab, at, -20)).toBeCloseTo(-32, 0);
    }
    for (const phone of lab.phones) phone.hang();
    await lab.world.advance(3000);
    await lab.stop();
  });

  it("three who talk at a time: each hears both others alike, and not itself", async () => {
    const lab = await conference(305);
    const said = lab.phones.map((_, at) => lab.speech(`voice ${at}`, 2500));
    const heard = lab.phones.map(() => [] as number[]);
    lab.phones.forEach((phone, at) => {
      phone.phone.onHeard((volts) => heard[at]?.push(...volts));
    });
    await Promise.all(lab.phones.map((phone, at) => phone.says(said[at] ?? new Int16Array())));
    await lab.world.advance(300);
    for (const [ear, volts] of heard.entries()) {
      for (const [mouth, speech] of said.entries()) {
        const likeness = alignedCorrelation(voltsFromPcm16(speech), Float64Array.from(volts));
        // Of two voices that are equally loud each is 0.7 of the sum.
        if (mouth === ear) expect(likeness.correlation).toBeLessThan(0.35);
        else expect(likeness.correlation).toBeGreaterThan(0.5);
      }
    }
    for (const phone of lab.phones) phone.hang();
    await lab.world.advance(3000);
    await lab.stop();
  });

  it("two that are very loud are brought down together, and not clipped", async () => {
    const lab = await conference(304);
    for (const at of [0, 1, 2]) {
      const { sines, elseDbm } = await twoSay(lab, at, 1);
      const others = sines.filter((_, of) => of !== at);
      // Each by itself would be at 0.3 dBm, the sum at 6.3 in its peaks; full scale is 3.2.
      for (const dbm of others) expect(dbm).toBeLessThan(-2);
      expect(Math.min(...others)).toBeGreaterThan(-5);
      expect(elseDbm).toBeLessThan(-27);
    }
    for (const phone of lab.phones) phone.hang();
    await lab.world.advance(3000);
    await lab.stop();
  });
});
