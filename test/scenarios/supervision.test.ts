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
