import { describe, expect, it } from "vitest";
import { DtmfSuspicion } from "./suspicion.ts";

const ROWS_HZ = [697, 770, 852, 941];
const COLUMNS_HZ = [1209, 1336, 1477, 1633];
const KEYS = Array.from({ length: 16 }, (_, key) => key);

interface Signal {
  readonly off?: number;
  readonly lowDbm0?: number;
  readonly highDbm0?: number;
  readonly noiseDbm0?: number;
  readonly onsetMs?: number;
}

/** Half a second in which a key is pressed from `onsetMs` on for 60 ms. */
function pressed(key: number, signal: Signal = {}): Int16Array {
  const { off = 0, lowDbm0 = -11, highDbm0 = -9, noiseDbm0 = -60, onsetMs = 103 } = signal;
  const peak = (dbm0: number) => 22_303 * 10 ** (dbm0 / 20);
  let state = key + 1;
  const noise = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 31 - 1) * peak(noiseDbm0) * Math.sqrt(1.5);
  };
  return Int16Array.from({ length: 4000 }, (_, at) => {
    const wave = (hz: number) => Math.sin((2 * Math.PI * hz * (1 + off) * at) / 8000 + key);
    const sounds = at >= onsetMs * 8 && at < (onsetMs + 60) * 8;
    const low = peak(lowDbm0) * wave(ROWS_HZ[key >> 2] ?? 0);
    const high = peak(highDbm0) * wave(COLUMNS_HZ[key & 3] ?? 0);
    return noise() + (sounds ? low + high : 0);
  });
}

/** The 10 ms frames that are suspect. */
function suspects(audio: Int16Array, frameSamples = 80): readonly number[] {
  const suspicion = new DtmfSuspicion();
  const found: number[] = [];
  for (let at = 0; at + frameSamples <= audio.length; at += frameSamples) {
    if (suspicion.process(audio.subarray(at, at + frameSamples))) found.push(at / 80);
  }
  return found;
}

describe("DtmfSuspicion", () => {
  const rows: readonly [string, Signal][] = [
    ["a digit as sent", {}],
    ["1.8 % up", { off: 0.018 }],
    ["1.8 % down", { off: -0.018 }],
    ["the weakest level", { lowDbm0: -27, highDbm0: -27, noiseDbm0: -70 }],
    ["twist of 6 dB", { lowDbm0: -14, highDbm0: -8 }],
    ["reverse twist of 8 dB", { lowDbm0: -8, highDbm0: -16 }],
    ["noise 15 dB down", { lowDbm0: -10, highDbm0: -10, noiseDbm0: -22 }],
  ];
  it.each(rows)("finds %s in its second frame at the latest, and to its end", (_, signal) => {
    for (const key of KEYS) {
      for (const onsetMs of [100, 103, 107]) {
        const found = suspects(pressed(key, { ...signal, onsetMs }));
        expect(found[0]).toBeLessThanOrEqual(Math.floor(onsetMs / 10) + 1);
        for (let frame = found[0] ?? 0; frame < (onsetMs + 50) / 10; frame++) {
          expect(found).toContain(frame);
        }
        // It lets go soon after.
        expect(found.at(-1)).toBeLessThanOrEqual((onsetMs + 60) / 10 + 3);
      }
    }
  });

  it("suspects no silence, no single tone, no dial tone and no noise", () => {
    const peak = 6000;
    for (const tonesHz of [[], [697], [1209], [350, 440], [440, 480], [1004], [2100]]) {
      const audio = Int16Array.from({ length: 4000 }, (_, at) =>
        tonesHz.reduce((sum, hz) => sum + peak * Math.sin((2 * Math.PI * hz * at) / 8000), 0),
      );
      expect(suspects(audio)).toEqual([]);
    }
    const noise = pressed(3, { lowDbm0: -300, highDbm0: -300, noiseDbm0: -10 });
    expect(suspects(noise)).toEqual([]);
  });

  it.each([40, 160, 240])("takes frames of %i samples", (frameSamples) => {
    expect(suspects(pressed(5), frameSamples).length).toBeGreaterThanOrEqual(2);
  });
});
