import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LossHistory } from "./loss-history.ts";

/** A stream of good (`.`), lost (`x`) and discarded (`d`) packets, and enough good ones behind. */
function run(fates: string, from = 65_536): LossHistory {
  const history = new LossHistory();
  [...fates, ...".".repeat(64)].forEach((fate, at) => {
    if (fate !== "x") history.received(from + at);
    if (fate === "d") history.discarded(from + at);
  });
  return history;
}
const good = (count: number) => ".".repeat(count);

describe("LossHistory", () => {
  it.each([
    { what: "nothing lost", fates: good(100), lost: 0, discarded: 0 },
    { what: "one", fates: `${good(50)}x${good(50)}`, lost: 1, discarded: 0 },
    { what: "one late", fates: `${good(50)}d${good(50)}`, lost: 0, discarded: 1 },
    { what: "a row", fates: `${good(50)}xxxx${good(50)}`, lost: 4, discarded: 0 },
  ])("figures() counts $what", ({ fates, lost, discarded }) => {
    expect(run(fates).figures()).toMatchObject({ settled: fates.length, lost, discarded });
  });

  it("figures() tells bursts from losses that stand alone", () => {
    // Two lone losses, then a burst of 10 with 6 lost, thrice.
    const piece = `${good(100)}x${good(100)}x${good(100)}xx.xx.x..x`;
    const { burstDensity, gapDensity, burstPackets, gapPackets } = run(
      `${piece}${piece}${piece}${good(40)}x${good(20)}`,
    ).figures();
    expect(burstDensity).toBeCloseTo(0.6, 1);
    expect(gapDensity).toBeCloseTo(2 / 300, 2);
    expect(burstPackets).toBeGreaterThan(8);
    expect(burstPackets).toBeLessThan(12);
    expect(gapPackets).toBeGreaterThan(250);
  });

  it.each([
    { what: "in rows of five", fates: `${good(95)}xxxxx`.repeat(40), above: 3, below: 6 },
    { what: "one at a time", fates: `${good(19)}x`.repeat(200), above: 0.8, below: 1.2 },
  ])("burstRatio of loss $what", ({ fates, above, below }) => {
    const { burstRatio } = run(fates).figures();
    expect(burstRatio).toBeGreaterThan(above);
    expect(burstRatio).toBeLessThan(below);
  });

  it("received() out of order, twice, or after a jump is no loss", () => {
    const history = new LossHistory();
    for (let n = 0; n < 600; n += 2) {
      history.received(1000 + n + 1);
      history.received(1000 + n);
      history.received(1000 + n);
    }
    history.received(90_000);
    for (let n = 1; n < 200; n++) history.received(90_000 + n);
    expect(history.figures().lost).toBeLessThanOrEqual(1);
  });

  it("figures() add up, whatever comes", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(".", ".", ".", "x", "d"), { maxLength: 400 }),
        (fates) => {
          const got = run(`.${fates.join("")}`).figures();
          expect(got.lost).toBe(fates.filter((fate) => fate === "x").length);
          expect(got.discarded).toBe(fates.filter((fate) => fate === "d").length);
          for (const share of [got.burstDensity, got.gapDensity]) {
            expect(share).toBeGreaterThanOrEqual(0);
            expect(share).toBeLessThanOrEqual(1);
          }
        },
      ),
    );
  });
});
