import { describe, expect, it } from "vitest";
import type { PcmStream } from "../../hal/ports/pcm-stream.ts";
import { createLineEcho } from "./line-echo.ts";

const FRAME = 80;
const FRAMES = 400;
const [TAIL_MS, MODEM_FROM] = [32, 200];

/** A stream as far as an echo canceller asks it. */
const PCM: Pick<PcmStream, "frameSamples"> = { frameSamples: FRAME };

/** Noise that is the same each time. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return ((state >> 8) % 8001) - 4000;
  };
}

/**
 * How much is left of an echo 12 dB down by the last frames, as a ratio of powers; 1 is all.
 * A modem talks from the middle on.
 */
function leftOfEcho(cancelsModemEcho: boolean): number {
  // What a canceller asks of a stream is above.
  const pcm = PCM as PcmStream;
  const { cancelEcho, suppressEcho } = createLineEcho(
    { echoTailMs: TAIL_MS, cancelsModemEcho },
    pcm,
  );
  const next = noise(7);
  let [before, after] = [0, 0];
  let played = new Int16Array(FRAME);
  for (let at = 0; at < FRAMES; at++) {
    const near = played.map((sample) => sample >> 2);
    const echo = near.slice();
    cancelEcho?.(near, played, at >= MODEM_FROM);
    suppressEcho?.(near);
    played = Int16Array.from({ length: FRAME }, next);
    if (at < FRAMES - 20) continue;
    before += echo.reduce((sum, sample) => sum + sample * sample, 0);
    after += near.reduce((sum, sample) => sum + sample * sample, 0);
  }
  return after / before;
}

describe("createLineEcho() while a modem talks", () => {
  it("leaves the line's echo as it is", () => {
    expect(leftOfEcho(false)).toBe(1);
  });

  it("takes it out where that is asked for, without making anything up in its place", () => {
    const left = leftOfEcho(true);
    expect(left).toBeLessThan(0.01);
    expect(left).toBeGreaterThan(0);
  });
});
