import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ToneSpec } from "../../base/audio.ts";
import { COUNTRIES } from "../country/countries.ts";
import { profileOf } from "../country/override.ts";
import { cadenced, steady } from "./tone.ts";
import { createToneDetector, type ToneEvent } from "./tone-detector.ts";

/** Some seconds of a tone, after a silence, by the words of its table. */
function played(tone: ToneSpec, ms: number, leadMs = 300, noisePeak = 0): Int16Array {
  const samples = new Int16Array((leadMs + ms) * 8);
  let segment = 0;
  let endsMs = tone.segments[0]?.durationMs ?? Number.POSITIVE_INFINITY;
  let state = 1;
  for (let at = 0; at < samples.length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    let sample = (state / 2147483648 - 1) * noisePeak;
    const toneMs = at / 8 - leadMs;
    while (toneMs >= endsMs && segment < tone.segments.length) {
      segment++;
      if (segment === tone.segments.length) segment = tone.repeatFrom ?? tone.segments.length;
      endsMs += tone.segments[segment]?.durationMs ?? Number.POSITIVE_INFINITY;
    }
    const now = toneMs < 0 ? undefined : tone.segments[segment];
    const turns = (hz: number) => Math.sin((2 * Math.PI * hz * at) / 8000);
    const { rateHz = 0, depth = 0 } = now?.modulation ?? {};
    for (const hz of now?.frequenciesHz ?? []) {
      const peak = 22_303 * 10 ** ((now?.levelDbm0 ?? 0) / 20);
      sample += peak * turns(hz) * (1 + depth * turns(rateHz));
    }
    samples[at] = Math.max(-32768, Math.min(32767, Math.round(sample)));
  }
  return samples;
}

const named = (events: readonly ToneEvent[]) =>
  events.flatMap(({ kind, name }) => (kind === "start" ? [name] : []));

const CALL_TONES = ["dial", "ringback", "busy", "reorder"] as const;

/** The tones that one hears when calling, by their names. */
function tonesOf(code: string): Readonly<Record<(typeof CALL_TONES)[number], ToneSpec>> {
  const country = COUNTRIES.find((one) => one.code === code);
  if (country === undefined) throw new Error(code);
  const { dial, ringback, busy, reorder } = profileOf(country).tones.table;
  return { dial, ringback, busy, reorder };
}

describe("createToneDetector()", () => {
  for (const { code } of COUNTRIES) {
    it(`names dial, ringback, busy and reorder of ${code}`, () => {
      const tones = tonesOf(code);
      for (const name of CALL_TONES) {
        const events = createToneDetector(tones).process(played(tones[name], 13_000));
        // Two of a country's may be one and the same: the first of them is told.
        const same = CALL_TONES.find((other) => sameTone(tones[other], tones[name]));
        expect(named(events), name).toEqual([same]);
      }
    });
  }

  it("tells when a tone began and ended", () => {
    const tones = { busy: cadenced([480, 620], -24, [500, 500]) };
    const samples = new Int16Array(8 * 8000);
    samples.set(played(tones.busy, 4400, 1000));
    const events = createToneDetector(tones).process(samples);
    expect(events.map(({ kind }) => kind)).toEqual(["start", "end"]);
    expect(Math.abs((events[0]?.sample ?? 0) / 8 - 1000)).toBeLessThan(40);
  });

  it("names a steady tone as soon as nothing else begins like it", () => {
    const dial = steady([350, 440], -13);
    const alone = createToneDetector({ dial }).process(played(dial, 450));
    expect(named(alone)).toEqual(["dial"]);
    const beside = createToneDetector({ dial, long: cadenced([350, 440], -13, [2000, 2000]) });
    expect(named(beside.process(played(dial, 1900)))).toEqual([]);
    expect(named(beside.process(played(dial, 2000, 0)))).toEqual(["dial"]);
  });

  const us = tonesOf("us");
  const not: readonly [string, Int16Array][] = [
    ["silence", new Int16Array(40_000)],
    ["noise", played(steady([], 0), 5000, 300, 8000)],
    ["another country's busy tone", played(cadenced([425], -10, [500, 500]), 6000)],
    ["busy tone in a cadence of its own", played(cadenced([480, 620], -24, [900, 100]), 6000)],
    ["one of its two frequencies", played(cadenced([480], -24, [500, 500]), 6000)],
    ["busy tone far below a line's noise", played(cadenced([480, 620], -55, [500, 500]), 6000)],
    ["a voice that sweeps", swept()],
  ];
  for (const [name, samples] of not) {
    it(`does not name ${name}`, () => {
      expect(named(createToneDetector(us).process(samples))).toEqual([]);
    });
  }

  it("names tones in the noise of a line, and weak ones", () => {
    const noisy = createToneDetector(us).process(played(us.busy, 6000, 300, 300));
    expect(named(noisy)).toEqual(["busy"]);
    const weak = createToneDetector(us).process(
      played(cadenced([480, 620], -38, [500, 500]), 6000),
    );
    expect(named(weak)).toEqual(["busy"]);
  });

  it("names one tone after the other", () => {
    const detector = createToneDetector(us);
    const events = [
      ...detector.process(played(us.dial, 3000)),
      ...detector.process(played(us.ringback, 9000, 500)),
      ...detector.process(played(us.reorder, 3000, 5000)),
    ];
    expect(events.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      "start dial",
      "end dial",
      "start ringback",
      "end ringback",
      "start reorder",
    ]);
  });

  it("finds the same whatever the frames", () => {
    const samples = played(us.busy, 3000);
    const whole = createToneDetector(us).process(samples);
    const property = fc.property(fc.integer({ min: 1, max: 777 }), (frameSamples) => {
      const detector = createToneDetector(us);
      const events: ToneEvent[] = [];
      for (let at = 0; at < samples.length; at += frameSamples) {
        events.push(...detector.process(samples.subarray(at, at + frameSamples)));
      }
      expect(events).toEqual(whole);
    });
    fc.assert(property, { numRuns: 10 });
  });
});

function sameTone(one: ToneSpec, other: ToneSpec): boolean {
  const shape = ({ segments, repeatFrom }: ToneSpec) =>
    JSON.stringify([
      segments.map(({ frequenciesHz, durationMs, modulation }) => [
        frequenciesHz,
        durationMs,
        modulation,
      ]),
      repeatFrom,
    ]);
  return shape(one) === shape(other);
}

/** A buzz whose pitch goes up and down, as voices do. */
function swept(): Int16Array {
  let phase = 0;
  return Int16Array.from({ length: 40_000 }, (_, at) => {
    phase += (2 * Math.PI * (160 + 60 * Math.sin(at / 3000))) / 8000;
    let sum = 0;
    for (let partial = 1; partial < 12; partial++) sum += Math.sin(phase * partial) / partial;
    return 5000 * sum;
  });
}
