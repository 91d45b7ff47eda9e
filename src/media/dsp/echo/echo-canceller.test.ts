import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ECHO_TAIL_MAX_MS, ECHO_TAIL_MIN_MS } from "./echo-canceller.ts";
import { both, EchoRig, echoOf, FRAME, hybrid, levelBetween, voice } from "./echo-rig.fixture.ts";

const FILTER_ALONE = { suppressResidual: false } as const;
const silence = (ms: number) => new Int16Array(ms * 8);

/** 2100 Hz, turned round each 450 ms where told. */
function answerTone(ms: number, reversals: boolean, dbm0 = -12): Int16Array {
  const peak = 22_303 * 10 ** (dbm0 / 20);
  return Int16Array.from({ length: ms * 8 }, (_, at) => {
    const turn = reversals && Math.floor(at / 3600) % 2 === 1 ? Math.PI : 0;
    return Math.round(peak * Math.sin((2 * Math.PI * 2100 * at) / 8000 + turn));
  });
}

describe("EchoCanceller", () => {
  it.each([6, 10, 20])("takes an echo %i dB down away within a second", (erlDb) => {
    const far = voice(1, 4000, -15);
    const echo = echoOf(far, hybrid(erlDb));
    const rig = new EchoRig(FILTER_ALONE);
    const left = rig.run(far, echo);
    expect(levelBetween(left, 1000, 1700)).toBeLessThan(levelBetween(echo, 1000, 1700) - 16);
    expect(levelBetween(left, 3000, 3700)).toBeLessThan(levelBetween(echo, 3000, 3700) - 30);
    expect(rig.canceller.leak).toBeLessThan(0.01);
    const suppressed = new EchoRig().run(far, echo);
    expect(levelBetween(suppressed, 1000, 4000)).toBeLessThan(-65);
  });

  it.each([
    [32, 240, true],
    [32, 300, false],
    [ECHO_TAIL_MIN_MS, 40, true],
    // Four times as many coefficients take four times as long.
    [ECHO_TAIL_MAX_MS, 1000, true],
  ])("with a tail of %i ms an echo %i samples late is taken away: %s", (tailMs, late, taken) => {
    const far = voice(2, 16_000, -15);
    const echo = echoOf(far, hybrid(10, late));
    const left = new EchoRig({ ...FILTER_ALONE, tailMs }).run(far, echo);
    const gain = levelBetween(echo, 15_000, 15_700) - levelBetween(left, 15_000, 15_700);
    if (taken) expect(gain).toBeGreaterThan(20);
    else expect(Math.abs(gain)).toBeLessThan(3);
  });

  it("is aligned by the bulk delay, and learns anew when that changes", () => {
    const far = voice(3, 6000, -15);
    const echo = echoOf(far, hybrid(10, 1000));
    const rig = new EchoRig({ ...FILTER_ALONE, bulkDelaySamples: 990 });
    const left = rig.run(far, echo);
    expect(levelBetween(left, 3000, 3700)).toBeLessThan(levelBetween(echo, 3000, 3700) - 22);
    rig.canceller.bulkDelaySamples = 0;
    const near = rig.run(far, echoOf(far, hybrid(10, 20)));
    expect(levelBetween(near, 3000, 3700)).toBeLessThan(levelBetween(echo, 3000, 3700) - 22);
  });

  it("leaves the near end alone sample for sample while the far end is silent", () => {
    const near = voice(4, 2000, -20);
    expect(new EchoRig().run(silence(2000), near)).toEqual(near);
  });

  it("lets the near end be heard through the far end, and keeps what it learned", () => {
    const far = voice(5, 12_000, -15);
    const echo = echoOf(far, hybrid(10));
    const near = voice(6, 12_000, -18);
    near.fill(0, 0, 4000 * 8);
    near.fill(0, 8000 * 8);
    const rig = new EchoRig();
    const left = rig.run(far, both(echo, near));
    // Both at once: what is heard is the near end, within 1 dB of what it said.
    const said = levelBetween(near, 4500, 7500);
    expect(Math.abs(levelBetween(left, 4500, 7500) - said)).toBeLessThan(1.5);
    expect(levelBetween(left, 9000, 12_000)).toBeLessThan(-65);
  });

  it("learns a path that changed within a second, and is no worse than nothing meanwhile", () => {
    const far = voice(7, 10_000, -15);
    const [first, second] = [hybrid(8, 6), hybrid(12, 90)];
    const echo = echoOf(far, first);
    echo.set(echoOf(far, second).subarray(5000 * 8), 5000 * 8);
    const left = new EchoRig(FILTER_ALONE).run(far, echo);
    expect(levelBetween(left, 5100, 5700)).toBeLessThan(levelBetween(echo, 5100, 5700) + 6);
    expect(levelBetween(left, 6500, 7200)).toBeLessThan(levelBetween(echo, 6500, 7200) - 15);
  });

  it("forgets nothing in two minutes of silence", () => {
    const far = voice(8, 4000, -15);
    const rig = new EchoRig(FILTER_ALONE);
    rig.run(far, echoOf(far, hybrid(10)));
    rig.run(silence(120_000), silence(120_000));
    rig.canceller.learns = false;
    const echo = echoOf(far, hybrid(10));
    const left = rig.run(far, echo);
    expect(levelBetween(left, 500, 3500)).toBeLessThan(levelBetween(echo, 500, 3500) - 25);
  });

  it("learns nothing while it is told not to", () => {
    const far = voice(9, 2000, -15);
    const rig = new EchoRig(FILTER_ALONE);
    rig.canceller.learns = false;
    const echo = echoOf(far, hybrid(10));
    expect(rig.run(far, echo)).toEqual(echo);
  });

  it("stays whole when tones follow speech", () => {
    const far = voice(10, 4000, -15);
    const rig = new EchoRig(FILTER_ALONE);
    rig.run(far, echoOf(far, hybrid(10)));
    for (const hz of [697, 941, 1336, 1633]) {
      const tone = Int16Array.from(
        { length: 40_000 },
        (_, at) => 6000 * Math.sin((hz * at) / 1273),
      );
      rig.run(tone, echoOf(tone, hybrid(10)));
    }
    rig.canceller.learns = false;
    const echo = echoOf(far, hybrid(10));
    const left = rig.run(far, echo);
    expect(levelBetween(left, 500, 3500)).toBeLessThan(levelBetween(echo, 500, 3500) - 15);
  });

  it("replaces residual echo by the line's own noise, within 2 dB of it", () => {
    const far = voice(11, 8000, -15);
    far.fill(0, 0, 3000 * 8);
    let state = 12;
    const noise = far.map(() => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (state >>> 25) - 64;
    });
    const left = new EchoRig().run(far, both(echoOf(far, hybrid(10)), noise));
    const floor = levelBetween(noise, 3000, 8000);
    expect(levelBetween(left, 5000, 8000)).toBeLessThan(floor + 2);
    expect(levelBetween(left, 5000, 8000)).toBeGreaterThan(floor - 2);
  });

  it("passes all by when the answering tone of a modem asks for it, from either side", () => {
    for (const fromFar of [true, false]) {
      const tone = answerTone(2000, true);
      const rig = new EchoRig();
      const far = fromFar ? tone : silence(2000);
      const near = fromFar ? echoOf(tone, hybrid(10)) : tone;
      rig.run(far, near);
      expect(rig.canceller.isPassing).toBe(true);
      const data = voice(13, 1000, -15);
      const echo = echoOf(data, hybrid(10));
      expect(rig.run(data, echo)).toEqual(echo);
      rig.run(silence(400), silence(400));
      expect(rig.canceller.isPassing).toBe(false);
    }
  });

  it("goes on with a telefax's tone, which has no reversals, and with speech", () => {
    const rig = new EchoRig();
    rig.run(answerTone(3000, false), silence(3000));
    expect(rig.canceller.isPassing).toBe(false);
    rig.run(voice(14, 20_000, -10), voice(15, 20_000, -10));
    expect(rig.canceller.isPassing).toBe(false);
  });

  it("passes all by while it is told to", () => {
    const rig = new EchoRig();
    rig.canceller.passes = true;
    const far = voice(16, 1000, -15);
    const echo = echoOf(far, hybrid(10));
    expect(rig.run(far, echo)).toEqual(echo);
    rig.canceller.passes = false;
    expect(rig.run(far, echo)).not.toEqual(echo);
  });

  it("stays in range and finite under any sound", () => {
    const part = fc.record({
      far: fc.integer({ min: -32_768, max: 32_767 }),
      near: fc.integer({ min: -32_768, max: 32_767 }),
      period: fc.integer({ min: 1, max: 200 }),
      frames: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 8 }), (parts) => {
        const rig = new EchoRig();
        for (const { far, near, period, frames } of parts) {
          const wave = (peak: number) =>
            Int16Array.from({ length: frames * FRAME }, (_, at) =>
              at % period < period / 2 ? peak : -peak / 2,
            );
          const left = rig.run(wave(far), wave(near));
          expect(left.every((sample) => Number.isFinite(sample))).toBe(true);
        }
        // It still cancels: nothing that was heard can spoil it for good.
        const speech = voice(17, 3000, -15);
        const echo = echoOf(speech, hybrid(10));
        const left = rig.run(speech, echo);
        expect(levelBetween(left, 2000, 2700)).toBeLessThan(levelBetween(echo, 2000, 2700) - 10);
      }),
      { numRuns: 10 },
    );
  });
});
