import { describe, expect, it } from "vitest";
import { bench } from "../hw-sim/bench/bench.ts";
import type { BenchPhone } from "../hw-sim/bench/bench-phone.ts";

/** When a bell sounded. */
function burstsOf({ phone }: BenchPhone): readonly (readonly [fromMs: number, untilMs: number])[] {
  const times = phone.observations.flatMap((seen) =>
    seen.kind === "ringing-started" || seen.kind === "ringing-stopped" ? [seen.atMs] : [],
  );
  return times.flatMap((fromMs, at) =>
    at % 2 === 0 ? [[fromMs, times[at + 1] ?? Number.POSITIVE_INFINITY] as const] : [],
  );
}

/** Two telephones call two others: each bell's bursts, and those at which both sounded. */
async function twoRing(renMax: number | undefined) {
  const lab = await bench({
    seed: 7,
    phones: ["touch-tone", "touch-tone", "touch-tone", "touch-tone"],
    config: {
      exchange: { transport: "udp" },
      lines: ["101", "102", "103", "104"].map((number) => ({ number })),
      ...(renMax === undefined ? {} : { ringing: { renMax } }),
    },
  });
  const [alice, bob, carol, dave] = lab.phones;
  if (carol === undefined || dave === undefined) throw new Error("four telephones");
  alice.lift();
  bob.lift();
  await alice.hears("dial-tone");
  await alice.dials("103");
  await bob.dials("104");
  await lab.world.advance(30_000);
  const [first, second] = [burstsOf(carol), burstsOf(dave)];
  const together = first.filter(([fromMs, untilMs]) =>
    second.some(([from, until]) => from < untilMs && until > fromMs),
  );
  return { first, second, together };
}

describe("two bells on one ringing supply", () => {
  it("sound in turn where it carries one, each as often as ever", async () => {
    const { first, second, together } = await twoRing(1);
    expect(together).toEqual([]);
    expect(first.length).toBeGreaterThanOrEqual(4);
    expect(second.length).toBeGreaterThanOrEqual(4);
  });

  it("sound at once where each line has its own", async () => {
    const { together } = await twoRing(undefined);
    expect(together.length).toBeGreaterThan(2);
  });
});
