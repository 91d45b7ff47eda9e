import { describe, expect, it } from "vitest";
import { createRandomStream } from "../world/random-stream.ts";
import { measureSpectrum } from "./frequency-meter.ts";
import { sineMix } from "./levels.ts";
import { gaussian } from "./random-float.ts";
import { identifyTones, type ToneEvent, ToneIdentifier } from "./tone-identifier.ts";
import { DE_TONES, TONE_TABLES, type ToneTable, US_TONES } from "./tone-tables.ts";

interface Sound {
  readonly hz: readonly number[];
  /** In place of them: of each burst its own, in turn. */
  readonly turns?: readonly number[] | undefined;
  readonly dbm?: number;
  /** On, off, on, off … ms. */
  readonly rhythm: readonly number[];
  readonly noiseVolts?: number;
}

function render({ hz, turns, dbm = -16, rhythm, noiseVolts = 0 }: Sound): Float64Array {
  const totalMs = rhythm.reduce((sum, ms) => sum + ms, 0);
  const volts = sineMix(hz, dbm, totalMs);
  const others = turns?.map((one) => sineMix([one], dbm, totalMs)) ?? [];
  let start = 0;
  rhythm.forEach((ms, at) => {
    const [from, to] = [start * 8, (start + ms) * 8];
    if (at % 2 === 1) volts.fill(0, from, to);
    else volts.set(others[(at / 2) % others.length]?.subarray(from, to) ?? [], from);
    start += ms;
  });
  const random = createRandomStream(3, "noise");
  return volts.map((value) => value + noiseVolts * gaussian(random));
}

const names = (sound: Sound, table: ToneTable): readonly string[] =>
  identifyTones(render(sound), table)
    .filter((event) => event.kind === "tone")
    .map((event) => event.name);

const times = (parts: readonly number[], count: number): readonly number[] =>
  Array.from({ length: count }, () => parts).flat();

/** Rms of noise at -48 dBm: a line that people complain of. */
const LOUD_NOISE_VOLTS = Math.sqrt(0.6 * 10 ** (-48 / 10));

describe("identifyTones()", () => {
  const tables: Readonly<Record<string, ToneTable>> = TONE_TABLES;
  // Several countries have one table: its first one speaks for them.
  const different = new Map(
    Object.entries(tables)
      .reverse()
      .map(([country, table]) => [JSON.stringify(table), [country, table] as const]),
  );
  for (const [country, table] of different.values()) {
    for (const pattern of table) {
      const periodMs = pattern.cadence.reduce((sum, ms) => sum + ms, 0);
      // Short ones are told by more of their periods.
      const rhythm = periodMs === 0 ? [3000, 100] : times(pattern.cadence, periodMs < 1000 ? 5 : 3);
      for (const noiseVolts of [0.0005, LOUD_NOISE_VOLTS]) {
        const noise = `noise ${noiseVolts.toFixed(4)} V`;
        it(`names ${country} ${pattern.name} and nothing else, ${noise}`, () => {
          const { frequenciesHz: hz, inTurnHz: turns } = pattern;
          const sound = { hz, turns, rhythm: [0, 200, ...rhythm], noiseVolts };
          expect(names(sound, table)).toEqual([pattern.name]);
        });
      }
    }
  }

  it.each([
    ["bursts 5 Hz apart in turn", [425, 420], ["reorder"]],
    ["bursts that are all alike", [425, 425], ["busy"]],
    ["bursts all 5 Hz lower", [420, 420], []],
    ["bursts 10 Hz apart", [425, 415], []],
  ])("in Australia hears of %s no more than there is", (_, turns, told) => {
    const sound = { hz: [425], turns, rhythm: times([375, 375], 8) };
    expect(names(sound, TONE_TABLES["au"] ?? [])).toEqual(told);
  });

  const us: readonly (readonly [string, Sound, readonly string[]])[] = [
    ["frequencies within 1 %", { hz: [353, 436], rhythm: [2000] }, ["dial-tone"]],
    ["a loud dial tone", { hz: [350, 440], dbm: -3, rhythm: [2000] }, ["dial-tone"]],
    ["a weak dial tone", { hz: [350, 440], dbm: -35, rhythm: [2000] }, ["dial-tone"]],
    ["one under the noise floor", { hz: [350, 440], dbm: -55, rhythm: [2000] }, []],
    ["frequencies off by 3 %", { hz: [361, 453], rhythm: [2000] }, []],
    ["only one of two sines", { hz: [440], rhythm: [2000] }, []],
    ["a third sine", { hz: [350, 440, 620], rhythm: [2000] }, []],
    ["a German dial tone", { hz: [425], rhythm: [2000] }, []],
    ["dial tone for 200 ms", { hz: [350, 440], rhythm: [200, 1000] }, []],
    ["ringback of half the length", { hz: [440, 480], rhythm: times([1000, 4000], 3) }, []],
    ["ringback that does not stop", { hz: [440, 480], rhythm: [9000] }, []],
    ["busy once", { hz: [480, 620], rhythm: [500, 3000] }, []],
    ["busy with a short pause", { hz: [480, 620], rhythm: times([500, 250], 5) }, []],
    ["a rhythm between", { hz: [480, 620], rhythm: times([360, 360], 6) }, []],
    ["busy 10 % slow", { hz: [480, 620], rhythm: times([550, 550], 4) }, ["busy"]],
    ["busy 20 % slow", { hz: [480, 620], rhythm: times([600, 600], 4) }, []],
    ["reorder", { hz: [480, 620], rhythm: times([250, 250], 6) }, ["reorder"]],
    ["the howler short of a sine", { hz: [1400, 2060, 2450], rhythm: times([100, 100], 9) }, []],
  ];
  for (const [what, sound, expected] of us) {
    it(`hears ${expected[0] ?? "nothing"} in ${what}`, () => {
      expect(names({ ...sound, noiseVolts: 0.0005 }, US_TONES)).toEqual(expected);
    });
  }

  it("knows ringback from its first burst and 200 ms, with what it measured", () => {
    const sound = { hz: [440, 480], dbm: -19, rhythm: [2000, 4000, 2000, 8000] };
    const [first, last, ...more] = identifyTones(render(sound), US_TONES);
    expect(more).toEqual([]);
    expect(first?.atMs).toBeGreaterThan(2190);
    expect(first?.atMs).toBeLessThan(2240);
    if (first?.kind !== "tone") throw new Error("no tone");
    first.frequenciesHz.forEach((hz, at) => {
      expect(hz).toBeCloseTo(sound.hz[at] ?? 0, 0);
    });
    for (const dbm of first.levelsDbm) expect(Math.abs(dbm + 19)).toBeLessThan(0.5);
    expect(last?.kind).toBe("tone-ended");
    expect(Math.abs((last?.atMs ?? 0) - 8000)).toBeLessThan(5);
  });

  it("waits with German dial tone until ringback would have stopped", () => {
    const [first] = identifyTones(render({ hz: [425], rhythm: [3000] }), DE_TONES);
    expect(first?.atMs).toBeGreaterThan(1000);
    expect(first?.atMs).toBeLessThan(1300);
  });

  it("ends a tone when another takes its place, within 5 ms of the change", () => {
    const dial = render({ hz: [350, 440], dbm: -13, rhythm: [1504] });
    const busy = render({ hz: [480, 620], dbm: -24, rhythm: times([500, 500], 3) });
    const events = identifyTones(Float64Array.from([...dial, ...busy]), US_TONES);
    expect(events.map((event) => `${event.kind} ${event.name}`)).toEqual([
      "tone dial-tone",
      "tone-ended dial-tone",
      "tone busy",
      "tone-ended busy",
    ]);
    expect(Math.abs((events[1]?.atMs ?? 0) - 1504)).toBeLessThan(5);
  });

  it("notices other frequencies at the same level", () => {
    const dial = render({ hz: [350, 440], rhythm: [1000] });
    const other = render({ hz: [600, 700], rhythm: [1000] });
    const events = identifyTones(Float64Array.from([...dial, ...other]), US_TONES);
    expect(events.map((event) => event.kind)).toEqual(["tone", "tone-ended"]);
    expect(events[1]?.atMs).toBeLessThan(1200);
  });
});

describe("ToneIdentifier.process()", () => {
  it("tells the same whatever the blocks, and starts afresh after a gap", () => {
    const volts = render({ hz: [480, 620], rhythm: times([500, 500], 3) });
    const hear = (block: number): readonly ToneEvent[] => {
      const events: ToneEvent[] = [];
      const ear = new ToneIdentifier({ table: US_TONES, onTone: (event) => events.push(event) });
      for (let at = 0; at < volts.length; at += block) {
        ear.process(volts.subarray(at, at + block), at);
      }
      return events;
    };
    expect(hear(80)).toEqual(hear(24_000));
    expect(hear(7)).toEqual(hear(24_000));

    const events: ToneEvent[] = [];
    const ear = new ToneIdentifier({ table: US_TONES, onTone: (event) => events.push(event) });
    ear.process(volts.subarray(0, 10_000), 0);
    expect(ear.heard).toBe("busy");
    ear.process(volts.subarray(0, 80), 80_000);
    expect(events.map((event) => [event.kind, event.atMs])).toEqual([
      ["tone", expect.any(Number)],
      ["tone-ended", 1250],
    ]);
  });
});

describe("measureSpectrum()", () => {
  const rows = [
    [[1004], 1024],
    [[440, 480], 1024],
    [[350, 440], 720],
    [[1400, 2060, 2450, 2600], 720],
  ] as const;
  for (const [hz, samples] of rows) {
    it(`measures ${hz.join("+")} Hz in ${samples} samples to 1.5 Hz and 0.7 dB`, () => {
      const { tones, tonality } = measureSpectrum(sineMix(hz, -13, 200, 77).subarray(0, samples));
      expect(tonality).toBeGreaterThan(0.98);
      expect(tones.length).toBe(hz.length);
      tones.forEach((tone, at) => {
        expect(Math.abs(tone.frequencyHz - (hz[at] ?? 0))).toBeLessThan(1.5);
        expect(Math.abs(tone.levelDbm + 13)).toBeLessThan(0.7);
      });
    });
  }

  it("finds little tonal in noise and nothing in silence", () => {
    const random = createRandomStream(8, "noise");
    const noise = Float64Array.from({ length: 1024 }, () => gaussian(random));
    expect(measureSpectrum(noise).tonality).toBeLessThan(0.5);
    expect(measureSpectrum(new Float64Array(1024))).toEqual({ tones: [], tonality: 0 });
  });
});
