import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ECHO_TONES_HZ, EchoMeter } from "./echo-loss.ts";

const FRAME = 80;

/** Measures a line that sends back what `echo` makes of all that was sent so far. */
function measure(echo: (sent: readonly number[], n: number) => number) {
  const meter = new EchoMeter(2);
  const sent: number[] = [];
  let captured = new Int16Array(FRAME);
  for (let frame = 0; frame < 1000 && !meter.isDone; frame++) {
    const playout = new Int16Array(FRAME);
    meter.frame(captured, playout);
    const from = sent.length;
    for (const sample of playout) sent.push(sample);
    captured = Int16Array.from(playout, (_, n) => Math.round(echo(sent, from + n)));
  }
  expect(meter.isDone).toBe(true);
  return { ...meter.report(), sent };
}

const delayed =
  (samples: number, lossDb: number) =>
  (sent: readonly number[], n: number): number =>
    (sent[n - samples] ?? 0) * 10 ** (-lossDb / 20);

describe("EchoMeter", () => {
  it.each([
    [0, 0],
    [6, 0],
    [20, 137],
    [40, 800],
  ])("finds %i dB of loss %i samples later", (lossDb, samples) => {
    const report = measure(delayed(samples, lossDb));
    expect(report.lossDb).toBeCloseTo(lossDb, 1);
    expect(report.least.lossDb).toBeCloseTo(lossDb, 0);
    expect([report.isAtLeast, report.isClipped]).toEqual([false, false]);
  });

  it("says at least where nothing comes back, or noise hides it", () => {
    expect(measure(() => 0)).toMatchObject({ lossDb: 80, isAtLeast: true });
    let seed = 1;
    const noise = (): number => {
      seed = (seed * 16_807) % 2_147_483_647;
      return (seed / 2_147_483_647 - 0.5) * 2000;
    };
    const hidden = measure((sent, n) => delayed(0, 50)(sent, n) + noise());
    expect(hidden.isAtLeast).toBe(true);
    expect(measure((sent, n) => delayed(0, 10)(sent, n) + noise()).isAtLeast).toBe(false);
  });

  it("tells where most comes back: a low pass sends back the low tones", () => {
    let last = 0;
    const report = measure((sent, n) => {
      last += 0.1 * ((sent[n] ?? 0) - last);
      return last;
    });
    expect(report.least.hz).toBe(ECHO_TONES_HZ[0]);
    expect(report.lossDb).toBeGreaterThan(report.least.lossDb + 3);
  });

  it("tells of a converter at its end", () => {
    expect(measure((sent, n) => ((sent[n] ?? 0) > 8000 ? 32_767 : 0)).isClipped).toBe(true);
  });

  it("is as loud as a dial tone, and never at the converter's end", () => {
    const { sent } = measure(() => 0);
    expect(Math.max(...sent.map(Math.abs))).toBeLessThan(16_000);
    const power = sent.reduce((sum, one) => sum + one ** 2, 0) / sent.length;
    expect(10 * Math.log10(power / (32_768 ** 2 / 2))).toBeCloseTo(-16.2, 0);
  });

  it("has tones that differ, between 300 and 3400 Hz, all of them whole steps of 5 Hz", () => {
    expect(new Set(ECHO_TONES_HZ).size).toBe(24);
    expect([ECHO_TONES_HZ[0], ECHO_TONES_HZ.at(-1)]).toEqual([300, 3400]);
    expect(ECHO_TONES_HZ.every((hz) => hz % 5 === 0)).toBe(true);
  });

  it("never throws, whatever comes in", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -32_768, max: 32_767 }), { minLength: 1 }),
        (noise) => {
          const report = measure((_, n) => noise[n % noise.length] ?? 0);
          expect(Number.isFinite(report.lossDb)).toBe(true);
        },
      ),
      { numRuns: 10 },
    );
  });
});
