import { describe, expect, it } from "vitest";
import type { Digit } from "../../base/audio.ts";
import { LineDigits } from "./line-digits.ts";

const FRAME = 80;
const ROWS_HZ = [697, 770, 852, 941];
const COLUMNS_HZ = [1209, 1336, 1477, 1633];
const KEYS = "123A456B789C*0#D";

/** A digit as 16-bit linear, each sine with that peak. */
function dtmf(digit: Digit, durationMs: number, peak: number): Int16Array {
  const key = KEYS.indexOf(digit);
  const hz = [ROWS_HZ[Math.floor(key / 4)] ?? 0, COLUMNS_HZ[key % 4] ?? 0];
  return Int16Array.from({ length: durationMs * 8 }, (_, at) =>
    Math.round(
      hz.reduce((sum, each) => sum + peak * Math.sin((2 * Math.PI * each * at) / 8000), 0),
    ),
  );
}

interface Sound {
  readonly atMs: number;
  readonly samples: Int16Array;
}

/** What a line hears and plays for a second; the digits that are told. */
function run(near: readonly Sound[], played: readonly Sound[], echo = { delay: 40, gain: 0.3 }) {
  const lay = (sounds: readonly Sound[]): Int16Array => {
    const all = new Int16Array(8000);
    for (const { atMs, samples } of sounds) all.set(samples, atMs * 8);
    return all;
  };
  const said = lay(near);
  const heard = lay(played);
  const digits = new LineDigits();
  const told: string[] = [];
  /** Of each digit: when it began, how long it was. */
  const times: number[] = [];
  let sounded = 0;
  for (let at = 0; at + FRAME < said.length; at += FRAME) {
    const frame = Int16Array.from({ length: FRAME }, (_, each) => {
      const echoed = heard[at + each - echo.delay] ?? 0;
      return Math.round((said[at + each] ?? 0) + echo.gain * echoed);
    });
    for (const signal of digits.hear(frame)) {
      const atMs = (at + FRAME - signal.agoSamples) / 8;
      if (signal.kind === "begun") told.push(signal.digit);
      times.push(signal.kind === "begun" ? atMs : signal.durationSamples / 8);
    }
    if (digits.sounding) sounded++;
    // What is played now is on the line in the next frame.
    digits.play(heard.subarray(at + FRAME, at + 2 * FRAME));
  }
  return { told: told.join(""), soundedMs: sounded * 10, times };
}

describe("LineDigits", () => {
  it("tells what is keyed, and that it sounds", () => {
    const { told, soundedMs } = run([{ atMs: 100, samples: dtmf("5", 100, 4000) }], []);
    expect(told).toBe("5");
    expect(soundedMs).toBeGreaterThanOrEqual(70);
    expect(soundedMs).toBeLessThanOrEqual(130);
  });

  it.each([40, 50, 60, 75, 100, 243])(
    "tells when a key of %i ms began and how long it was",
    (ms) => {
      for (const peak of [1000, 4000, 12_000]) {
        for (let atMs = 100; atMs < 110; atMs++) {
          const [began = 0, lasted = 0] = run([{ atMs, samples: dtmf("5", ms, peak) }], []).times;
          expect(Math.abs(began - atMs)).toBeLessThanOrEqual(3);
          expect(Math.abs(lasted - ms)).toBeLessThanOrEqual(3);
        }
      }
    },
  );

  it.each([0.1, 0.3, 0.6])("does not tell what is played, echoed at %d", (gain) => {
    for (const delay of [0, 8, 40, 160]) {
      const played = [
        { atMs: 100, samples: dtmf("5", 100, 6000) },
        { atMs: 300, samples: dtmf("9", 60, 6000) },
      ];
      expect(run([], played, { delay, gain })).toEqual({ told: "", soundedMs: 0, times: [] });
    }
  });

  it("tells another digit that is keyed while one is played", () => {
    const played = [{ atMs: 100, samples: dtmf("5", 100, 3000) }];
    const near = [{ atMs: 250, samples: dtmf("1", 100, 4000) }];
    expect(run(near, played).told).toBe("1");
  });

  it("tells the same digit keyed right after it was played: it is too strong for an echo", () => {
    const played = [{ atMs: 100, samples: dtmf("5", 100, 3000) }];
    const near = [{ atMs: 210, samples: dtmf("5", 100, 4000) }];
    expect(run(near, played).told).toBe("5");
  });

  it("tells the same digit, however weak, once the echo must be over", () => {
    const played = [{ atMs: 100, samples: dtmf("5", 100, 6000) }];
    const near = [{ atMs: 400, samples: dtmf("5", 100, 2000) }];
    expect(run(near, played).told).toBe("5");
  });
});
