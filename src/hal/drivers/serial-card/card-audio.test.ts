import { describe, expect, it } from "vitest";
import { CardAudioFrames } from "./card-audio.ts";
import { SAMPLE_CODINGS } from "./companding.ts";
import { FRAME_SAMPLES } from "./wire-numbers.ts";

const LINE_BYTES = 2 * FRAME_SAMPLES;

/** A frame of lines 1 and 3 of a card, each all of one sample. */
function audioOf(position: number, said: readonly [number, number]) {
  const samples = new Uint8Array(2 * LINE_BYTES);
  for (const [at, sample] of said.entries()) {
    const frame = new Int16Array(FRAME_SAMPLES).fill(sample);
    SAMPLE_CODINGS.linear.encode(frame, samples.subarray(at * LINE_BYTES));
  }
  return { kind: "audio", lines: 0b1010, position, sentUs: 0, nextEvent: 0, samples } as const;
}

describe("CardAudioFrames.take()", () => {
  it("tells what all lines said before one is to answer, and answers each", () => {
    const frames = new CardAudioFrames("linear");
    const told: string[] = [];
    const take = (position: number, said: readonly [number, number]) =>
      frames.take(audioOf(position, said), {
        captured: (line, captured, first) => told.push(`${line} said ${captured[79]} at ${first}`),
        frame(line, captured, playout, first) {
          told.push(`${line} hears of ${captured[79]} at ${first}`);
          playout.fill(100 * line);
          return line === 3;
        },
      });
    const answer = take(160, [7, -9]);
    expect(told).toEqual([
      ...["1 said 7 at 160", "3 said -9 at 160"],
      ...["1 hears of 7 at 160", "3 hears of -9 at 160"],
    ]);
    expect(answer).toEqual({
      lines: 0b1010,
      position: 160,
      samples: audioOf(0, [100, 300]).samples,
    });
    // An old one is nobody's.
    told.length = 0;
    expect(take(160, [1, 2])).toBe(undefined);
    expect(told).toEqual([]);
  });
});
