import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ReversedTone, ToneDisabler } from "./tone-disabler.ts";

interface Tone {
  readonly hz?: number;
  readonly dbm0?: number;
  readonly turnDegrees?: number;
  readonly everyMs?: number;
  readonly ms?: number;
  /** Depth of a 15 Hz modulation. */
  readonly modulation?: number;
}

/** The answering tone, which turns its phase each 450 ms. */
function toneOf(tone: Tone): Int16Array {
  const { hz = 2100, dbm0 = -12, turnDegrees = 180, everyMs = 450, ms = 2000 } = tone;
  const peak = 22_303 * 10 ** (dbm0 / 20);
  return Int16Array.from({ length: ms * 8 }, (_, at) => {
    const turns = Math.floor(at / (everyMs * 8));
    const phase = (2 * Math.PI * hz * at) / 8000 + (turns * turnDegrees * Math.PI) / 180;
    const envelope = 1 + (tone.modulation ?? 0) * Math.sin((2 * Math.PI * 15 * at) / 8000);
    return Math.round(peak * envelope * Math.sin(phase));
  });
}

const isHeardIn = (audio: Int16Array, frameSamples = 80): boolean => {
  const tone = new ReversedTone();
  for (let at = 0; at < audio.length; at += frameSamples) {
    tone.process(audio.subarray(at, at + frameSamples));
    if (tone.isHeard) return true;
  }
  return false;
};

describe("ReversedTone", () => {
  const taken: readonly [string, Tone][] = [
    ["2100 Hz with reversals", {}],
    ["21 Hz below", { hz: 2079 }],
    ["21 Hz above", { hz: 2121 }],
    ["the weakest level", { dbm0: -30.5 }],
    ["the strongest", { dbm0: 0 }],
    ["reversals of 155 degrees", { turnDegrees: 155 }],
    ["reversals of 205 degrees", { turnDegrees: 205 }],
    ["reversals each 425 ms", { everyMs: 425 }],
    ["reversals each 475 ms", { everyMs: 475 }],
    ["reversals within a window", { everyMs: 453 }],
    ["V.8's modulated tone", { modulation: 0.2 }],
  ];
  it.each(taken)("is heard in %s", (_, tone) => {
    expect(isHeardIn(toneOf(tone))).toBe(true);
    expect(isHeardIn(toneOf(tone), 33)).toBe(true);
  });

  const refused: readonly [string, Tone][] = [
    ["2100 Hz without reversals", { turnDegrees: 0 }],
    ["turns of 90 degrees", { turnDegrees: 90 }],
    ["too weak a tone", { dbm0: -33 }],
    ["another frequency", { hz: 2000 }],
    ["2225 Hz, Bell's tone", { hz: 2225 }],
    ["reversals too often", { everyMs: 150 }],
  ];
  it.each(refused)("is not heard in %s", (_, tone) => {
    expect(isHeardIn(toneOf(tone))).toBe(false);
  });

  it("finds the same where it is told of each frame how loud it is and how smooth", () => {
    const part = fc.record({
      hz: fc.oneof(fc.integer({ min: 2075, max: 2125 }), fc.integer({ min: 100, max: 3900 })),
      dbm0: fc.integer({ min: -45, max: 0 }),
      noise: fc.double({ min: 0, max: 0.7, noNaN: true }),
      ms: fc.integer({ min: 10, max: 1500 }),
    });
    const parts = fc.array(part, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(parts, fc.integer(), (all, seed) => {
        const [told, plain] = [new ReversedTone(), new ReversedTone()];
        let noise = seed;
        for (const { noise: share, ...tone } of all) {
          const peak = share * 22_303 * 10 ** (tone.dbm0 / 20);
          const audio = toneOf(tone).map((sample) => {
            noise = (Math.imul(noise, 1664525) + 1013904223) | 0;
            return sample + (noise / 2 ** 31) * peak;
          });
          for (let at = 0; at + 80 <= audio.length; at += 80) {
            const frame = audio.subarray(at, at + 80);
            const squares = frame.reduce((sum, one) => sum + one * one, 0);
            const neighbours = frame.reduce((sum, one, n) => sum + one * (frame[n - 1] ?? 0), 0);
            told.process(frame, squares, neighbours);
            plain.process(frame);
            expect([told.isHeard, told.isQuiet]).toEqual([plain.isHeard, plain.isQuiet]);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("ToneDisabler", () => {
  const voice = toneOf({ hz: 1300, ms: 1000 });
  const quiet = new Int16Array(voice.length);
  const disablerAfter = (
    from: "far" | "near",
    parts: readonly (readonly [Int16Array, Int16Array, number])[],
  ) => {
    const disabler = new ToneDisabler();
    const tone = toneOf({});
    const still = new Int16Array(tone.length);
    disabler.far(from === "far" ? tone : still);
    disabler.near(from === "near" ? tone : still);
    for (const [far, near, ms] of parts) {
      for (let at = 0; at < ms * 8; at += 80) {
        disabler.far(far.subarray(at, at + 80));
        disabler.near(near.subarray(at, at + 80));
      }
    }
    return disabler;
  };

  it.each([
    { what: "the tone", parts: [], disabled: true },
    { what: "a short break", parts: [[quiet, quiet, 200]], disabled: true },
    {
      what: "two short breaks",
      parts: [
        [quiet, quiet, 200],
        [voice, quiet, 100],
        [quiet, quiet, 200],
      ],
      disabled: true,
    },
    { what: "the far end alone", parts: [[voice, quiet, 1000]], disabled: true },
    { what: "the near end alone", parts: [[quiet, voice, 1000]], disabled: true },
    {
      what: "turns, with breaks as they are at most",
      parts: [
        [quiet, quiet, 200],
        [voice, quiet, 1000],
        [quiet, quiet, 200],
        [quiet, voice, 1000],
      ],
      disabled: true,
    },
    { what: "silence of both", parts: [[quiet, quiet, 260]], disabled: false },
    {
      what: "turns, and silence of both",
      parts: [
        [voice, quiet, 1000],
        [quiet, quiet, 260],
        [voice, quiet, 500],
      ],
      disabled: false,
    },
  ] as const)("after $what: $disabled", ({ parts, disabled }) => {
    expect(disablerAfter("far", parts).disabled).toBe(disabled);
    expect(disablerAfter("near", parts).disabled).toBe(disabled);
  });

  it("is enabled by whoever knows better, and takes the tone again", () => {
    const disabler = disablerAfter("far", []);
    disabler.release();
    expect(disabler.disabled).toBe(false);
    disabler.near(toneOf({}));
    expect(disabler.disabled).toBe(true);
  });
});
