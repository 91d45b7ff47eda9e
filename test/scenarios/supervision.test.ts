import { describe, expect, it } from "vitest";
import { bench } from "../hw-sim/bench/bench.ts";

describe("the battery at an answer", () => {
  it.each([
    [true, [true, false]],
    [false, []],
  ] as const)("turns round where answerReversal is %s", async (answerReversal, turns) => {
    const lab = await bench({
      seed: 7,
      phones: ["touch-tone", "touch-tone"],
      config: {
        exchange: { transport: "udp" },
        countryOverrides: { supervision: { answerReversal, openLoopMs: 0 } },
      },
    });
    const [alice, bob] = lab.phones;
    const reversals = () =>
      alice.phone.observations.flatMap((seen) => (seen.kind === "polarity" ? [seen.reversed] : []));
    alice.lift();
    await alice.hears("dial-tone");
    await alice.dials("102");
    await bob.rings({});
    expect(reversals()).toEqual([]);
    bob.lift();
    await lab.world.advance(1000);
    expect(reversals()).toEqual(turns.slice(0, 1));
    bob.hang();
    await alice.hears("busy");
    await lab.world.advance(1000);
    expect(reversals()).toEqual(turns);
  });
});

describe("metering", () => {
  it.each([
    ["si3210", [2, 4, 6]],
    ["ag1171", []],
  ] as const)("counts a call's time at the telephone, on the %s", async (chip, expected) => {
    const lab = await bench({
      seed: 8,
      line: { chip },
      phones: [{ kind: "touch-tone", chargeMeterHz: 12_000 }, "touch-tone"],
      config: {
        exchange: { transport: "udp" },
        countryOverrides: { supervision: { metering: { everyMs: 2000 } } },
      },
    });
    const [alice, bob] = lab.phones;
    const pulses = ({ phone }: typeof alice) =>
      phone.observations.flatMap((seen) => (seen.kind === "metering-pulse" ? [seen.atMs] : []));
    alice.lift();
    await alice.hears("dial-tone");
    await alice.dials("102");
    await bob.rings({});
    bob.lift();
    // Step by step: the chip's driver waits for promises in between.
    for (let step = 0; step < 69; step++) await lab.world.advance(100);
    alice.hang();
    await lab.world.advance(5000);
    const [first = 0, ...later] = pulses(alice);
    expect(later.map((atMs) => Math.round((atMs - first) / 1000))).toEqual(expected);
    expect(pulses(bob)).toEqual([]);
  });
});
