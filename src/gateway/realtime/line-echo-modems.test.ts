import { describe, expect, it } from "vitest";
import type { Machine } from "../../base/audio.ts";
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

/** Turns of phase each 450 ms, as modems ask by: 2 s of 2100 Hz. */
const ASKS = Int16Array.from({ length: 16_000 }, (_, at) => {
  const sign = Math.floor(at / 3600) % 2 === 0 ? 1 : -1;
  return Math.round(sign * 4000 * Math.sin((2 * Math.PI * 2100 * at) / 8000));
});

interface Talk {
  readonly machine: Machine;
  readonly cancelsModemEcho?: boolean;
  /** Whether it asks for no canceller before. */
  readonly asks?: boolean;
}

/**
 * How much is left of an echo 12 dB down by the last frames, as a ratio of powers; 1 is all.
 * A machine talks from the middle on.
 */
function leftOfEcho({ machine, asks = false, ...how }: Talk): number {
  // What a canceller asks of a stream is above.
  const pcm = PCM as PcmStream;
  const { cancelEcho, suppressEcho } = createLineEcho({ echoTailMs: TAIL_MS, ...how }, pcm);
  const next = noise(7);
  const asked = asks ? ASKS.length / FRAME : 0;
  let [before, after] = [0, 0];
  let played = new Int16Array(FRAME);
  for (let at = 0; at < FRAMES + asked; at++) {
    const near = played.map((sample) => sample >> 2);
    const echo = near.slice();
    cancelEcho?.(near, played, at >= MODEM_FROM + asked ? machine : undefined);
    suppressEcho?.(near);
    played =
      at >= MODEM_FROM && at < MODEM_FROM + asked
        ? ASKS.slice((at - MODEM_FROM) * FRAME, (at - MODEM_FROM + 1) * FRAME)
        : Int16Array.from({ length: FRAME }, next);
    if (at < FRAMES + asked - 20) continue;
    before += echo.reduce((sum, sample) => sum + sample * sample, 0);
    after += near.reduce((sum, sample) => sum + sample * sample, 0);
  }
  return after / before;
}

describe("createLineEcho() while a machine talks", () => {
  it.each([{ machine: "modem" }, { machine: "fax" }, { machine: "fax", asks: true }] as const)(
    "takes the echo out, and makes nothing up in its place: %j",
    (talk) => {
      const left = leftOfEcho(talk);
      expect(left).toBeLessThan(0.01);
      expect(left).toBeGreaterThan(0);
    },
  );

  it.each([
    { machine: "modem", asks: true },
    { machine: "modem", cancelsModemEcho: false },
    { machine: "fax", cancelsModemEcho: false },
  ] as const)("leaves it as it is where that is asked for: %j", (talk) => {
    expect(leftOfEcho(talk)).toBe(1);
  });
});
