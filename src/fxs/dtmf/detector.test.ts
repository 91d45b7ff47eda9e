import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDtmfDetector, type DtmfEvent } from "./detector.ts";

/** Written anew, so that a wrong table does not judge itself. @see ITU-T Q.23 */
const KEYPAD = "123A456B789C*0#D";
const LOWS_HZ = [697, 770, 852, 941] as const;
const HIGHS_HZ = [1209, 1336, 1477, 1633] as const;
/** Peak of a sine at 0 dBm0. */
const FULL = 22_303;

interface Signal {
  readonly onMs?: number;
  readonly offMs?: number;
  readonly lowDbm0?: number;
  readonly highDbm0?: number;
  /** Parts of the frequency by which each tone is off. */
  readonly lowOff?: number;
  readonly highOff?: number;
  readonly noiseDbm0?: number;
  /** North American dial tone under it all. */
  readonly dialDbm0?: number;
  /** Silence in the middle of each digit. */
  readonly gapMs?: number;
  readonly startSample?: number;
}

/** A small generator of its own: the same noise in each run. */
function noiseSource(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 1) / 4294967297;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

const amplitude = (dbm0: number) => FULL * 10 ** (dbm0 / 20);

/** Digits of a signal with the given properties, and 50 ms of silence after them. */
function dialed(digits: string, signal: Signal): Int16Array {
  const { onMs = 40, offMs = 40, startSample = 0, gapMs = 0 } = signal;
  const cycle = (onMs + offMs) * 8;
  const noise = noiseSource(digits.charCodeAt(0) + startSample);
  const noisePeak = amplitude(signal.noiseDbm0 ?? -300) / Math.SQRT2;
  const dialPeak = amplitude(signal.dialDbm0 ?? -300);
  const samples = new Int16Array(startSample + digits.length * cycle + 400);
  for (let at = 0; at < samples.length; at++) {
    const wave = (hz: number) => Math.sin((2 * Math.PI * hz * at) / 8000 + 1);
    let sample = noise() * noisePeak + dialPeak * (wave(350) + wave(440));
    const within = at - startSample;
    const key = KEYPAD.indexOf(digits[Math.floor(within / cycle)] ?? "-");
    const inCycle = within % cycle;
    const inGap = Math.abs(inCycle - onMs * 4) < gapMs * 4;
    if (within >= 0 && key >= 0 && inCycle < onMs * 8 && !inGap) {
      const lowHz = (LOWS_HZ[key >> 2] ?? 0) * (1 + (signal.lowOff ?? 0));
      const highHz = (HIGHS_HZ[key & 3] ?? 0) * (1 + (signal.highOff ?? 0));
      sample += amplitude(signal.lowDbm0 ?? -8) * wave(lowHz);
      sample += amplitude(signal.highDbm0 ?? -6) * wave(highHz);
    }
    samples[at] = Math.max(-32768, Math.min(32767, Math.round(sample)));
  }
  return samples;
}

function detected(samples: Int16Array, frameSamples = 80): readonly DtmfEvent[] {
  const detector = createDtmfDetector();
  const events: DtmfEvent[] = [];
  for (let at = 0; at < samples.length; at += frameSamples) {
    events.push(...detector.process(samples.subarray(at, at + frameSamples)));
  }
  return events;
}

const starts = (events: readonly DtmfEvent[]) =>
  events.flatMap((event) => (event.kind === "start" ? [event.digit] : [])).join("");

/** Every key, and some twice running. */
const ALL = "11223344556677889900**##AABBCCDD159D";

describe("createDtmfDetector() takes", () => {
  const rows: readonly [string, Signal][] = [
    ["40 ms on and off", {}],
    ["long digits", { onMs: 200, offMs: 100 }],
    ["the weakest level", { lowDbm0: -25, highDbm0: -25 }],
    ["the strongest level", { lowDbm0: 0, highDbm0: 0 }],
    ["+1.5 %", { lowOff: 0.015, highOff: 0.015 }],
    ["-1.5 %", { lowOff: -0.015, highOff: -0.015 }],
    ["1.5 % apart", { lowOff: 0.015, highOff: -0.015 }],
    ["1.5 % together", { lowOff: -0.015, highOff: 0.015 }],
    ["twist of 4 dB", { lowDbm0: -12, highDbm0: -8 }],
    ["reverse twist of 8 dB", { lowDbm0: -8, highDbm0: -16 }],
    ["noise 15 dB below", { lowDbm0: -8, highDbm0: -8, noiseDbm0: -20 }],
    ["dial tone's echo", { dialDbm0: -19 }],
    ["dial tone stronger than the digits", { lowDbm0: -25, highDbm0: -25, dialDbm0: -13 }],
    ["a digit interrupted for 10 ms", { onMs: 100, gapMs: 10 }],
    [
      "all at their limits at once",
      { lowDbm0: -17, highDbm0: -25, lowOff: 0.015, highOff: 0.015, noiseDbm0: -38 },
    ],
  ];
  for (const [name, signal] of rows) {
    it(name, () => {
      for (const startSample of [0, 13, 27]) {
        expect(starts(detected(dialed(ALL, { ...signal, startSample })))).toBe(ALL);
      }
    });
  }
});

describe("createDtmfDetector() does not take", () => {
  const rows: readonly [string, Signal][] = [
    ["20 ms", { onMs: 20 }],
    ["24 ms", { onMs: 24 }],
    ["a level of -31 dBm0", { lowDbm0: -31, highDbm0: -31 }],
    ["a low tone 3.5 % up", { onMs: 100, lowOff: 0.035 }],
    ["a low tone 3.5 % down", { onMs: 100, lowOff: -0.035 }],
    ["a high tone 3.5 % up", { onMs: 100, highOff: 0.035 }],
    ["a high tone 3.5 % down", { onMs: 100, highOff: -0.035 }],
    ["twist of 8 dB", { lowDbm0: -16, highDbm0: -8 }],
    ["reverse twist of 13 dB", { lowDbm0: -8, highDbm0: -21 }],
    ["one tone alone, low", { onMs: 200, highDbm0: -300 }],
    ["one tone alone, high", { onMs: 200, lowDbm0: -300 }],
    ["dial tone alone", { lowDbm0: -300, highDbm0: -300, dialDbm0: -5 }],
    ["noise", { lowDbm0: -300, highDbm0: -300, noiseDbm0: -10 }],
  ];
  for (const [name, signal] of rows) {
    it(name, () => {
      for (const startSample of [0, 13, 27]) {
        expect(starts(detected(dialed(ALL, { ...signal, startSample })))).toBe("");
      }
    });
  }

  it("a voice that happens to hold both tones", () => {
    const partials: readonly [number, number][] = [
      [232.3, 0.9],
      [464.7, 0.5],
      [697, 1],
      [1209, 0.7],
    ];
    const samples = Int16Array.from({ length: 8000 }, (_, at) => {
      const sum = partials.reduce(
        (total, [hz, part]) => total + part * Math.sin((2 * Math.PI * hz * at) / 8000),
        0,
      );
      return 6000 * sum;
    });
    expect(detected(samples)).toEqual([]);
    const withoutVoice = Int16Array.from({ length: 8000 }, (_, at) => {
      const wave = (hz: number) => Math.sin((2 * Math.PI * hz * at) / 8000);
      return 6000 * (wave(697) + 0.7 * wave(1209));
    });
    expect(starts(detected(withoutVoice))).toBe("1");
  });

  it("call-progress tones", () => {
    for (const [one, other] of [
      [440, 480],
      [480, 620],
      [425, 425],
      [950, 1400],
      [1400, 2060],
      [2450, 2600],
    ] as const) {
      const samples = Int16Array.from({ length: 4000 }, (_, at) => {
        const wave = (hz: number) => Math.sin((2 * Math.PI * hz * at) / 8000);
        return 5000 * (wave(one) + wave(other));
      });
      expect(detected(samples)).toEqual([]);
    }
  });
});

describe("createDtmfDetector()", () => {
  it("tells when a digit began and ended, within 8 ms", () => {
    const events = detected(dialed("5", { onMs: 100, startSample: 1000 }));
    expect(events.map((event) => event.kind)).toEqual(["start", "end"]);
    expect(Math.abs((events[0]?.sample ?? 0) - 1000)).toBeLessThanOrEqual(16);
    expect(Math.abs((events[1]?.sample ?? 0) - 1800)).toBeLessThanOrEqual(16);
  });

  it("finds the same whatever the frames", () => {
    const samples = dialed("1590", { startSample: 100 });
    const whole = detected(samples, samples.length);
    expect(whole).toHaveLength(8);
    const property = fc.property(fc.integer({ min: 1, max: 500 }), (frameSamples) => {
      expect(detected(samples, frameSamples)).toEqual(whole);
    });
    fc.assert(property, { numRuns: 20 });
  });

  it("allocates no result when there is nothing", () => {
    const detector = createDtmfDetector();
    const nothing = detector.process(new Int16Array(80));
    expect(detector.process(new Int16Array(80))).toBe(nothing);
    expect(nothing).toEqual([]);
  });

  const part = fc.record({
    digits: fc.array(fc.constantFrom(...KEYPAD), { minLength: 1, maxLength: 3 }),
    onMs: fc.integer({ min: 5, max: 80 }),
    offMs: fc.integer({ min: 0, max: 60 }),
    lowDbm0: fc.integer({ min: -35, max: 3 }),
    highDbm0: fc.integer({ min: -35, max: 3 }),
    noiseDbm0: fc.integer({ min: -60, max: -5 }),
    startSample: fc.integer({ min: 0, max: 80 }),
  });
  const anySignal = fc.array(part, { minLength: 1, maxLength: 4 });

  it("finds what it would if it looked at each hop, under any signal", () => {
    const property = fc.property(anySignal, (parts) => {
      const detector = createDtmfDetector();
      const thorough = createDtmfDetector({}, undefined, true);
      for (const signal of parts) {
        const samples = dialed(signal.digits.join(""), signal);
        expect(detector.process(samples)).toEqual(thorough.process(samples));
        expect(detector.digitMeanSquare).toBe(thorough.digitMeanSquare);
      }
    });
    fc.assert(property, { numRuns: 60 });
  });

  it("tells starts and ends in turn under any signal", () => {
    const property = fc.property(anySignal, (parts) => {
      const detector = createDtmfDetector();
      const events = parts.flatMap((signal) => [
        ...detector.process(dialed(signal.digits.join(""), signal)),
      ]);
      let before: DtmfEvent | undefined;
      for (const event of events) {
        expect(event.kind).toBe(before?.kind === "start" ? "end" : "start");
        if (event.kind === "end") expect(event.digit).toBe(before?.digit);
        expect(event.sample).toBeGreaterThanOrEqual(before?.sample ?? 0);
        before = event;
      }
    });
    const hasty = {
      ...{ digits: ["1", "#"], onMs: 28, offMs: 2, startSample: 46 },
      ...{ lowDbm0: 0, highDbm0: 0, noiseDbm0: -5 },
    };
    fc.assert(property, { numRuns: 40, examples: [[[hasty]]] });
  });
});
