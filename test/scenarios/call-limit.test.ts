import { describe, expect, it } from "vitest";
import { bench } from "../hw-sim/bench/bench.ts";
import { assertSettled } from "./support/settled.ts";
import { call, talk } from "./support/talk.ts";

const LIMIT_MS = 15_000;

describe("a box whose calls may last a quarter of a minute", () => {
  it("ends one then, and not before: both hear that it is over", async () => {
    const lab = await bench({ seed: 2600, config: { dialing: { callLimitMs: LIMIT_MS } } });
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    await lab.world.advance(LIMIT_MS - 10_000);
    await talk(lab, alice, bob);
    await alice.hears("busy", { withinMs: 10_000 });
    await bob.hears("busy", { withinMs: 1000 });
    alice.hang();
    bob.hang();
    await assertSettled(lab, { records: ["1 out 101>102 answered", "2 in 101>102 answered"] });
    expect(lab.records.map(({ durationMs }) => Math.round(durationMs / 1000))).toEqual([15, 15]);
  });
});
