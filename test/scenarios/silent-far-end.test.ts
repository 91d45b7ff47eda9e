import { describe, expect, it } from "vitest";
import { BENCH_HOST, type Bench, bench } from "../hw-sim/bench/bench.ts";
import { call, talk } from "./support/talk.ts";

/** A call between two lines, whose voice is then lost on its way while SIP goes on. */
async function voiceLost(lab: Bench): Promise<void> {
  const [alice, bob] = lab.phones;
  await call(alice, "102", bob);
  await talk(lab, alice, bob);
  lab.network.setLink(BENCH_HOST, BENCH_HOST, { lossRatio: 1 });
}

const warnings = (lab: Bench): readonly string[] =>
  lab.logs.filter(({ level }) => level === "warn").map(({ text }) => text);

describe("a far end that is not heard any more", () => {
  it("is told of once, and the call goes on", async () => {
    const lab = await bench({ seed: 41 });
    await voiceLost(lab);
    await lab.world.advance(60_000);
    expect(warnings(lab).toSorted()).toEqual([
      "Nothing is heard of 101.",
      "Nothing is heard of 102.",
    ]);
    expect(lab.box.status().map((line) => line.call)).toEqual(["talking", "talking"]);
    await lab.stop();
  });

  it("ends the call after the time that is configured, not before", async () => {
    const lab = await bench({ seed: 42, config: { dialing: { silenceLimitMs: 30_000 } } });
    await voiceLost(lab);
    await lab.world.advance(29_000);
    expect(lab.box.status().map((line) => line.call)).toEqual(["talking", "talking"]);
    await lab.world.advance(7000);
    expect(lab.box.status().map((line) => line.call)).not.toContain("talking");
    expect(lab.records.map(({ endedBy }) => endedBy)).toContain("box");
    await lab.phones[0].hears("busy");
    await lab.stop();
  });

  it("is let be where it has put us on hold", async () => {
    const lab = await bench({
      seed: 43,
      phones: ["touch-tone", "touch-tone"],
      config: { dialing: { silenceLimitMs: 10_000 } },
    });
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    await talk(lab, alice, bob);
    alice.flash();
    await alice.hears("dial-tone");
    await lab.world.advance(12_000);
    expect(warnings(lab)).toEqual([]);
    expect(lab.box.status()[1]?.call).toBe("talking");
    await lab.stop();
  });
});
