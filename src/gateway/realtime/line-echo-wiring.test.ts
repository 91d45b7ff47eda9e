import { describe, expect, it } from "vitest";
import type { PcmStream } from "../../hal/ports/pcm-stream.ts";
import { createLineEcho, type LineEchoConfig } from "./line-echo.ts";

const FRAME = 80;
const FRAMES = 400;

/** Noise that is the same each time. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return ((state >> 8) % 8001) - 4000;
  };
}

/** A line whose echo is 12 dB down. */
interface EchoingLine {
  readonly config: LineEchoConfig;
  /** How late it comes back beyond the frame that always lies between, and what of that is told. */
  readonly lateSamples?: number;
  readonly toldSamples?: number;
}

/** How much the filter leaves of the echo by the last frames, as a ratio of powers; 1 is all. */
function leftOfEcho({ config, lateSamples = 0, toldSamples }: EchoingLine): number {
  // What a canceller asks of a stream is here.
  const pcm = {
    frameSamples: FRAME,
    ...(toldSamples === undefined ? {} : { bulkDelaySamples: FRAME + toldSamples }),
  } as PcmStream;
  const { cancelEcho } = createLineEcho(config, pcm);
  const next = noise(7);
  let [before, after] = [0, 0];
  const said = new Int16Array(lateSamples + FRAMES * FRAME);
  let played = new Int16Array(FRAME);
  for (let at = 0; at < FRAMES; at++) {
    said.set(played, lateSamples + at * FRAME);
    const near = said.slice(at * FRAME, (at + 1) * FRAME).map((sample) => sample >> 2);
    const echo = near.slice();
    cancelEcho?.(near, played, undefined);
    played = Int16Array.from({ length: FRAME }, next);
    if (at < FRAMES - 20) continue;
    before += echo.reduce((sum, sample) => sum + sample * sample, 0);
    after += near.reduce((sum, sample) => sum + sample * sample, 0);
  }
  return after / before;
}

describe("createLineEcho()", () => {
  it.each([
    { echoTailMs: 128, lateSamples: 960, isTaken: true },
    { echoTailMs: 32, lateSamples: 960, isTaken: false },
    { echoTailMs: 8, lateSamples: 40, isTaken: true },
  ])("with a tail of $echoTailMs ms takes an echo $lateSamples samples late: $isTaken", (row) => {
    const { echoTailMs, lateSamples, isTaken } = row;
    const left = leftOfEcho({ config: { echoTailMs }, lateSamples });
    if (isTaken) expect(left).toBeLessThan(0.01);
    else expect(left).toBeGreaterThan(0.5);
  });

  it.each([
    { toldSamples: 960, isTaken: true },
    { toldSamples: undefined, isTaken: false },
  ])("looks behind the $toldSamples samples that the sound path says it takes", (row) => {
    const { isTaken, toldSamples } = row;
    const told = toldSamples === undefined ? {} : { toldSamples };
    const left = leftOfEcho({
      ...{ config: { echoTailMs: 8 }, lateSamples: 980, ...told },
    });
    if (isTaken) expect(left).toBeLessThan(0.01);
    else expect(left).toBeGreaterThan(0.5);
  });

  it("leaves all of it without a tail", () => {
    expect(leftOfEcho({ config: {} })).toBe(1);
  });
});
