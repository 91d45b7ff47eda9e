import { describe, expect, it } from "vitest";
import { peakFromDbm0 } from "../../base/audio.ts";
import { createLineLevels } from "./line-levels.ts";

const FRAME = 80;
const speak = (at: number, levelDbm0: number): number =>
  // Words of 0.6 s and pauses of 0.4: what is said counts, not the pauses.
  at % 8000 < 4800 ? peakFromDbm0(levelDbm0) * Math.sin((2 * Math.PI * 500 * at) / 8000) : 0;

/** A telephone's sound through a line's levels; how loud the last second's peak is, dBm0. */
function shaped(
  config: Parameters<typeof createLineLevels>[0],
  levelDbm0: number,
  seconds: number,
) {
  const { conditionNear, shapeNear } = createLineLevels(config, FRAME);
  const frame = new Int16Array(FRAME);
  let most = 0;
  for (let at = 0; at < seconds * 8000; at += FRAME) {
    const captured = Int16Array.from({ length: FRAME }, (_, n) => 500 + speak(at + n, levelDbm0));
    conditionNear?.(frame, captured);
    shapeNear?.(frame);
    if (at < (seconds - 1) * 8000) continue;
    for (const sample of frame) most = Math.max(most, Math.abs(sample));
  }
  return 20 * Math.log10(most / peakFromDbm0(0));
}

describe("createLineLevels()", () => {
  it.each([
    { what: "nothing set", config: {}, said: -30, goesOut: -30 },
    { what: "a gain of 6 dB", config: { gain: { txDb: 6, rxDb: 0 } }, said: -30, goesOut: -24 },
    { what: "automatic, a faint talker", config: { automaticGain: true }, said: -29, goesOut: -19 },
    {
      what: "automatic, a very faint one",
      config: { automaticGain: true },
      said: -40,
      goesOut: -28,
    },
    { what: "automatic, a loud one", config: { automaticGain: true }, said: -9, goesOut: -19 },
  ])("$what: $said dBm0 and a constant go out as $goesOut without it", (row) => {
    expect(Math.abs(shaped(row.config, row.said, 12) - row.goesOut)).toBeLessThan(1.5);
  });

  it("leaves what the far end says its level, but for the gain", () => {
    const { shapeFar } = createLineLevels(
      { gain: { txDb: 6, rxDb: -6 }, automaticGain: true },
      FRAME,
    );
    const frame = new Int16Array(FRAME).fill(1000);
    shapeFar?.(frame);
    expect(frame[40]).toBe(Math.round(1000 * 10 ** (-6 / 20)));
  });
});
